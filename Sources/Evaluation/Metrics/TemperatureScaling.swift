import Foundation

/// One number that all logits are divided by so that probabilities match frequencies
/// (Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017). It is
/// fitted on validation data and changes no decision between classes.
public struct TemperatureScaling: Sendable, Equatable, Codable {
    /// Above 1 makes the model less sure, below 1 more.
    public let temperature: Double
    /// The mean negative log likelihood, in nats, before and after.
    public let lossBefore: Double
    public let lossAfter: Double

    private enum CodingKeys: String, CodingKey {
        case temperature
        case lossBefore = "loss_before"
        case lossAfter = "loss_after"
    }

    /// The temperature is kept in this range: samples that are all classified rightly would
    /// send it to 0, logits that say nothing to infinity.
    public static let range: ClosedRange<Double> = 0.05 ... 20

    /// Finds the temperature of least loss. The loss is convex in 1/temperature, so that the sign
    /// of its slope tells on which side the minimum lies, and halving finds it.
    /// - Parameters:
    ///   - logits: one row after the other, `labels.count` x `classes`.
    ///   - labels: the true class of each row.
    /// - Returns: `nil` without samples.
    public init?(logits: [Double], classes: Int, labels: [Int]) throws(MetricsError) {
        precondition(classes > 1, "expected at least two classes, got \(classes)")
        precondition(
            logits.count == labels.count * classes,
            "expected \(labels.count) x \(classes) logits, got \(logits.count)")
        for (index, logit) in logits.enumerated() where !logit.isFinite {
            throw .invalidLogit(index: index, value: logit)
        }
        for (index, label) in labels.enumerated() where !(0 ..< classes).contains(label) {
            throw .invalidClass(index: index, value: label, classes: classes)
        }
        guard !labels.isEmpty else { return nil }
        func loss(_ inverse: Double) -> (value: Double, slope: Double) {
            var value = 0.0
            var slope = 0.0
            for (row, label) in labels.enumerated() {
                let scaled = logits[row * classes ..< (row + 1) * classes]
                let largest = scaled.reduce(-.infinity, max)
                var total = 0.0
                var weighted = 0.0
                for logit in scaled {
                    let share = exp(inverse * (logit - largest))
                    total += share
                    weighted += share * logit
                }
                let truth = logits[row * classes + label]
                value += log(total) + inverse * (largest - truth)
                slope += weighted / total - truth
            }
            return (value / Double(labels.count), slope / Double(labels.count))
        }
        var low = 1 / Self.range.upperBound
        var high = 1 / Self.range.lowerBound
        if loss(low).slope >= 0 {
            high = low
        } else if loss(high).slope <= 0 {
            low = high
        }
        while high - low > 1e-12 * high {
            let middle = (low + high) / 2
            if loss(middle).slope > 0 { high = middle } else { low = middle }
        }
        temperature = 2 / (low + high)
        lossBefore = loss(1).value
        lossAfter = loss(1 / temperature).value
    }

    /// The same for the scores of a binary classifier: their log odds are the logits.
    public init?(scores: [Double], labels: [Bool]) throws(MetricsError) {
        try validate(scores: scores, labels: labels)
        try self.init(
            logits: scores.flatMap { [0, logOdds($0)] }, classes: 2,
            labels: labels.map { $0 ? 1 : 0 })
    }

    /// A score after scaling; 0.5 stays where it is.
    public func calibrated(_ score: Double) -> Double {
        1 / (1 + exp(-logOdds(score) / temperature))
    }

    /// The probabilities of one row of logits.
    public func probabilities(_ logits: [Double]) -> [Double] {
        let largest = logits.reduce(-.infinity, max)
        let shares = logits.map { exp(($0 - largest) / temperature) }
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }
}

/// Log odds, finite at 0 and 1.
private func logOdds(_ score: Double) -> Double {
    let inside = min(max(score, .ulpOfOne), 1 - .ulpOfOne)
    return log(inside) - log1p(-inside)
}
