import Foundation

/// McNemar's exact test of two classifiers on the same samples: whether the samples that only
/// one of them gets right fall evenly on both.
public struct McNemarTest: Sendable, Equatable {
    /// Samples that only the first, and only the second, gets right.
    public let onlyFirst: Int
    public let onlySecond: Int
    /// Two-sided, by the binomial distribution; 1 when no sample tells the two apart.
    public let pValue: Double

    public init(onlyFirst: Int, onlySecond: Int) {
        precondition(
            onlyFirst >= 0 && onlySecond >= 0,
            "counts are at least 0, got \(onlyFirst) and \(onlySecond)")
        self.onlyFirst = onlyFirst
        self.onlySecond = onlySecond
        pValue = min(
            1, 2 * evenBinomial(atMost: min(onlyFirst, onlySecond), of: onlyFirst + onlySecond))
    }

    /// - Parameters: for each sample whether the first, and the second, classifier is right.
    public init(first: [Bool], second: [Bool]) {
        precondition(
            first.count == second.count,
            "expected as many outcomes on both sides, got \(first.count) and \(second.count)")
        let pairs = zip(first, second)
        self.init(
            onlyFirst: pairs.count { $0 && !$1 }, onlySecond: pairs.count { !$0 && $1 })
    }
}

/// The probability of at most `successes` heads in `trials` throws of a fair coin.
private func evenBinomial(atMost successes: Int, of trials: Int) -> Double {
    let count = Double(trials)
    let last = Double(successes)
    let logOrderings = lgamma(count + 1) - lgamma(last + 1) - lgamma(count - last + 1)
    let logTerm: Double = logOrderings - count * log(2.0)
    // The terms fall from the last one down, each a known fraction of the one above it.
    var ratio = 1.0
    var sum = 1.0
    for heads in stride(from: successes, to: 0, by: -1) {
        ratio *= Double(heads) / Double(trials - heads + 1)
        sum += ratio
        if ratio < sum * 1e-17 { break }
    }
    return exp(logTerm) * sum
}
