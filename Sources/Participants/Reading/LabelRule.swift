public import Mien

/// How a proxy label is made of the entries of a label file.
public enum LabelRule: Sendable, Equatable, CustomStringConvertible {
    /// Positive from this sum of the questionnaire on; PHQ-8 >= 10 is the usual rule.
    case score(threshold: Double)
    /// The binary column of the file.
    case file

    public static let usual = LabelRule.score(threshold: 10)

    /// Reads "phq8>=10" or "file".
    /// - Throws: `DataError` for other texts.
    public init(_ text: String) throws(DataError) {
        let plain = text.lowercased().filter { $0 != " " }
        if plain == "file" {
            self = .file
        } else if let digits = ["phq8>=", "phq9>=", "score>="].first(where: plain.hasPrefix)
            .map({ plain.dropFirst($0.count) }), let least = Double(digits), least.isFinite
        {
            self = .score(threshold: least)
        } else {
            throw DataError(
                .request, found: "the label rule \(text.quoted())",
                expected: "a rule such as phq8>=10, or file")
        }
    }

    public var description: String {
        switch self {
        case .score(let least):
            "score >= \(least == least.rounded() ? "\(Int(least))" : "\(least)")"
        case .file: "the file's binary column"
        }
    }

    /// The label of a participant; `nil` where the file does not say what the rule needs.
    func label(score: Double?, inFile: Bool?) -> Bool? {
        switch self {
        case .score(let least): score.map { $0 >= least }
        case .file: inFile
        }
    }
}
