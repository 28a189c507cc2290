import Evaluation
import Mien

/// Classifiers of the comparison of faces, on the columns of a modality: they learn nothing of
/// scores, and take no part in the fusion.
enum ModalityClassifier: String, Sendable, Codable, CaseIterable {
    /// A support vector machine with a radial kernel whose width is that of scikit-learn's "scale".
    case svm
    /// A random forest of 200 trees.
    case forest

    /// Costs of an error that inner folds choose from.
    private static let costs = [0.1, 1, 10]

    /// Answers for the held-out participants.
    /// - Returns: `nil` where the rows of one label are too few.
    /// - Throws: `ClassicalTrainingError`.
    func answers(
        _ division: Division, block: Int, inner: [Division]
    ) throws -> [(participant: Int, answer: ScoredParticipants.Answer)]? {
        let own = division.training.present(in: block)
        let labels = own.labels
        guard labels.fewestOfAClass >= 4 else { return nil }
        var best: (cost: Double, area: Double, values: [Double])?
        for cost in self == .svm ? Self.costs : [1] {
            var values: [Int: Double] = [:]
            for part in inner {
                let training = part.training.present(in: block)
                guard training.labels.fewestOfAClass >= 2 else { return nil }
                for (row, value) in try decisions(training, block, of: part.heldOut, cost) {
                    values[row] = value
                }
            }
            let known = own.rows.map { values[$0] ?? 0 }
            let area = RankArea(scores: known, labels: labels).value() ?? 0.5
            if area > best?.area ?? -1 { best = (cost, area, known) }
        }
        guard let best else { return nil }
        let calibration = CalibratedLogit(values: best.values, labels: labels)
        return try decisions(own, block, of: division.heldOut, best.cost).map { row, value in
            let prediction = Prediction(evidence: calibration.evidence(value), score: nil)
            return (row, ScoredParticipants.Answer(prediction, calibration))
        }
    }

    private func decisions(
        _ training: TrainingData, _ block: Int, of heldOut: HeldOutRows, _ cost: Double
    ) throws -> [(row: Int, value: Double)] {
        let features = training.study.blocks[block]
        let filled = FilledColumns(training, block: block)
        let rows = heldOut.rows.filter { features.isPresent[$0] }
        guard !rows.isEmpty else { return [] }
        let matrix = filled.matrix(of: training.rows)
        let scale = try FeatureTransform(fitting: matrix, nil)
        let seen = scale(filled.matrix(of: rows))
        let decision: any DecisionFunction =
            switch self {
            case .svm:
                try KernelDecision(
                    training: scale(matrix), labels: training.labels, costs: ErrorCosts(cost),
                    gamma: 1 / Double(matrix.columns))
            case .forest:
                try RandomForest(
                    training: scale(matrix), labels: training.labels, trees: 200, depth: 12,
                    seed: 1)
            }
        return Array(zip(rows, decision.decisionValues(of: seen))).map { (row: $0.0, value: $0.1) }
    }
}

/// Columns with the medians of training rows in the place of missing values, and a flag for each
/// column that lacks some.
private struct FilledColumns {
    private let block: FeatureBlock
    private let medians: [Double?]
    private let flags: [Int]

    init(_ training: TrainingData, block number: Int) {
        let block = training.study.blocks[number]
        self.block = block
        medians = (0 ..< block.columns).map { column in
            let known = training.rows.map { block.values[column * block.count + $0] }
                .filter { !$0.isNaN }.sorted()
            guard !known.isEmpty else { return nil }
            return (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
        }
        flags = (0 ..< block.columns).filter { column in
            training.rows.contains { block.values[column * block.count + $0].isNaN }
        }
    }

    func matrix(of rows: [Int]) -> FeatureMatrix {
        let kept = medians.indices.filter { medians[$0] != nil }
        let values = rows.flatMap { row -> [Float] in
            let own = kept.map { column -> Float in
                let value = block.values[column * block.count + row]
                return Float(value.isNaN ? medians[column] ?? 0 : value)
            }
            return own
                + flags.map { block.values[$0 * block.count + row].isNaN ? Float(1) : 0 }
        }
        return FeatureMatrix(values, columns: kept.count + flags.count)
    }
}
