/// The Wilson score interval of a proportion (Wilson, 1927; Brown, Cai and DasGupta, 2001).
///
/// It never leaves 0...1, and keeps a width when all trials agree.
/// - Parameters:
///   - successes: 0...trials. Need not be whole: ties count half in an AUC.
///   - trials: above 0.
///   - confidence: between 0 and 1.
public func wilsonInterval(
    successes: Double, trials: Double, confidence: Double = 0.95
) -> ClosedRange<Double> {
    precondition(trials > 0, "an interval needs at least one trial, got \(trials)")
    precondition(
        (0 ... trials).contains(successes),
        "expected 0...\(trials) successes, got \(successes)")
    let z = standardErrors(confidence)
    let proportion = successes / trials
    let scale = 1 + z * z / trials
    let centre = (proportion + z * z / (2 * trials)) / scale
    let variance = proportion * (1 - proportion) / trials + z * z / (4 * trials * trials)
    let half = z * variance.squareRoot() / scale
    // At the ends the interval closes exactly; rounding would leave 1e-17.
    let low = successes == 0 ? 0 : max(0, centre - half)
    let high = successes == trials ? 1 : min(1, centre + half)
    return low ... high
}

extension Estimate {
    /// A proportion with its Wilson interval.
    /// - Parameter emptyReason: the reason that is given when there are no trials.
    public static func proportion(
        _ successes: Int, of trials: Int, confidence: Double = 0.95, emptyReason: String
    ) -> Estimate {
        guard trials > 0 else { return .missing(emptyReason) }
        let interval = wilsonInterval(
            successes: Double(successes), trials: Double(trials), confidence: confidence)
        return Estimate(Double(successes) / Double(trials), interval)
    }
}
