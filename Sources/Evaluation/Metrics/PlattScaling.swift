import Foundation

/// A sigmoid that makes probabilities of decision values (Platt 1999, "Probabilistic Outputs for
/// Support Vector Machines"), fitted as Lin, Lin and Weng 2007 do ("A Note on Platt's Probabilistic
/// Outputs for Support Vector Machines"). The values must come from models that did not learn from
/// their rows.
public struct PlattScaling: Sendable, Equatable, Codable {
    /// The probability is 1 / (1 + exp(slope x value + intercept)); the slope of a classifier that is
    /// better than chance is negative.
    public let slope: Double
    public let intercept: Double

    public init(slope: Double, intercept: Double) {
        self.slope = slope
        self.intercept = intercept
    }

    /// Steps, of which ten are rarely needed.
    private static let mostSteps = 100
    private static let exactness = 1e-5
    private static let ridge = 1e-12

    /// - Throws: `MetricsError` for a value that is not finite, or where a class is missing.
    public init(values: [Double], labels: [Bool]) throws(MetricsError) {
        precondition(
            values.count == labels.count,
            "expected \(values.count) labels, got \(labels.count)")
        for (index, value) in values.enumerated() where !value.isFinite {
            throw .invalidLogit(index: index, value: value)
        }
        let positives = Double(labels.count { $0 })
        let others = Double(labels.count) - positives
        // Targets that are a little unsure keep the slope finite.
        let (high, low) = ((positives + 1) / (positives + 2), 1 / (others + 2))
        let targets = labels.map { $0 ? high : low }
        var (slope, intercept) = (0.0, log((others + 1) / (positives + 1)))
        var loss = Self.loss(values, targets, slope, intercept)
        for _ in 0 ..< Self.mostSteps {
            var (slopes, mixed, intercepts) = (Self.ridge, 0.0, Self.ridge)
            var (slopeGradient, interceptGradient) = (0.0, 0.0)
            for (value, target) in zip(values, targets) {
                let probability = Self.probability(slope * value + intercept)
                let curvature = probability * (1 - probability)
                slopes += value * value * curvature
                mixed += value * curvature
                intercepts += curvature
                slopeGradient += value * (target - probability)
                interceptGradient += target - probability
            }
            if abs(slopeGradient) < Self.exactness, abs(interceptGradient) < Self.exactness {
                break
            }
            let determinant = slopes * intercepts - mixed * mixed
            let slopeStep =
                -(intercepts * slopeGradient - mixed * interceptGradient) / determinant
            let interceptStep =
                -(slopes * interceptGradient - mixed * slopeGradient) / determinant
            let descent = slopeGradient * slopeStep + interceptGradient * interceptStep
            var step = 1.0
            while step >= 1e-10 {
                let (nextSlope, next) = (slope + step * slopeStep, intercept + step * interceptStep)
                let lower = Self.loss(values, targets, nextSlope, next)
                if lower < loss + 1e-4 * step * descent {
                    (slope, intercept, loss) = (nextSlope, next, lower)
                    break
                }
                step /= 2
            }
            if step < 1e-10 { break }
        }
        self.init(slope: slope, intercept: intercept)
    }

    /// The log-odds of the positive class.
    public func logOdds(_ value: Double) -> Double { -(slope * value + intercept) }

    /// The probability of the positive class, 0...1.
    public func callAsFunction(_ value: Double) -> Double {
        Self.probability(slope * value + intercept)
    }

    /// 1 / (1 + exp(x)), without overflow.
    private static func probability(_ x: Double) -> Double {
        x >= 0 ? exp(-x) / (1 + exp(-x)) : 1 / (1 + exp(x))
    }

    /// The negative log likelihood.
    private static func loss(
        _ values: [Double], _ targets: [Double], _ slope: Double, _ intercept: Double
    ) -> Double {
        zip(values, targets).reduce(0) { sum, row in
            let x = slope * row.0 + intercept
            return sum
                + (x >= 0
                    ? row.1 * x + log1p(exp(-x)) : (row.1 - 1) * x + log1p(exp(x)))
        }
    }
}
