/// Two scorings of the same samples, compared pair by pair.
public struct ScoreComparison: Sendable {
    /// First minus second for every metric, with the interval of paired bootstrap resamples; the
    /// AUC's is DeLong's.
    public let differences: [BinaryMetric: Estimate]
    /// Whether the decisions at the threshold differ.
    public let mcNemar: McNemarTest
    /// Whether the areas differ; `nil` when a class is empty.
    public let deLong: DeLongTest?

    public init(
        first: [Double], second: [Double], labels: [Bool], threshold: Double = 0.5,
        bootstrap: Bootstrap = Bootstrap()
    ) throws(MetricsError) {
        try validate(scores: first, labels: labels)
        try validate(scores: second, labels: labels)
        let kernels = [first, second].map {
            BinaryKernel(
                RankedScores(scores: $0, labels: labels), threshold: threshold,
                bins: BinaryMetrics.calibrationBins)
        }
        func difference(_ multiplicities: [Int32]) -> (BinaryMetric) -> Double? {
            let one = kernels[0].values(multiplicities)
            let two = kernels[1].values(multiplicities)
            return { metric in
                guard let first = one[metric], let second = two[metric] else { return nil }
                return first - second
            }
        }
        var resampled: [BinaryMetric: [Double?]] = [:]
        bootstrap.forEachResample(of: labels.count) { multiplicities in
            let values = difference(multiplicities)
            for metric in BinaryMetric.allCases {
                resampled[metric, default: []].append(values(metric))
            }
        }
        let values = difference([Int32](repeating: 1, count: labels.count))
        var differences: [BinaryMetric: Estimate] = [:]
        for metric in BinaryMetric.allCases {
            differences[metric] =
                values(metric).map {
                    bootstrap.estimate(value: $0, resampled: resampled[metric] ?? [])
                } ?? .missing("not defined for both scorings")
        }
        deLong = try DeLongTest(
            first: first, second: second, labels: labels, confidence: bootstrap.confidence)
        if let deLong { differences[.auc] = deLong.difference }
        self.differences = differences
        mcNemar = McNemarTest(
            first: zip(first, labels).map { ($0 >= threshold) == $1 },
            second: zip(second, labels).map { ($0 >= threshold) == $1 })
    }
}
