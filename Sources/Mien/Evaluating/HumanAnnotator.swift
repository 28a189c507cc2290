public import Evaluation

/// How often one tagger agrees with the others: what a person reaches on the same question.
///
/// Of each face that `ferplus` keeps, every vote for an emotion is taken in turn for the answer of
/// a tagger, and the strict majority of the other votes (``Votes/majority``, the same rule) for
/// the truth. Both go through the mapping. Votes whose others have no majority do not count.
public struct HumanAnnotator: Sendable, Equatable {
    /// Answers against what the others say.
    public let confusion: BinaryConfusion
    /// Faces with an answer that could be compared.
    public let faces: Int

    /// Answers that agreed with the others.
    public var agreed: Int { confusion.tp + confusion.tn }
    /// Answers that could be compared.
    public var compared: Int { confusion.count }

    /// - Parameter votes: those of any faces; the ones without a majority are passed over.
    public init(_ votes: some Sequence<Votes>, mapping: LabelMapping) {
        var confusion = BinaryConfusion()
        var faces = 0
        for face in votes where face.majority != nil {
            let before = confusion.count
            for answer in Emotion.allCases where face[answer] > 0 {
                guard let truth = face.removingOne(answer).majority else { continue }
                confusion.add(
                    face[answer], answer: mapping.isPositive(answer),
                    truth: mapping.isPositive(truth))
            }
            faces += confusion.count > before ? 1 : 0
        }
        self.confusion = confusion
        self.faces = faces
    }

    /// The share of answers that agree, with its Wilson interval. The answers about one face
    /// depend on each other, so the true interval is somewhat wider.
    public var accuracy: Estimate {
        .proportion(agreed, of: compared, emptyReason: Self.emptyReason)
    }

    /// The share of the answers to faces that the others hold positive that agree.
    public var sensitivity: Estimate {
        .proportion(confusion.tp, of: confusion.positives, emptyReason: Self.emptyReason)
    }

    /// The share of the answers to faces that the others hold negative that agree.
    public var specificity: Estimate {
        .proportion(confusion.tn, of: confusion.negatives, emptyReason: Self.emptyReason)
    }

    private static let emptyReason = "no face whose other annotators have a majority"
}

extension BinaryConfusion {
    /// Counts decisions.
    mutating func add(_ count: Int = 1, answer: Bool, truth: Bool) {
        switch (answer, truth) {
        case (true, true): tp += count
        case (true, false): fp += count
        case (false, false): tn += count
        case (false, true): fn += count
        }
    }
}
