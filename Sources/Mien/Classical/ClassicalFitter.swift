/// Fits what a recipe asks for on rows of features.
struct ClassicalFitter {
    /// What inner folds choose.
    struct Point: Equatable {
        var cost: Double
        /// In units of 1 / (columns x variance); `nil` without a kernel.
        var gamma: Double?
    }

    let recipe: Recipe
    let settings: ClassicalSettings

    /// `nil` for a forest, which takes the features as they are.
    func transform(_ features: FeatureMatrix) throws -> FeatureTransform? {
        guard settings.kind != .forest else { return nil }
        return try FeatureTransform(fitting: features, settings.extent)
    }

    /// - Parameter rows: after the transform.
    func decision(
        _ rows: FeatureMatrix, _ labels: [Bool], _ point: Point
    ) throws -> any DecisionFunction {
        switch settings.kind {
        case .linearSVM, .logistic:
            try LinearDecision(
                training: rows, labels: labels,
                loss: settings.kind == .logistic ? .logistic : .squaredHinge,
                costs: costs(point.cost, labels))
        case .svm:
            try KernelDecision(
                training: rows, labels: labels, costs: costs(point.cost, labels),
                gamma: (point.gamma ?? 1) / rows.totalVariance)
        case .forest:
            try RandomForest(
                training: rows, labels: labels, trees: settings.trees, depth: settings.depth,
                seed: recipe.seed)
        }
    }

    /// Balanced ones weigh both classes alike: n / (2 x rows of the class).
    private func costs(_ cost: Double, _ labels: [Bool]) -> ErrorCosts {
        guard recipe.classWeights == .balanced else { return ErrorCosts(cost) }
        let positives = Double(labels.count { $0 })
        let all = Double(labels.count)
        return ErrorCosts(
            positive: cost * all / (2 * positives), other: cost * all / (2 * (all - positives)))
    }
}

extension FeatureMatrix {
    /// The columns times the variance of all numbers; 1 where they do not vary.
    fileprivate var totalVariance: Double {
        let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
        let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let total = Double(columns) * squares / Double(values.count)
        return total > 0 ? total : 1
    }
}
