public import Evaluation

/// How often one tagger agrees with the others: what a person reaches on the same question.
///
/// Of each face that `ferplus` keeps, every vote for an emotion is taken in turn for the answer of
/// a tagger, and the strict majority of the other votes (``Votes/majority``, the same rule) for
/// the truth. Both go through the mapping. Votes whose others have no majority do not count.
public struct HumanTagger: Sendable, Equatable {
    /// Answers that agreed with the others.
    public let agreed: Int
    /// Answers that could be compared.
    public let compared: Int

    /// - Parameter votes: those of any faces; the ones without a majority are passed over.
    public init(_ votes: some Sequence<Votes>, mapping: PositiveMapping) {
        var agreed = 0
        var compared = 0
        for face in votes where face.majority != nil {
            for answer in Emotion.allCases where face[answer] > 0 {
                guard let truth = face.removingOne(answer).majority else { continue }
                compared += face[answer]
                if mapping.isPositive(answer) == mapping.isPositive(truth) {
                    agreed += face[answer]
                }
            }
        }
        self.agreed = agreed
        self.compared = compared
    }

    /// The share of answers that agree, with its Wilson interval. The answers about one face
    /// depend on each other, so the true interval is somewhat wider.
    public var accuracy: Estimate {
        .proportion(
            agreed, of: compared, emptyReason: "no face whose other taggers have a majority")
    }
}
