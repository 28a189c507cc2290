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
