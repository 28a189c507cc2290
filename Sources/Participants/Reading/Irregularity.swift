import Imaging
public import Mien

/// Something in a corpus that is not as its documentation says, and the answer of the reader.
public struct Irregularity: Sendable, Equatable, Codable {
    /// The kind of irregularity.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case appleDouble, damagedArchive, damagedFile, headersDiffer, htmlPage, idForm, interrupted
        case itemRestored, labelContradictsScore, labelMissing, missingFile, missingNumbers
        case noInterviewer, offset, otherCorpus, packedArchive, scrubbed, setupRows, videoShort
        case diagnosisPost, coverage, itemNine
    }

    public let kind: Kind
    /// The participant; `nil` for a file about many.
    public let participant: String?
    public let file: String?
    /// Counted from 1.
    public let line: Int?
    public let column: String?
    public let found: String
    public let expected: String
    /// How the reader goes on; a sentence or a phrase.
    public let answer: String

    public init(
        _ kind: Kind, participant: String? = nil, file: String? = nil, line: Int? = nil,
        column: String? = nil, found: String, expected: String = "", answer: String
    ) {
        self.kind = kind
        self.participant = participant
        self.file = file
        self.line = line
        self.column = column
        self.found = found
        self.expected = expected
        self.answer = answer
    }

    init(_ error: DataError, participant: String? = nil, answer: String) {
        let kind: Kind =
            switch error.found {
            case let found where found.hasPrefix("an HTML page"): .htmlPage
            case SoundError.Problem.noSound.found: .missingFile
            default: .damagedFile
            }
        self.init(
            kind, participant: participant, file: error.file, line: error.line,
            column: error.column,
            found: error.found, expected: error.expected, answer: answer)
    }
}

extension Irregularity: CustomStringConvertible {
    /// "451: 451_TRANSCRIPT.csv: found no row of the interviewer. Latencies are missing."
    public var description: String {
        var place = participant ?? ""
        if let file {
            place += place.isEmpty ? "" : ": "
            place += file.split(separator: "/").last.map(String.init) ?? file
        }
        if let line { place += ":\(line)" }
        if let column { place += ", column \(column)" }
        return (place.isEmpty ? sentence : "\(place): \(sentence)").printable()
    }

    /// Without its place: "found no row of the interviewer: latencies are missing".
    var sentence: String {
        "found \(found)\(expected.isEmpty ? "" : ", expected \(expected)"): \(answer)"
    }

    /// Kinds that most recordings of a corpus have, without a fault of their files.
    private static let common: Set<Kind> = [.scrubbed, .setupRows]

    /// One line for each, and one for three or more recordings with a common kind of which the same
    /// is said: "300, 301, 302: found 2 rows of setup or synchronisation: left out".
    static func lines(_ irregularities: [Irregularity]) -> [String] {
        var groups: [String: [Irregularity]] = [:]
        var order: [String] = []
        for one in irregularities {
            let key = common.contains(one.kind) ? one.sentence : one.description
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(one)
        }
        return order.flatMap { key in
            let members = groups[key, default: []]
            guard members.count > 2, common.contains(members[0].kind) else {
                return members.map(\.description)
            }
            let people = members.compactMap(\.participant).joined(separator: ", ")
            return ["\(people): \(key)".printable()]
        }
    }
}
