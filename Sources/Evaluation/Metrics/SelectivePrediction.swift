import Foundation

/// How accurate a classifier is when it may leave its least sure samples unanswered (El-Yaniv and
/// Wiener, 2010).
///
/// The confidence of a decision is max(score, 1 - score), 0.5...1: it fits a threshold of 0.5.
public struct SelectivePrediction: Sendable, Equatable, Codable {
    /// The accuracy at one coverage.
    public struct Point: Sendable, Equatable, Codable {
        /// Samples of at least this confidence are answered.
        public let confidence: Double
        public let answered: Int
        /// Their share of all samples.
        public let coverage: Double
        /// Of the answered samples.
        public let accuracy: Estimate
    }

    /// What leaving samples of low confidence out does.
    public struct Abstention: Sendable, Equatable, Codable {
        /// Samples below this confidence were left out.
        public let abstainBelow: Double
        public let answered: Int
        public let abstained: Int
        /// The share of samples that are answered.
        public let coverage: Estimate
        /// Of the answered samples alone.
        public let metrics: BinaryMetrics

        private enum CodingKeys: String, CodingKey {
            case answered, abstained, coverage, metrics
            case abstainBelow = "abstain_below"
        }
    }

    public let n: Int
    /// From few answers to all: one point for about each twentieth of the samples. Samples of
    /// equal confidence stay together.
    public let curve: [Point]
    /// The mean, over k = 1...n, of the share of wrong decisions among the k most confident
    /// samples (AURC; Geifman and El-Yaniv, 2017), samples of equal confidence in random order.
    /// With a bootstrap interval. 0 is best; deciding at random order gives the error rate.
    public let riskCoverageArea: Estimate
    public let abstention: Abstention?

    private enum CodingKeys: String, CodingKey {
        case n, curve, abstention
        case riskCoverageArea = "area_under_risk_coverage"
    }

    /// - Parameters:
    ///   - abstainBelow: a confidence, 0.5...1; `nil` answers every sample.
    ///   - clusters: of the samples; `nil` where each stands for itself.
    /// - Throws: ``MetricsError`` for another number of labels, or a score outside 0...1.
    public init(
        scores: [Double], labels: [Bool], threshold: Double = 0.5, abstainBelow: Double? = nil,
        bootstrap: Bootstrap = Bootstrap(), clusters: Clusters? = nil
    ) throws(MetricsError) {
        try validate(scores: scores, labels: labels)
        let ranking = ConfidenceRanking(scores: scores, labels: labels, threshold: threshold)
        n = scores.count
        curve = ranking.curve(steps: 20, bootstrap, clusters)
        riskCoverageArea = bootstrap.estimate(of: scores.count, by: clusters, ranking.area)
        guard let abstainBelow else {
            abstention = nil
            return
        }
        let answered = scores.indices.filter { Self.confidence(scores[$0]) >= abstainBelow }
        abstention = Abstention(
            abstainBelow: abstainBelow, answered: answered.count,
            abstained: scores.count - answered.count,
            coverage: bootstrap.proportion(
                scores.map { Self.confidence($0) >= abstainBelow }, by: clusters),
            metrics: try BinaryMetrics(
                scores: answered.map { scores[$0] }, labels: answered.map { labels[$0] },
                threshold: threshold, bootstrap: bootstrap,
                clusters: clusters?.selecting(answered)))
    }

    /// How sure a decision is, 0.5...1.
    public static func confidence(_ score: Double) -> Double { max(score, 1 - score) }
}

/// Samples from the most confident to the least.
private struct ConfidenceRanking {
    private let order: [Int]
    private let isWrong: [Bool]
    private let confidences: [Double]
    /// 1 + 1/2 + ... + 1/k at index k, up to the number of samples.
    private let harmonicSums: [Double]

    init(scores: [Double], labels: [Bool], threshold: Double) {
        let confidences = scores.map(SelectivePrediction.confidence)
        self.confidences = confidences
        isWrong = zip(scores, labels).map { ($0 >= threshold) != $1 }
        order = scores.indices.sorted { (confidences[$1], $0) < (confidences[$0], $1) }
        var sums = [0.0]
        for k in scores.indices { sums.append(sums[k] + 1 / Double(k + 1)) }
        harmonicSums = sums
    }

    /// 1 + 1/2 + ... + 1/k. A resample of clusters may hold more samples than there are: of those the
    /// sum is as Euler gives it.
    private func harmonic(_ k: Int) -> Double {
        guard k >= harmonicSums.count else { return harmonicSums[k] }
        let count = Double(k)
        return log(count) + 0.577_215_664_901_532_9 + 1 / (2 * count) - 1 / (12 * count * count)
    }

    private func endsTie(_ rank: Int) -> Bool {
        rank + 1 == order.count || confidences[order[rank + 1]] != confidences[order[rank]]
    }

    func curve(
        steps: Int, _ bootstrap: Bootstrap, _ clusters: Clusters?
    ) -> [SelectivePrediction.Point] {
        var points: [SelectivePrediction.Point] = []
        var wanted = 1
        for (rank, sample) in order.enumerated() {
            let answered = rank + 1
            guard endsTie(rank), answered * steps >= wanted * order.count else { continue }
            wanted = answered * steps / order.count + 1
            points.append(
                .init(
                    confidence: confidences[sample], answered: answered,
                    coverage: Double(answered) / Double(order.count),
                    accuracy: bootstrap.proportion(
                        order[..<answered].map { !isWrong[$0] },
                        by: clusters?.selecting(Array(order[..<answered])))))
        }
        return points
    }

    /// In random order, `wrong` errors among the `size` samples of a tie make the expected number
    /// of errors grow evenly from rank to rank, so that a tie adds a difference of harmonic
    /// numbers.
    func area(_ multiplicities: [Int32]) -> Double? {
        var sum = 0.0
        var (before, errorsBefore) = (0, 0)
        var (size, errors) = (0, 0)
        for (rank, sample) in order.enumerated() {
            let weight = Int(multiplicities[sample])
            size += weight
            if isWrong[sample] { errors += weight }
            guard endsTie(rank) else { continue }
            if size > 0 {
                let rate = Double(errors) / Double(size)
                sum +=
                    rate * Double(size)
                    + (Double(errorsBefore) - rate * Double(before))
                    * (harmonic(before + size) - harmonic(before))
            }
            before += size
            errorsBefore += errors
            (size, errors) = (0, 0)
        }
        return before > 0 ? sum / Double(before) : nil
    }
}
