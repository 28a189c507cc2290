package import Evaluation
import Foundation

/// A support vector machine, logistic regression or forest over hand-made features: grey faces of
/// 48 x 48 pixels in, two logits out.
package struct ClassicalClassifier: Classifier {
    package let features: [FeatureKind]
    /// `nil` where the decision takes the features as they are, as a forest does.
    package let transform: FeatureTransform?
    package let decision: any DecisionFunction
    /// What makes probabilities of decision values; `nil` where they are probabilities.
    package let sigmoid: PlattScaling?

    package init(
        features: [FeatureKind], transform: FeatureTransform?, decision: any DecisionFunction,
        sigmoid: PlattScaling?
    ) {
        self.features = features
        self.transform = transform
        self.decision = decision
        self.sigmoid = sigmoid
    }

    package func decisionValues(of rows: FeatureMatrix) -> [Double] {
        decision.decisionValues(of: transform.map { $0(rows) } ?? rows)
    }

    /// Logits of the negative and the positive class, whose softmax is the probability.
    package func logits(ofValues values: [Double]) -> [[Float]] {
        values.map { value in
            guard let sigmoid else {
                // No vote at all is not certainty: finite odds.
                let share = min(max(value, Self.smallestShare), 1 - Self.smallestShare)
                return [Float(log(1 - share)), Float(log(share))]
            }
            return [0, Float(sigmoid.logOdds(value))]
        }
    }

    private static let smallestShare = 1e-7

    /// The numbers that are kept: weights, support vectors with their multipliers, or splits and
    /// leaves.
    package var parameterCount: Int {
        switch decision {
        case let linear as LinearDecision: linear.weights.count + 1
        case let machine as KernelDecision: machine.vectors.values.count + machine.vectors.count + 1
        case let forest as RandomForest: forest.votes.count
        default: 0
        }
    }
}

extension ClassicalClassifier {
    package func logits(of batch: ImageBatch) -> [[Float]] {
        logits(
            ofValues: decisionValues(
                of: FeatureMatrix(of: batch, ConcatenatedFeatures(features))))
    }
}
