package import Evaluation
import Foundation

/// Makes logits of the decision values of a face.
///
/// Several classes are learnt one against the rest: a machine for each class, a sigmoid for each
/// machine, probabilities divided by their sum (Zadrozny and Elkan 2002, "Transforming Classifier
/// Scores into Accurate Multiclass Probability Estimates"). Each sigmoid is then fitted on all rows,
/// also of rare classes, and liblinear, libsvm and the two-class case follow one rule (Rifkin and
/// Klautau 2004, "In Defense of One-Vs-All Classification").
package struct DecisionCalibration: Sendable, Equatable {
    /// Outputs of the model: two for one decision value.
    package let outputCount: Int
    /// Of each decision value, the output that it speaks for.
    package let outputs: [Int]
    /// Of each decision value; empty where these are shares of votes.
    package let sigmoids: [PlattScaling]

    package init(outputCount: Int, outputs: [Int], sigmoids: [PlattScaling]) {
        precondition(
            sigmoids.isEmpty || sigmoids.count == outputs.count,
            "expected \(outputs.count) sigmoids, got \(sigmoids.count)")
        self.outputCount = outputCount
        self.outputs = outputs
        self.sigmoids = sigmoids
    }

    /// Two outputs of one decision value.
    package init(_ sigmoid: PlattScaling?) {
        self.init(outputCount: 2, outputs: [1], sigmoids: sigmoid.map { [$0] } ?? [])
    }

    /// No vote at all is not certainty: finite odds. Also what an output has that nothing was learnt
    /// of, as a share of the most probable one.
    private static let smallestShare = 1e-7

    /// - Parameter values: of one face.
    /// - Returns: [outputCount]; their softmax is the probabilities.
    func logits(of values: ArraySlice<Double>) -> [Float] {
        if values.count == 1, let value = values.first {
            guard let sigmoid = sigmoids.first else {
                let share = Self.clamped(value)
                return [Float(log(1 - share)), Float(log(share))]
            }
            return [0, Float(sigmoid.logOdds(value))]
        }
        guard !sigmoids.isEmpty else { return values.map { Float(log(Self.clamped($0))) } }
        let learnt = zip(sigmoids, values).map { Self.logProbability($0.logOdds($1)) }
        let floor = (learnt.max() ?? 0) + log(Self.smallestShare)
        var logits = [Float](repeating: Float(floor), count: outputCount)
        for (output, logit) in zip(outputs, learnt) { logits[output] = Float(logit) }
        return logits
    }

    private static func clamped(_ share: Double) -> Double {
        min(max(share, smallestShare), 1 - smallestShare)
    }

    /// The logarithm of a probability with these log-odds, without overflow.
    private static func logProbability(_ odds: Double) -> Double {
        -(max(-odds, 0) + log1p(exp(-abs(odds))))
    }
}
