/// Seeded resampling of samples with replacement (Efron, 1979).
///
/// A resample is given as multiplicities, how often each sample was drawn, so that data sorted
/// once need not be sorted again and two models are compared on the same draws.
public struct Bootstrap: Sendable, Equatable, Codable {
    public let resamples: Int
    public let seed: UInt64
    public let confidence: Double

    /// The share of resamples in which a statistic must be defined for an interval to be given.
    static let definedShare = 0.9

    public init(resamples: Int = 2000, seed: UInt64 = 0, confidence: Double = 0.95) {
        precondition(resamples >= 0, "expected at least 0 resamples, got \(resamples)")
        precondition(
            confidence > 0 && confidence < 1,
            "a confidence lies between 0 and 1, got \(confidence)")
        self.resamples = resamples
        self.seed = seed
        self.confidence = confidence
    }

    /// Calls `body` once for each resample with the multiplicities of the `count` samples; they
    /// add up to `count`.
    public func forEachResample(of count: Int, _ body: (_ multiplicities: [Int32]) -> Void) {
        guard count > 0 else { return }
        var generator = SeededGenerator(seed: seed)
        var multiplicities = [Int32](repeating: 0, count: count)
        for _ in 0 ..< resamples {
            multiplicities.withUnsafeMutableBufferPointer { buffer in
                buffer.update(repeating: 0)
                for _ in 0 ..< count { buffer[generator.index(below: count)] += 1 }
            }
            body(multiplicities)
        }
    }

    /// A statistic of any kind with its percentile interval.
    /// - Parameters:
    ///   - clusters: of the samples; `nil` where each stands for itself.
    ///   - statistic: the value for given multiplicities; `nil` where it is undefined.
    public func estimate(
        of count: Int, by clusters: Clusters? = nil,
        _ statistic: (_ multiplicities: [Int32]) -> Double?
    ) -> Estimate {
        guard count > 0 else { return .missing("no samples") }
        guard let value = statistic([Int32](repeating: 1, count: count)) else {
            return .missing("not defined on these samples")
        }
        if let reason = clusters.flatMap({ Clusters.reasonAgainst($0.count) }) {
            return Estimate(value, without: reason)
        }
        var values: [Double?] = []
        forEachResample(of: count, by: clusters) { values.append(statistic($0)) }
        return estimate(value: value, resampled: values, clusters: clusters?.count)
    }

    /// The percentile interval around `value`; without one, and a reason, when there were no
    /// resamples, when too few define the statistic, or when all agree.
    /// - Parameter clusters: how many were drawn from; `nil` where samples were.
    func estimate(value: Double, resampled: [Double?], clusters: Int? = nil) -> Estimate {
        let tail = tail(clusters: clusters)
        return switch sorted(resampled) {
        case .failure(let missing): Estimate(value, without: missing.reason)
        case .success(let values):
            Estimate(value, quantile(values, tail) ... quantile(values, 1 - tail))
        }
    }

    /// The interval of a distance, which cannot be negative and which noise can only lengthen:
    /// its estimate is too large, and that of a resample too large twice over, so that the
    /// percentiles can lie above the true value, and even above the estimate.
    ///
    /// The excess of the resamples' mean over the estimate is the size of that bias. It is taken
    /// from the upper end once, which keeps the estimate inside, and from the lower end twice,
    /// since the estimate carries it as well.
    func distanceEstimate(value: Double, resampled: [Double?], clusters: Int? = nil) -> Estimate {
        let tail = tail(clusters: clusters)
        switch sorted(resampled) {
        case .failure(let missing): return Estimate(value, without: missing.reason)
        case .success(let values):
            let bias = max(0, values.reduce(0, +) / Double(values.count) - value)
            let low = max(0, quantile(values, tail) - 2 * bias)
            return Estimate(
                value, min(value, low) ... max(value, quantile(values, 1 - tail) - bias))
        }
    }

    private struct NoInterval: Error { let reason: String }

    private func sorted(_ resampled: [Double?]) -> Result<[Double], NoInterval> {
        let values = resampled.compactMap { $0 }.sorted()
        guard let first = values.first, let last = values.last else {
            return .failure(
                NoInterval(
                    reason: resampled.isEmpty
                        ? "no resamples were asked for" : "not defined in any resample"))
        }
        guard Double(values.count) >= Self.definedShare * Double(resampled.count) else {
            return .failure(
                NoInterval(
                    reason: "defined in only \(values.count) of \(resampled.count) resamples"))
        }
        // Sums over the same terms in the same order can still differ in their last digits.
        guard last - first > 1e-12 * max(abs(first), abs(last)) else {
            return .failure(NoInterval(reason: "all resamples give the same value"))
        }
        return .success(values)
    }
}
