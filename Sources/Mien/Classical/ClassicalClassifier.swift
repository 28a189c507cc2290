package import Evaluation
import Foundation
package import Torch

/// A support vector machine, logistic regression or forest over hand-made features: grey faces of
/// 48 x 48 pixels in, a logit for each class out.
package struct ClassicalClassifier: Classifier {
    package let features: FeatureSet
    /// `nil` where the decision takes the features as they are, as a forest does.
    package let transform: FeatureTransform?
    package let decision: any DecisionFunction
    package let calibration: DecisionCalibration

    package init(
        features: FeatureSet, transform: FeatureTransform?, decision: any DecisionFunction,
        calibration: DecisionCalibration
    ) {
        precondition(
            decision.valueCount == calibration.outputs.count,
            "expected \(calibration.outputs.count) decision values, got \(decision.valueCount)")
        self.features = features
        self.transform = transform
        self.decision = decision
        self.calibration = calibration
    }

    /// A classifier of two classes.
    package init(
        features: [FeatureKind], transform: FeatureTransform?, decision: any DecisionFunction,
        sigmoid: PlattScaling?
    ) {
        self.init(
            features: FeatureSet(features), transform: transform, decision: decision,
            calibration: DecisionCalibration(sigmoid))
    }

    /// [rows, decision values of a row], row by row.
    package func decisionValues(of rows: FeatureMatrix) -> [Double] {
        decision.decisionValues(of: transform.map { $0(rows) } ?? rows)
    }

    /// A logit for each class, whose softmax is the probabilities: [rows][classes]
    package func logits(ofValues values: [Double]) -> [[Float]] {
        let width = decision.valueCount
        return stride(from: 0, to: values.count, by: width).map {
            calibration.logits(of: values[$0 ..< $0 + width])
        }
    }

    /// The numbers that are kept: weights, support vectors with their multipliers, or splits and
    /// leaves.
    package var parameterCount: Int {
        switch decision {
        case let linear as LinearDecision: linear.weights.count + linear.biases.count
        case let machine as KernelDecision:
            machine.vectors.values.count + machine.coefficients.count + machine.biases.count
        case let forest as RandomForest: forest.votes.count
        default: 0
        }
    }
}

extension ClassicalClassifier {
    /// Features and decisions are of double precision, whatever that of networks is.
    package func logits(of batch: ImageBatch, precision: DType) -> [[Float]] {
        logits(ofValues: decisionValues(of: FeatureMatrix(of: batch, features.extractor)))
    }
}
