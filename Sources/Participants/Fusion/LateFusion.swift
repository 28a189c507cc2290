/// A fused prediction of several blocks: the weighted mean of their evidence, calibrated, and that
/// of their scores.
struct LateFusion: Sendable, Equatable, Codable {
    let weights: FusionWeights
    let calibration: CalibratedLogit
    let scoreWeights: FusionWeights

    private enum CodingKeys: String, CodingKey {
        case weights, calibration
        case scoreWeights = "score_weights"
    }

    /// - Parameters:
    ///   - blocks: predictions of the training rows, out-of-fold, one sequence a block.
    ///   - isEqual: whether all blocks count alike, as a reference.
    static func fit(
        _ training: TrainingData, blocks: [[Prediction?]], isEqual: Bool = false
    ) -> LateFusion {
        let (labels, scores) = (training.labels, training.scores)
        let evidence = blocks.map { $0.map { $0?.evidence } }
        let predicted = blocks.map { $0.map { $0?.score } }
        let weights =
            isEqual
            ? FusionWeights.equal(blocks.count)
            : FusionWeights.fit(evidence: evidence, labels: labels)
        let known = labels.indices.compactMap { row in
            weights.mean(evidence.map { $0[row] }).map { (value: $0, label: labels[row]) }
        }
        let hasScores = predicted.contains { $0.contains { $0 != nil } }
        return LateFusion(
            weights: weights,
            calibration: CalibratedLogit(values: known.map(\.value), labels: known.map(\.label)),
            scoreWeights: isEqual || !hasScores
                ? FusionWeights.equal(blocks.count)
                : FusionWeights.fit(predictions: predicted, scores: scores))
    }

    /// - Parameter predictions: one a block; `nil` for those without values.
    /// - Returns: `nil` without any.
    func callAsFunction(_ predictions: [Prediction?]) -> Prediction? {
        guard let evidence = weights.mean(predictions.map { $0?.evidence }) else { return nil }
        return Prediction(
            evidence: calibration.evidence(evidence),
            score: scoreWeights.mean(predictions.map { $0?.score }))
    }

    /// What each block adds to the fused evidence; the rest is the calibration's intercept above
    /// the base rate.
    func contributions(_ predictions: [Prediction?]) -> [Double?] {
        let shares = weights.shares(predictions.map { $0 != nil })
        return zip(shares, predictions).map { share, prediction in
            prediction.map { calibration.slope * share * $0.evidence }
        }
    }
}
