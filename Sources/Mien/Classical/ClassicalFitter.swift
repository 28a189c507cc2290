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

    /// - Parameters:
    ///   - rows: after the transform.
    ///   - classNumbers: of each row.
    ///   - outputs: see ``outputs(of:classNumbers:)``.
    func decision(
        _ rows: FeatureMatrix, _ classNumbers: [Int], _ outputs: [Int], _ point: Point
    ) throws -> any DecisionFunction {
        let targets = outputs.map { output in classNumbers.map { $0 == output } }
        switch settings.kind {
        case .linearSVM, .logistic:
            return LinearDecision(
                joining: try targets.map { labels in
                    try LinearDecision(
                        training: rows, labels: labels,
                        loss: settings.kind == .logistic ? .logistic : .squaredHinge,
                        costs: costs(point.cost, labels))
                })
        case .svm:
            return try KernelDecision(
                training: rows, targets: targets, costs: targets.map { costs(point.cost, $0) },
                gamma: (point.gamma ?? 1) / rows.totalVariance)
        case .forest:
            return try RandomForest(
                training: rows, classNumbers: classNumbers.map { UInt8($0) },
                valueCount: outputs.count, trees: settings.trees, depth: settings.depth,
                seed: recipe.seed)
        }
    }

    /// The outputs that a decision value each speaks for: of two classes the second; else all that a
    /// forest can vote for, or those with rows, which a machine each tells from the rest.
    /// - Parameter count: of all outputs.
    func outputs(of count: Int, classNumbers: [Int]) -> [Int] {
        guard recipe.head == .emotions else { return [1] }
        return settings.kind == .forest ? Array(0 ..< count) : Set(classNumbers).sorted()
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
