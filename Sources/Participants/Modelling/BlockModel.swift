import Evaluation
import Foundation

/// A fitted model of one block: calibrated log-odds of the label, and the score where it is known.
struct BlockModel: Sendable, Equatable, Codable {
    let logistic: LinearFormula
    let calibration: CalibratedLogit
    /// C of the logistic regression, chosen by inner folds.
    let strength: Double
    let ridge: LinearFormula?
    /// Alpha of the ridge regression, chosen by inner folds.
    let penalty: Double?

    /// What inner folds choose from: values of C, ascending.
    static let strengths = [1e-4, 1e-3, 1e-2, 0.1, 1, 10]
    /// Values of alpha, descending.
    static let penalties = [1e5, 1e4, 1e3, 1e2, 10, 1]

    /// The evidence for the positive label, and the predicted score.
    func callAsFunction(_ block: FeatureBlock, _ participant: Int) -> Prediction {
        Prediction(
            evidence: calibration.evidence(logistic(block, participant)),
            score: ridge.map { $0(block, participant) })
    }

    func callAsFunction(_ row: [Double]) -> Prediction {
        Prediction(
            evidence: calibration.evidence(logistic(row)), score: ridge.map { $0(row) })
    }
}

/// What a model says of a participant.
struct Prediction: Sendable, Equatable {
    /// Log-odds above the base rate of the training rows.
    var evidence: Double
    var score: Double?
}

/// A block's model with what it says of its own training rows from inner folds that held them out.
struct FittedBlock: Sendable {
    let model: BlockModel
    /// One for each training row; `nil` where the block has no values.
    let outOfFold: [Prediction?]

    /// - Parameters:
    ///   - block: the block's position in the study.
    ///   - inner: divisions of these training rows.
    ///   - isFinal: for a model that is kept, which must know a median for each column.
    ///   - withScores: whether scores are predicted too.
    /// - Returns: `nil` where the rows of one label are too few for the folds.
    static func fit(
        _ training: TrainingData, block: Int, inner: [Division], isFinal: Bool = false,
        withScores: Bool = true
    ) -> FittedBlock? {
        let own = training.present(in: block)
        let labels = own.labels
        guard labels.fewestOfAClass >= 4 else { return nil }
        let features = training.study.blocks[block]
        let all = training.labels
        let trueScores = training.scores
        let hasScores = withScores && own.scores.count { $0.isFinite } >= 20
        var logits = [[Double]](
            repeating: [Double](repeating: .nan, count: all.count),
            count: BlockModel.strengths.count)
        var scores = [[Double]](
            repeating: [Double](repeating: .nan, count: all.count),
            count: BlockModel.penalties.count)
        for division in inner {
            let part = division.training.present(in: block)
            guard part.labels.fewestOfAClass >= 2 else { return nil }
            let prepared = PreparedRows(part, block: block)
            let paths = [
                LogisticPath.fit(prepared.design, part.labels, strengths: BlockModel.strengths),
                hasScores
                    ? RidgePath.fit(
                        prepared.design, part.scores, penalties: BlockModel.penalties) : [],
            ].map { $0.map(prepared.formula) }
            for (row, place) in zip(division.heldOut.rows, division.places)
            where features.isPresent[row] {
                for (index, formula) in paths[0].enumerated() {
                    logits[index][place] = formula(features, row)
                }
                for (index, formula) in paths[1].enumerated() {
                    scores[index][place] = formula(features, row)
                }
            }
        }
        let places = all.indices.filter { features.isPresent[training.rows[$0]] }
        let strength = leastLoss(logits) { values in
            places.reduce(0) { sum, place in
                let odds = values[place] * (all[place] ? 1 : -1)
                return sum + max(-odds, 0) + log1p(exp(-abs(odds)))
            }
        }
        let penalty = leastLoss(hasScores ? scores : []) { values in
            places.reduce(0) { sum, place in
                let distance = values[place] - trueScores[place]
                return distance.isNaN ? sum : sum + distance * distance
            }
        }
        let prepared = PreparedRows(own, block: block, allMedians: isFinal)
        let calibration = CalibratedLogit(
            values: places.map { logits[strength][$0] }, labels: labels)
        let path = LogisticPath.fit(
            prepared.design, labels,
            strengths: Array(BlockModel.strengths[...strength]))
        let ridge =
            hasScores
            ? RidgePath.fit(
                prepared.design, own.scores, penalties: [BlockModel.penalties[penalty]]) : []
        let model = BlockModel(
            logistic: prepared.formula(path[path.count - 1]), calibration: calibration,
            strength: BlockModel.strengths[strength], ridge: ridge.first.map(prepared.formula),
            penalty: hasScores ? BlockModel.penalties[penalty] : nil)
        return FittedBlock(
            model: model,
            outOfFold: all.indices.map { place in
                let value = logits[strength][place]
                guard !value.isNaN else { return nil }
                let score = hasScores ? scores[penalty][place] : .nan
                return Prediction(
                    evidence: calibration.evidence(value), score: score.isNaN ? nil : score)
            })
    }

    /// The first with the least loss: the strongest penalty of those that are equal.
    private static func leastLoss(_ paths: [[Double]], _ loss: ([Double]) -> Double) -> Int {
        let losses = paths.map(loss)
        return losses.indices.min { losses[$0] < losses[$1] } ?? 0
    }
}

extension [Bool] {
    var fewestOfAClass: Int {
        let positives = count { $0 }
        return Swift.min(positives, count - positives)
    }
}
