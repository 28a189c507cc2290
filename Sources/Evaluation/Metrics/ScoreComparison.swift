/// Two scorings of the same samples, compared pair by pair.
public struct ScoreComparison: Sendable {
    /// First minus second for every metric, with the interval of paired bootstrap resamples; the
    /// AUC's is DeLong's unless the samples come in clusters, which are then resampled whole.
    public let differences: [BinaryMetric: Estimate]
    /// Whether the decisions at the threshold differ.
    public let mcNemar: McNemarTest
    /// Whether the areas differ; `nil` when a class is empty.
    public let deLong: DeLongTest?
    /// Two-sided p values of equal accuracies and of equal areas; `nil` where a test is not defined.
    /// McNemar's and DeLong's; of samples in clusters those of ``ClusteredTests``.
    public let accuracyPValue: Double?
    public let aucPValue: Double?

    public init(
        first: [Double], second: [Double], labels: [Bool], threshold: Double = 0.5,
        bootstrap: Bootstrap = Bootstrap(), clusters: Clusters? = nil
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
        bootstrap.forEachResample(of: labels.count, by: clusters) { multiplicities in
            let values = difference(multiplicities)
            for metric in BinaryMetric.allCases {
                resampled[metric, default: []].append(values(metric))
            }
        }
        let values = difference([Int32](repeating: 1, count: labels.count))
        var differences: [BinaryMetric: Estimate] = [:]
        for metric in BinaryMetric.allCases {
            differences[metric] =
                values(metric).map { value in
                    if let reason = clusters.flatMap({ Clusters.reasonAgainst($0.count) }) {
                        return Estimate(value, without: reason)
                    }
                    return bootstrap.estimate(
                        value: value, resampled: resampled[metric] ?? [],
                        clusters: clusters?.count)
                } ?? .missing("not defined for both scorings")
        }
        deLong = try DeLongTest(
            first: first, second: second, labels: labels, confidence: bootstrap.confidence)
        let right = [first, second].map { zip($0, labels).map { ($0 >= threshold) == $1 } }
        mcNemar = McNemarTest(first: right[0], second: right[1])
        if let clusters {
            let tests = ClusteredTests(clusters, bootstrap)
            accuracyPValue = tests.signFlips(first: right[0], second: right[1])
            aucPValue = values(.auc).flatMap { tests.normal($0, resampled[.auc] ?? []) }
        } else {
            if let deLong { differences[.auc] = deLong.difference }
            accuracyPValue = mcNemar.pValue
            aucPValue = deLong?.pValue
        }
        self.differences = differences
    }
}
