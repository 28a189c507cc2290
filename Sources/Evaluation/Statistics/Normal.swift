import Foundation

/// The distribution function of the standard normal distribution.
public func normalDistribution(_ x: Double) -> Double {
    0.5 * erfc(-x / 2.0.squareRoot())
}

/// The quantile of the standard normal distribution, to a relative error near 1e-14.
///
/// It starts from Abramowitz and Stegun, 26.2.23 (error below 4.5e-4), and takes Halley steps on
/// `erfc`, each of which trebles the number of right digits.
/// - Parameter probability: 0...1; the ends give minus and plus infinity.
public func normalQuantile(_ probability: Double) -> Double {
    precondition(
        (0 ... 1).contains(probability),
        "a probability lies in 0...1, got \(probability)")
    if probability == 0 { return -.infinity }
    if probability > 0.5 { return -normalQuantile(1 - probability) }
    let t = (-2 * log(probability)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var x = numerator / denominator - t
    for _ in 0 ..< 3 {
        let error = normalDistribution(x) - probability
        let step = error * (2 * Double.pi).squareRoot() * exp(x * x / 2)
        x -= step / (1 + x * step / 2)
    }
    return x
}

/// The half-width of a two-sided interval in standard errors: 1.96 for 0.95.
func standardErrors(_ confidence: Double) -> Double {
    precondition(
        confidence > 0 && confidence < 1,
        "a confidence lies between 0 and 1, got \(confidence)")
    return normalQuantile(0.5 + confidence / 2)
}
