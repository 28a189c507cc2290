import Foundation

/// The area under the ROC curve with DeLong's variance (DeLong, DeLong and Clarke-Pearson, 1988),
/// in O(n log n) by ranks instead of pairs (Sun and Xu, 2014). Tied scores count half, exactly.
public struct DeLong: Sendable {
    /// The probability that a positive sample scores above a negative one; ties count half.
    public let auc: Double
    public let positives: Int
    public let negatives: Int
    /// For each sample the share of the other class that it is on the right side of.
    let placements: [Double]
    let labels: [Bool]

    /// - Returns: `nil` when a class is empty.
    public init?(scores: [Double], labels: [Bool]) throws(MetricsError) {
        try validate(scores: scores, labels: labels)
        self.init(RankedScores(scores: scores, labels: labels))
    }

    init?(_ ranked: RankedScores) {
        let positives = ranked.positives
        let negatives = ranked.count - ranked.positives
        guard positives > 0, negatives > 0 else { return nil }
        self.positives = positives
        self.negatives = negatives
        labels = ranked.labels
        var placements = [Double](repeating: 0, count: ranked.count)
        var positivesAbove = 0
        var negativesAbove = 0
        var twiceWins = 0
        ranked.forEachTie { members in
            let tiedPositives = members.count { ranked.labels[$0] }
            let tiedNegatives = members.count - tiedPositives
            let negativesBelow = negatives - negativesAbove - tiedNegatives
            twiceWins += tiedPositives * (2 * negativesBelow + tiedNegatives)
            let positivePlacement =
                (Double(negativesBelow) + Double(tiedNegatives) / 2) / Double(negatives)
            let negativePlacement =
                (Double(positivesAbove) + Double(tiedPositives) / 2) / Double(positives)
            for member in members {
                placements[member] = ranked.labels[member] ? positivePlacement : negativePlacement
            }
            positivesAbove += tiedPositives
            negativesAbove += tiedNegatives
        }
        auc = Double(twiceWins) / (2 * Double(positives) * Double(negatives))
        self.placements = placements
    }

    /// The variance of the area; `nil` when a class has only one sample.
    public var variance: Double? { covariance(with: self) }

    /// The area and its interval, cut to 0...1.
    ///
    /// When the variance is 0 (perfect, inverted or all-tied scores) or a class has a single
    /// sample, DeLong's interval would have no width, or none could be computed. Then it is the
    /// Wilson interval over min(positives, negatives) trials: that many disjoint
    /// positive-negative pairs can be formed, and each is an independent trial of the area.
    public func estimate(confidence: Double = 0.95) -> Estimate {
        guard let variance, variance > 0 else {
            let pairs = Double(min(positives, negatives))
            return Estimate(
                auc,
                wilsonInterval(successes: auc * pairs, trials: pairs, confidence: confidence))
        }
        let half = standardErrors(confidence) * variance.squareRoot()
        return Estimate(auc, max(0, auc - half) ... min(1, auc + half))
    }

    /// The covariance of two areas on the same samples; `nil` when a class has one sample.
    func covariance(with other: DeLong) -> Double? {
        precondition(labels == other.labels, "both areas must be of the same samples")
        guard positives > 1, negatives > 1 else { return nil }
        var sums = (positive: 0.0, negative: 0.0)
        for index in labels.indices {
            let product = (placements[index] - auc) * (other.placements[index] - other.auc)
            if labels[index] { sums.positive += product } else { sums.negative += product }
        }
        return sums.positive / (Double(positives - 1) * Double(positives))
            + sums.negative / (Double(negatives - 1) * Double(negatives))
    }
}

/// DeLong's paired test of two scorings of the same samples.
public struct DeLongTest: Sendable {
    /// The first area minus the second, with its interval.
    public let difference: Estimate
    /// The difference in standard errors; `nil` where the variance of the difference is 0 or
    /// cannot be computed.
    public let z: Double?
    /// Two-sided, for the null hypothesis of equal areas; `nil` with `z`.
    public let pValue: Double?

    /// - Returns: `nil` when a class is empty.
    public init?(
        first: [Double], second: [Double], labels: [Bool], confidence: Double = 0.95
    ) throws(MetricsError) {
        guard let one = try DeLong(scores: first, labels: labels),
            let two = try DeLong(scores: second, labels: labels)
        else { return nil }
        let value = one.auc - two.auc
        guard let ours = one.variance, let theirs = two.variance,
            let shared = one.covariance(with: two)
        else {
            difference = Estimate(value, without: "a class has only one sample")
            z = nil
            pValue = nil
            return
        }
        let variance = ours + theirs - 2 * shared
        // What rounding leaves of an exact 0 is of the order of the machine's epsilon.
        guard variance > 1e-15 * (ours + theirs) else {
            difference = Estimate(value, without: "the variance of the difference is zero")
            z = nil
            pValue = nil
            return
        }
        let error = variance.squareRoot()
        let half = standardErrors(confidence) * error
        difference = Estimate(value, max(-1, value - half) ... min(1, value + half))
        z = value / error
        pValue = erfc(abs(value / error) / 2.0.squareRoot())
    }
}
