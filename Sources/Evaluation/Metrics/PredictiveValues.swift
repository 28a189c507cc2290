import Foundation

/// What a positive and a negative decision are worth where another share of the faces is positive
/// than in the data that was measured.
///
/// By Bayes' rule from sensitivity Se and specificity Sp at prevalence p:
/// PPV = Se p / (Se p + (1 - Sp)(1 - p)), NPV = Sp (1 - p) / (Sp (1 - p) + (1 - Se) p). The
/// intervals are those of the logits by the delta method (Mercaldo, Lau and Zhou, 2007, eq. 5 and
/// 6); where a decision was never, or always, right, their adjusted form with z^2 / 2 added to
/// each of the four counts, widened to hold the value.
public struct PredictiveValues: Sendable, Equatable, Codable {
    /// The predictive values at one prevalence.
    public struct Row: Sendable, Equatable, Codable {
        /// The share of positive faces, above 0 and below 1.
        public let prevalence: Double
        /// The share of positive decisions that are right (PPV).
        public let positive: Estimate
        /// The share of negative decisions that are right (NPV).
        public let negative: Estimate

        private enum CodingKeys: String, CodingKey {
            case prevalence
            case positive = "positive_predictive_value"
            case negative = "negative_predictive_value"
        }
    }

    /// How many samples the sensitivity and the specificity are of.
    public let positives: Int
    public let negatives: Int
    public let rows: [Row]
    /// What these numbers are not.
    public let caution: String

    /// From one face in a hundred to every second.
    public static let usualPrevalences = [
        0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
    ]

    /// Predictive values of samples in clusters, with intervals by the bootstrap over clusters.
    public init(
        scores: [Double], labels: [Bool], threshold: Double, clusters: Clusters,
        bootstrap: Bootstrap, prevalences: [Double] = usualPrevalences
    ) {
        var cells = [BinaryConfusion](repeating: BinaryConfusion(), count: clusters.count)
        for (index, cluster) in clusters.numbers.enumerated() {
            cells[cluster].add(isPositive: labels[index], reaches: scores[index] >= threshold)
        }
        let whole = cells.reduce(BinaryConfusion()) { $0.adding($1, times: 1) }
        var drawn: [BinaryConfusion] = []
        if clusters.count >= Clusters.fewest {
            bootstrap.forEachDraw(of: clusters.count) { times in
                drawn.append(
                    zip(cells, times).reduce(BinaryConfusion()) {
                        $0.adding($1.0, times: Int($1.1))
                    })
            }
        }
        let plain = PredictiveValues(
            whole, prevalences: prevalences, confidence: bootstrap.confidence)
        positives = plain.positives
        negatives = plain.negatives
        caution = plain.caution
        rows = plain.rows.map { row in
            func estimate(
                _ known: Estimate, _ value: (BinaryConfusion) -> Double?
            ) -> Estimate {
                guard let middle = known.value else { return known }
                if let reason = Clusters.reasonAgainst(clusters.count) {
                    return Estimate(middle, without: reason)
                }
                return bootstrap.estimate(
                    value: middle, resampled: drawn.map(value), clusters: clusters.count)
            }
            return Row(
                prevalence: row.prevalence,
                positive: estimate(row.positive) { $0.positiveValue(at: row.prevalence) },
                negative: estimate(row.negative) { $0.negativeValue(at: row.prevalence) })
        }
    }

    public init(
        _ confusion: BinaryConfusion, prevalences: [Double] = usualPrevalences,
        confidence: Double = 0.95
    ) {
        positives = confusion.positives
        negatives = confusion.negatives
        caution = PredictiveValuesFigure.caution
        rows = prevalences.map { prevalence in
            precondition(
                prevalence > 0 && prevalence < 1,
                "a prevalence lies between 0 and 1, got \(prevalence)")
            return Row(
                prevalence: prevalence,
                positive: Self.value(
                    right: (confusion.tp, confusion.positives),
                    wrong: (confusion.fp, confusion.negatives), prevalence, confidence),
                negative: Self.value(
                    right: (confusion.tn, confusion.negatives),
                    wrong: (confusion.fn, confusion.positives), 1 - prevalence, confidence))
        }
    }

    /// The value of a decision: `right` of the samples of its own class get it, `wrong` of the
    /// other class, and `share` of all faces are of its own class.
    private static func value(
        right: (count: Int, of: Int), wrong: (count: Int, of: Int), _ share: Double,
        _ confidence: Double
    ) -> Estimate {
        guard right.of > 0, wrong.of > 0 else {
            return .missing(right.of + wrong.of == 0 ? "no samples" : "only one class of samples")
        }
        guard right.count + wrong.count > 0 else {
            return .missing("no score leads to this decision")
        }
        let rightRate = Double(right.count) / Double(right.of)
        let wrongRate = Double(wrong.count) / Double(wrong.of)
        let value = rightRate * share / (rightRate * share + wrongRate * (1 - share))
        let z = standardErrors(confidence)
        let isExtreme = [0, right.of].contains(right.count) || [0, wrong.of].contains(wrong.count)
        let added = isExtreme ? z * z / 2 : 0
        func rate(_ part: (count: Int, of: Int)) -> (value: Double, n: Double) {
            let n = Double(part.of) + 2 * added
            return ((Double(part.count) + added) / n, n)
        }
        let (own, other) = (rate(right), rate(wrong))
        let centre = log(own.value / other.value) + log(share / (1 - share))
        let variance =
            (1 - own.value) / (own.n * own.value) + (1 - other.value) / (other.n * other.value)
        let half = z * variance.squareRoot()
        func probability(_ logit: Double) -> Double { 1 / (1 + exp(-logit)) }
        return Estimate(
            value,
            min(value, probability(centre - half)) ... max(value, probability(centre + half)))
    }
}

extension BinaryConfusion {
    fileprivate mutating func add(isPositive: Bool, reaches: Bool) {
        switch (isPositive, reaches) {
        case (true, true): tp += 1
        case (true, false): fn += 1
        case (false, true): fp += 1
        case (false, false): tn += 1
        }
    }

    fileprivate func adding(_ other: BinaryConfusion, times: Int) -> BinaryConfusion {
        BinaryConfusion(
            tp: tp + times * other.tp, fp: fp + times * other.fp, tn: tn + times * other.tn,
            fn: fn + times * other.fn)
    }

    fileprivate func positiveValue(at prevalence: Double) -> Double? {
        guard positives > 0, negatives > 0, reaching > 0 else { return nil }
        let right = sensitivity * prevalence
        return right / (right + (1 - specificity) * (1 - prevalence))
    }

    fileprivate func negativeValue(at prevalence: Double) -> Double? {
        guard positives > 0, negatives > 0, below > 0 else { return nil }
        let right = specificity * (1 - prevalence)
        return right / (right + (1 - sensitivity) * prevalence)
    }
}
