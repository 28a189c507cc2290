/// How a label is made from what is known of a face, and which faces are kept.
public enum LabelProtocol: String, CaseIterable, Codable, Sendable {
    /// The data's own emotion; every row that has one.
    case fer2013
    /// The strict majority of FER+'s taggers, ``Votes/majority``; other rows are left out.
    case ferplus
    /// The emotion with the most votes; rows without a vote for an emotion are left out.
    case ferplusArgmax = "ferplus-argmax"
    /// The distribution of the votes over the eight emotions, as a soft target.
    case ferplusVotes = "ferplus-votes"

    public var needsVotes: Bool { self != .fer2013 }

    public init(named name: String) throws(DataError) {
        guard let known = LabelProtocol(rawValue: name.lowercased()) else {
            throw DataError(
                .request, found: "label protocol \"\(name)\"",
                expected: "one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = known
    }
}
