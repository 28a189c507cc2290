import CClassical

/// Weighted sums: linear support vector machines or logistic regressions, one for two classes, else
/// one for each class against the rest (Fan et al. 2008, "LIBLINEAR: A Library for Large Linear
/// Classification").
package struct LinearDecision: DecisionFunction, Equatable {
    package enum Loss: Sendable { case squaredHinge, logistic }

    /// [machines, columns], row by row.
    package let weights: [Double]
    /// Of each machine.
    package let biases: [Double]

    package var columns: Int { weights.count / biases.count }
    package var valueCount: Int { biases.count }

    package init(weights: [Double], biases: [Double]) {
        precondition(
            !biases.isEmpty && weights.count % biases.count == 0,
            "expected weights of \(biases.count) machines, got \(weights.count)")
        self.weights = weights
        self.biases = biases
    }

    package init(weights: [Double], bias: Double) { self.init(weights: weights, biases: [bias]) }

    /// Several machines as one.
    package init(joining machines: [LinearDecision]) {
        self.init(weights: machines.flatMap(\.weights), biases: machines.flatMap(\.biases))
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
        let bias = numbers.removeLast()
        self.init(weights: numbers, bias: bias)
    }

    package func decisionValues(of rows: FeatureMatrix) -> [Double] {
        precondition(rows.columns == columns, "expected \(columns) columns, got \(rows.columns)")
        return weights.withUnsafeBufferPointer { weights in
            (0 ..< rows.count).flatMap { index in
                rows.withRow(index) { row in
                    biases.enumerated().map { machine, bias in
                        var sum = bias
                        let start = machine * row.count
                        for column in row.indices {
                            sum += weights[start + column] * Double(row[column])
                        }
                        return sum
                    }
                }
            }
        }
    }
}
