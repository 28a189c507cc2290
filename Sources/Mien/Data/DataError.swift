/// What is wrong with a data file, folder, row or image: where it is, what was found there, what
/// was expected, and what to do about it.
public struct DataError: Error, Sendable, Equatable {
    /// Whether the data or the request is at fault.
    public enum Kind: String, Sendable, Codable {
        /// The path does not exist or cannot be read.
        case unreadable
        /// A file without content, or a folder without images.
        case empty
        /// A compressed file that ends early or is damaged.
        case damaged
        /// The form of the data is not one that Mien knows, or a column is missing.
        case unknownForm
        /// One row, line or image.
        case row
        /// Two files that do not belong together.
        case mismatch
        /// What was asked for (a split, a protocol, a mapping) cannot be had from this data.
        case request
    }

    public let kind: Kind
    /// The file or folder, as it was given.
    public let file: String?
    /// Counted from 1, the header included.
    public let line: Int?
    public let column: String?
    public let found: String
    public let expected: String
    /// A sentence, or empty.
    public let advice: Advice

    public init(
        _ kind: Kind, file: String? = nil, line: Int? = nil, column: String? = nil,
        found: String, expected: String, advice: Advice = ""
    ) {
        self.kind = kind
        self.file = file
        self.line = line
        self.column = column
        self.found = found
        self.expected = expected
        self.advice = advice
    }

    /// An error of one row: the advice is to mend it or to leave it out.
    static func row(
        _ file: String, line: Int?, column: String? = nil, found: String, expected: String
    ) -> DataError {
        DataError(
            .row, file: file, line: line, column: column, found: found, expected: expected,
            advice: "Correct it, or leave such rows out with \(setting: "skip-bad-rows").")
    }
}

extension DataError: NamesSettings {
    /// "fer2013.csv:17, column pixels: found 2303 values, expected 2304. Correct it, ..."; on one
    /// line, without control characters.
    public var message: Advice {
        var place = file ?? ""
        if let line { place += "\(place.isEmpty ? "line " : ":")\(line)" }
        if let column { place += "\(place.isEmpty ? "" : ", ")column \(column)" }
        let sentence: Advice =
            "\(place.isEmpty ? "" : place + ": ")found \(found), expected \(expected)."
        return (advice.isEmpty ? sentence : "\(sentence) \(advice)").printable()
    }
}
