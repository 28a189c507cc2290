/// How often samples of a given score are positive: what ``BinaryMetric/ece`` is made of.
public struct ReliabilityCurve: Sendable, Equatable, Codable {
    /// The scores of one bin: their number, mean and share of positives.
    public struct Bin: Sendable, Equatable, Codable {
        /// The bin holds scores in `low ..< high`, the last one 1 as well.
        public let low: Double
        public let high: Double
        public let count: Int
        /// `nil` in an empty bin.
        public let meanScore: Double?
        /// The share of positive samples.
        public let positives: Estimate
    }

    public let bins: [Bin]

    public init(
        scores: [Double], labels: [Bool], bins count: Int = BinaryMetrics.calibrationBins,
        confidence: Double = 0.95
    ) throws(MetricsError) {
        try self.init(
            scores: scores, labels: labels, bins: count,
            bootstrap: Bootstrap(resamples: 0, confidence: confidence), clusters: nil)
    }

    /// - Parameter clusters: of the samples; `nil` where each stands for itself.
    public init(
        scores: [Double], labels: [Bool], bins count: Int = BinaryMetrics.calibrationBins,
        bootstrap: Bootstrap, clusters: Clusters?
    ) throws(MetricsError) {
        precondition(count > 0, "expected at least one bin, got \(count)")
        try validate(scores: scores, labels: labels)
        var members = [[Int]](repeating: [], count: count)
        var sums = [Double](repeating: 0, count: count)
        for (sample, score) in scores.enumerated() {
            let index = bin(of: score, count)
            members[index].append(sample)
            sums[index] += score
        }
        bins = (0 ..< count).map { index in
            let inside = members[index]
            let mean = inside.isEmpty ? nil : sums[index] / Double(inside.count)
            return Bin(
                low: Double(index) / Double(count), high: Double(index + 1) / Double(count),
                count: inside.count, meanScore: mean,
                positives: bootstrap.proportion(
                    inside.map { labels[$0] }, by: clusters?.selecting(inside),
                    emptyReason: "no scores in the bin"))
        }
    }

    /// The mean distance between score and share of positives, weighted by the counts; `nil`
    /// without samples.
    public var expectedCalibrationError: Double? {
        let total = bins.reduce(0) { $0 + $1.count }
        guard total > 0 else { return nil }
        let sum = bins.reduce(0.0) { sum, bin in
            guard let mean = bin.meanScore, let share = bin.positives.value else { return sum }
            return sum + Double(bin.count) * abs(mean - share)
        }
        return sum / Double(total)
    }
}
