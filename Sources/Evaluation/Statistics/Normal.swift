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

/// The quantile of Student's t distribution, by the expansion of Cornish and Fisher (Abramowitz and
/// Stegun, 26.7.5): to 3 digits from 4 degrees of freedom on, to 5 from 9 on.
func studentQuantile(_ probability: Double, degrees: Double) -> Double {
    let z = normalQuantile(probability)
    let (z3, z5, z7, z9) = (pow(z, 3), pow(z, 5), pow(z, 7), pow(z, 9))
    let first = (z3 + z) / 4
    let second = (5 * z5 + 16 * z3 + 3 * z) / 96
    let third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384
    let fourth = (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / 92160
    return z + first / degrees + second / pow(degrees, 2) + third / pow(degrees, 3)
        + fourth / pow(degrees, 4)
}
