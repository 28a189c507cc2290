/// How results on CK+ are made comparable: which labels count, and what is positive.
public enum ExpressionProtocol: String, CaseIterable, Codable, Sendable {
    /// The seven expressions of CK+; neutral frames are left out.
    case ck7 = "ck-7"
    /// The seven expressions and the neutral first frame of each sequence.
    case ck7Neutral = "ck-7+neutral"
    /// Sad against the other six expressions.
    case ckBinary = "ck-binary"

    /// Labels of the rows that are kept.
    public var classes: [Emotion] {
        self == .ck7Neutral ? Emotion.allCases : Emotion.allCases.filter { $0 != .neutral }
    }

    /// The positive class of the binary figures.
    public var positive: LabelMapping { self == .ck7Neutral ? .paper : .sad }

    /// Whether a decision between all classes is asked for.
    var decidesBetweenClasses: Bool { self != .ckBinary }

    /// Makes a recipe learn what the protocol asks for.
    public func apply(to recipe: inout Recipe) {
        recipe.labels = .fer2013
        recipe.keepSingleVotes = false
        recipe.positive = positive
        if decidesBetweenClasses { recipe.head = .emotions }
    }

    /// The rows that the protocol keeps, with their labels.
    /// - Throws: `DataError` for data that lacks them.
    public func rows(of dataset: Dataset) throws(DataError) -> LabelledSubset {
        let labelled = try dataset.labelled(by: .fer2013)
        guard dataset.classes == nil else {
            throw DataError(
                .request, file: dataset.name,
                found: "the protocol \(rawValue) for the classes \(labelled.classes.names)",
                expected: "the expressions of CK+")
        }
        let kept = labelled.selecting(
            labelled.indices.indices.filter { classes.contains(labelled.emotions[$0]) })
        if self == .ck7Neutral, !kept.emotions.contains(.neutral) {
            throw DataError(
                .request, file: dataset.name, found: "no neutral frames",
                expected: "the first frames of the sequences, as the official tree of CK+ has them",
                advice: "CK+48 has none of them: take ck-7 or ck-binary.")
        }
        guard kept.emotions.contains(where: { $0 != .neutral }) else {
            throw DataError(
                .request, file: dataset.name,
                found: "no row that the protocol \(rawValue) keeps",
                expected: "rows of \(classes.names)")
        }
        return kept
    }
}
