public import Evaluation
import Foundation
public import Torch

/// Measures a model on labelled rows.
public struct Evaluator {
    public var labels: LabelProtocol?
    public var split = "test"
    /// Another mapping than the model's; for a model with two outputs it changes the labels only.
    public var positive: PositiveMapping?
    public var threshold = 0.5
    /// Rows of a lower confidence, max(score, 1 - score), count as not answered.
    public var abstainBelow: Double?
    /// Groups of the rows; without them the attribute columns of the data are taken.
    public var groups: GroupTable?
    /// Columns of the data to take as groups; `nil` for those whose values repeat.
    public var groupColumns: [String]?
    /// Whether rows of ``groups`` that the data does not have are passed over and counted.
    public var skipsUnknownIDs = false
    /// Ways in which the images are made worse, each at five severities; scoring takes as long
    /// again for each of these.
    public var corruptions: [Corruption] = []
    /// Most rows for ``corruptions``, drawn by the bootstrap's seed; `nil` for all.
    public var corruptionLimit: Int?
    public var batchSize = 64
    public var precision = Recipe.Precision.auto
    public var device = Device.cpu
    public var bootstrap = Bootstrap()

    public init() {}

    /// The scored rows and the report on them.
    public struct Outcome {
        public let report: EvaluationReport
        public let scored: ScoredRows
        /// id, label, votes, score and probability of each class: one line per row.
        public let predictionsCSV: String
        /// Of every analysis that was made.
        public let figures: [any Figure]

        public var rows: Labelling { scored.labelling }
        /// Of the positive class, calibrated.
        public var scores: [Double] { scored.scores }
        public var truths: [Bool] { scored.truths }
        /// [rows][classes]
        public var probabilities: [[Float]] { scored.probabilities }
    }

    /// - Parameters:
    ///   - modelSHA256: of the model file.
    ///   - progress: images done and all images; `false` stops.
    /// - Returns: `nil` when stopped.
    /// - Throws: `UsageError` for a setting out of range, `DataError` for a split, protocol or
    ///   groups that the data does not have.
    public func evaluate(
        _ model: Model, on dataset: Dataset, modelSHA256: String,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> Outcome? {
        try checkSettings()
        try model.check(device)
        let resolved = try dataset.resolve(split: split)
        let rows = try rows(dataset, resolved)
        let robustness = RobustnessMeasurement(
            corruptions: corruptions, limit: corruptionLimit, threshold: threshold,
            seed: bootstrap.seed)
        let total = rows.count + robustness.imageCount(of: rows.count)
        let dtype = model.resolved(precision, on: device)
        var done = 0
        func probabilities(_ samples: [Int], _ dataset: Dataset) -> [[Float]]? {
            let result = model.probabilities(
                of: samples, in: dataset, batchSize: batchSize, precision: dtype, device: device,
                progress: { progress(done + $0, total) })
            done += samples.count
            return result
        }
        let clock = ContinuousClock.now
        guard let found = probabilities(rows.indices, dataset) else { return nil }
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        let scored = ScoredRows(
            rows, found, card: model.card, mapping: positive ?? model.card.positive)
        // The cheap analyses first: they find what is wrong with the input.
        let groups = try GroupReport(
            groups, named: groupColumns, scored, dataset, threshold: threshold,
            skipUnknown: skipsUnknownIDs,
            bootstrap: bootstrap)
        var worsened: RobustnessReport?
        if !corruptions.isEmpty {
            worsened = try robustness.report(scored, dataset) { changed, samples in
                probabilities(samples, changed).map { $0.map { scored.score($0) } }
            }
            guard worsened != nil else { return nil }
        }
        let metrics = try metrics(scored)
        let report = EvaluationReport(
            metrics: metrics, labels: rows.labels, split: resolved, positive: scored.mapping,
            byEmotion: rowsByEmotion(scored),
            baseline: BaseRate(
                positives: metrics.positives, of: metrics.n, confidence: bootstrap.confidence),
            neutralShareOfPositives: neutralShare(scored),
            withoutDuplicates: try unseenPositions(rows, dataset, resolved)
                .map { try self.metrics(scored, $0) },
            emotions: try emotionMetrics(scored), human: human(scored, dataset),
            mappings: try AlternativeMappings(
                scored, used: scored.mapping, threshold: threshold,
                confidence: bootstrap.confidence),
            predictiveValues: PredictiveValues(
                metrics.confusion, confidence: bootstrap.confidence),
            calibration: try calibration(model.card, scored, metrics, dataset, resolved),
            selective: try SelectivePrediction(
                scores: scored.scores, labels: scored.truths, threshold: threshold,
                abstainBelow: abstainBelow, bootstrap: bootstrap),
            groups: groups, corruptions: worsened, modelSHA256: modelSHA256,
            sources: dataset.sources, isSynthetic: dataset.isSynthetic,
            imagesPerSecond: Double(rows.count) / max(seconds, 1e-9), precision: "\(dtype)")
        return Outcome(
            report: report, scored: scored,
            predictionsCSV: scored.csv(dataset, abstainBelow: abstainBelow),
            figures: try EvaluationFigures(report: report, scored: scored, dataset: dataset).all())
    }

    private func checkSettings() throws(UsageError) {
        guard threshold >= 0, threshold <= 1 else {
            throw UsageError("--threshold", found: "\(threshold)", expected: "0 to 1")
        }
        if let abstainBelow, !(0.5 ... 1 ~= abstainBelow) {
            throw UsageError(
                "--abstain-below", found: "\(abstainBelow)", expected: "0.5 to 1",
                advice: "The confidence is the larger of score and 1 - score.")
        }
        if let corruptionLimit, corruptionLimit < 1 {
            throw UsageError("--limit", found: "\(corruptionLimit)", expected: "at least 1 row")
        }
    }

    private func rows(_ dataset: Dataset, _ split: ResolvedSplit) throws -> Labelling {
        let labels = labels ?? dataset.defaultProtocol
        guard labels != .ferplusVotes else { throw UsageError.softLabels }
        let rows = dataset.rows(of: try dataset.labelled(by: labels), in: split)
        guard rows.count > 0 else {
            throw DataError(
                .request, file: dataset.name,
                found: "no row of the split \(split.requested) that \(labels.rawValue) keeps",
                expected: "at least one")
        }
        return rows
    }

    private func metrics(_ scored: ScoredRows, _ positions: [Int]? = nil) throws -> BinaryMetrics {
        try BinaryMetrics(
            scores: positions.map { $0.map { scored.scores[$0] } } ?? scored.scores,
            labels: positions.map { $0.map { scored.truths[$0] } } ?? scored.truths,
            threshold: threshold, bootstrap: bootstrap)
    }

    private func rowsByEmotion(_ scored: ScoredRows) -> [EvaluationReport.EmotionRow] {
        scored.labelling.classes.compactMap { emotion in
            let positions = scored.positions(of: emotion)
            guard !positions.isEmpty else { return nil }
            let right = positions.count {
                (scored.scores[$0] >= threshold) == scored.truths[$0]
            }
            return .init(
                emotion: emotion.name, n: positions.count,
                positive: scored.mapping.isPositive(emotion),
                accuracy: .proportion(
                    right, of: positions.count, confidence: bootstrap.confidence,
                    emptyReason: "no samples"),
                meanScore: positions.reduce(0) { $0 + scored.scores[$1] }
                    / Double(positions.count))
        }
    }

    private func neutralShare(_ scored: ScoredRows) -> Estimate {
        guard scored.mapping.isPositive(.neutral) else {
            return .missing("neutral is not among the positive emotions")
        }
        return .proportion(
            scored.positions(of: .neutral).count, of: scored.truths.count { $0 },
            confidence: bootstrap.confidence, emptyReason: "no positive samples")
    }

    /// Positions of rows whose pixels do not occur in the training split; `nil` where there is no
    /// such split, or it is the one that is evaluated.
    private func unseenPositions(
        _ rows: Labelling, _ dataset: Dataset, _ split: ResolvedSplit
    ) -> [Int]? {
        let training = dataset.samples.indices.filter { dataset.samples[$0].split == .train }
        guard !training.isEmpty, split.used != .train, split.used != nil else { return nil }
        let shared = Set(Duplicates(in: dataset).shared(rows.indices, with: training))
        return rows.indices.indices.filter { !shared.contains(rows.indices[$0]) }
    }

    private func emotionMetrics(_ scored: ScoredRows) throws -> MulticlassMetrics? {
        guard scored.head == .emotions else { return nil }
        let truths = scored.labelling.emotions.map { scored.classes.firstIndex(of: $0.name) }
        let known = truths.indices.filter { truths[$0] != nil }
        let strongest = scored.strongest
        return try MulticlassMetrics(
            labels: truths.compactMap(\.self), predictions: known.map { strongest[$0] },
            classes: scored.classes, bootstrap: bootstrap)
    }

    private func human(_ scored: ScoredRows, _ dataset: Dataset) -> EvaluationReport.Human? {
        let votes = scored.labelling.indices.compactMap { dataset.samples[$0].votes }
        guard !votes.isEmpty else { return nil }
        let tagger = HumanTagger(votes, mapping: scored.mapping)
        return .init(
            singleTaggerAccuracy: tagger.accuracy, singleTaggerSensitivity: tagger.sensitivity,
            singleTaggerSpecificity: tagger.specificity, comparisons: tagger.compared,
            faces: tagger.faces,
            panels: [.fiveAgainstFive, .secondPanelOfTen].map {
                HumanPanel($0, votes, mapping: scored.mapping, bootstrap: bootstrap)
            })
    }

    private func calibration(
        _ card: ModelCard, _ scored: ScoredRows, _ metrics: BinaryMetrics, _ dataset: Dataset,
        _ split: ResolvedSplit
    ) throws -> EvaluationReport.CalibrationReport {
        let after = CalibrationMeasures(metrics)
        guard let fit = card.calibration, let scores = scored.uncalibrated else {
            return .init(
                temperature: 1, fit: nil, before: after, after: after,
                note: "The model file holds no temperature; mien calibrate fits one.")
        }
        let isFittedHere =
            fit.dataSHA256 == dataset.sources.first?.sha256
            && fit.rows == split.used?.rawValue ?? "all"
        let before = try BinaryMetrics(
            scores: scores, labels: scored.truths, threshold: threshold, bootstrap: bootstrap)
        return .init(
            temperature: fit.temperature, fit: fit, before: .init(before), after: after,
            note: isFittedHere
                ? "The temperature was fitted on these very rows: what is after it flatters." : nil
        )
    }
}
