import Evaluation
import Foundation

/// Makes log-odds of decision values: a sigmoid fitted on values of rows that their models did not
/// learn from. Values that are no better than chance there become the base rate.
struct CalibratedLogit: Sendable, Equatable, Codable {
    /// Of the log-odds over the value; 0 or more.
    let slope: Double
    let intercept: Double
    /// The log-odds of the positive label among the training rows.
    let baseRate: Double

    private enum CodingKeys: String, CodingKey {
        case slope, intercept
        case baseRate = "base_rate"
    }

    /// - Parameter values: out-of-fold, one for each label.
    init(values: [Double], labels: [Bool]) {
        let positives = Double(labels.count { $0 })
        // As Laplace has it: finite for rows of one class.
        baseRate = log((positives + 1) / (Double(labels.count) - positives + 1))
        let scaling = try? PlattScaling(values: values, labels: labels)
        guard let scaling, scaling.slope < 0, scaling.slope.isFinite else {
            (slope, intercept) = (0, baseRate)
            return
        }
        (slope, intercept) = (-scaling.slope, -scaling.intercept)
    }

    /// The base rate whatever the value.
    init(baseRateOf labels: [Bool]) {
        self.init(values: labels.map { _ in 0 }, labels: labels)
    }

    /// The log-odds of the positive label.
    func logit(_ value: Double) -> Double { slope * value + intercept }

    /// How far the log-odds lie above the base rate of the training rows: the evidence. It is
    /// comparable between folds, and above 0 for a positive decision.
    func evidence(_ value: Double) -> Double { logit(value) - baseRate }

    /// The probability of the positive label for some evidence.
    func probability(evidence: Double) -> Double { 1 / (1 + exp(-(evidence + baseRate))) }
}

/// log(1 + exp(x)), without overflow.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
