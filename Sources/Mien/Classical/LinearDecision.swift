import CClassical

/// A weighted sum: a linear support vector machine or logistic regression (Fan et al. 2008,
/// "LIBLINEAR: A Library for Large Linear Classification").
package struct LinearDecision: DecisionFunction, Equatable {
    package enum Loss: Sendable { case squaredHinge, logistic }

    package let weights: [Double]
    package let bias: Double

    package var columns: Int { weights.count }

    package init(weights: [Double], bias: Double) {
        self.weights = weights
        self.bias = bias
    }

    /// Fits the primal problem with half the squared norm of weights and bias, without drawing at
    /// random.
    /// - Throws: `ClassicalTrainingError`, also for rows of one class.
    package init(
        training rows: FeatureMatrix, labels: [Bool], loss: Loss, costs: ErrorCosts,
        tolerance: Double = 1e-4
    ) throws(ClassicalTrainingError) {
        var settings = classical_linear_settings(
            loss: Int32(loss == .logistic ? CLASSICAL_LOGISTIC : CLASSICAL_SQUARED_HINGE),
            positive_cost: costs.positive, other_cost: costs.other, tolerance: tolerance)
        var numbers = [Double](repeating: 0, count: rows.columns + 1)
        let status = rows.withRows(labelled: labels) {
            classical.train_linear(&numbers, $0, &settings)
        }
        try requireTrained("A linear model", status)
        bias = numbers.removeLast()
        weights = numbers
    }

    package func decisionValues(of rows: FeatureMatrix) -> [Double] {
        precondition(rows.columns == columns, "expected \(columns) columns, got \(rows.columns)")
        return weights.withUnsafeBufferPointer { weights in
            (0 ..< rows.count).map { index in
                rows.withRow(index) { row in
                    var sum = bias
                    for column in 0 ..< columns { sum += weights[column] * Double(row[column]) }
                    return sum
                }
            }
        }
    }
}
