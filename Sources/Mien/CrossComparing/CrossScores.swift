package import Evaluation
import Torch

/// The scores of a model on the test rows of a data set.
struct CrossScores {
    let emotions: [Emotion]
    let truths: [Bool]
    let scores: [Double]
    let clusters: Clusters?
    /// Rows that the model was trained on, as far as is known.
    let trainedOn: Int?

    /// - Returns: `nil` when stopped.
    init?(
        _ model: Model, on set: CrossDataset, mapping: LabelMapping,
        _ evaluator: EvaluationSession,
        progress: (Int) -> Bool
    ) throws {
        try model.check(evaluator.device)
        let answers = try model.probabilities(
            of: set.test.indices, in: set.data, batchSize: evaluator.batchSize,
            precision: model.resolved(evaluator.precision, on: evaluator.device),
            device: evaluator.device, progress: progress)
        guard let answers else { return nil }
        scores = answers.map { model.card.score($0, positive: mapping) }
        truths = set.test.positives(mapping)
        emotions = set.test.emotions
        clusters = set.clusters
        let seen = SeenRows(
            model, of: set.test.indices, in: set.data, KnownDuplicates(set.data))
        trainedOn = seen.basis == .unknown ? nil : seen.count(.training)
    }

    private init(_ whole: CrossScores, _ positions: [Int]) {
        emotions = positions.map { whole.emotions[$0] }
        truths = positions.map { whole.truths[$0] }
        scores = positions.map { whole.scores[$0] }
        clusters = whole.clusters?.selecting(positions)
        trainedOn = whole.trainedOn
    }

    /// Rows of some classes; all for `nil`.
    func selecting(_ classes: Set<Emotion>?) -> CrossScores {
        guard let classes else { return self }
        return CrossScores(self, emotions.indices.filter { classes.contains(emotions[$0]) })
    }

    func metrics(_ evaluator: EvaluationSession) throws -> BinaryMetrics {
        try BinaryMetrics(
            scores: scores, labels: truths, threshold: evaluator.threshold,
            bootstrap: evaluator.bootstrap, clusters: clusters)
    }

    /// This minus others of the same rows, by paired resamples.
    func difference(
        from others: CrossScores, _ evaluator: EvaluationSession
    ) throws -> [BinaryMetric: Estimate] {
        try ScoreComparison(
            first: scores, second: others.scores, labels: truths, threshold: evaluator.threshold,
            bootstrap: evaluator.bootstrap, clusters: clusters
        ).differences
    }
}

extension Estimate {
    /// The difference of two independent estimates, its interval from theirs (Zou and Donner 2008,
    /// "Construction of confidence limits about effect measures", MOVER).
    package static func difference(_ one: Estimate, _ other: Estimate) -> Estimate {
        guard let first = one.value, let second = other.value else {
            return .missing("not defined for both")
        }
        let value = first - second
        guard let low = one.low, let high = one.high, let otherLow = other.low,
            let otherHigh = other.high
        else {
            return Estimate(value, without: one.reason ?? other.reason ?? "no interval of both")
        }
        func length(_ first: Double, _ second: Double) -> Double {
            (first * first + second * second).squareRoot()
        }
        return Estimate(
            value,
            value - length(first - low, otherHigh - second)
                ... value + length(high - first, second - otherLow))
    }
}
