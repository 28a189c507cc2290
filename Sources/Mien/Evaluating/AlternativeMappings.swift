public import Evaluation

/// The same scores and rows under other mappings of emotions to the positive class: how much of a
/// result is the mapping.
public struct AlternativeMappings: Sendable, Equatable, Codable {
    /// The results under one choice of positive emotions.
    public struct Row: Sendable, Equatable, Codable {
        public let positive: LabelMapping
        /// Whether it is the mapping that the rest of the report is of.
        public let isUsed: Bool
        public let n: Int
        public let positives: Int
        public let accuracy: Estimate
        public let auc: Estimate
        /// What always answering the majority class reaches: the positives change with the
        /// mapping, so that accuracies cannot be compared without it.
        public let majorityClassAccuracy: Estimate

        enum CodingKeys: String, CodingKey {
            case n, positives, accuracy, auc
            case positive = "positive_classes"
            case isUsed = "used"
            case majorityClassAccuracy = "always_commoner_accuracy"
        }
    }

    public let rows: [Row]
    /// Why there are none, or `nil`.
    public let reason: String?

    /// The paper's mapping, each of its two halves, and the same with fear.
    public static let usual: [[Emotion]] = [
        [.neutral, .sad], [.sad], [.neutral], [.sad, .fear], [.neutral, .sad, .fear],
    ]

    /// - Parameters:
    ///   - scored: rows of a model with one output for each emotion; another has no rows.
    ///   - used: the mapping of the report; it comes first.
    init(
        _ scored: ScoredRows, used: LabelMapping, threshold: Double, bootstrap: Bootstrap
    ) throws {
        guard scored.head == .emotions else {
            rows = []
            reason = "the model has two outputs; other mappings need one for each emotion"
            return
        }
        reason = nil
        var mappings = [used]
        let classes = Set(scored.labelling.classes)
        for emotions in Self.usual where classes.isStrictSuperset(of: emotions) {
            let mapping = try LabelMapping(Set(emotions))
            if mapping != used { mappings.append(mapping) }
        }
        // Without clusters no interval here needs resamples.
        let plain = Bootstrap(resamples: 0, confidence: bootstrap.confidence)
        rows = try mappings.map { mapping in
            let truths = scored.labelling.positives(mapping)
            let metrics = try BinaryMetrics(
                scores: scored.scores(of: mapping), labels: truths, threshold: threshold,
                bootstrap: scored.clusters == nil ? plain : bootstrap, clusters: scored.clusters)
            return Row(
                positive: mapping, isUsed: mapping == used, n: metrics.n,
                positives: metrics.positives, accuracy: metrics.accuracy, auc: metrics.auc,
                majorityClassAccuracy: BaseRate(
                    truths, bootstrap: bootstrap, clusters: scored.clusters
                ).majorityClassAccuracy)
        }
    }
}
