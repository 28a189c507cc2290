public import Evaluation
import Foundation
public import Torch

/// Measures a model on labelled rows.
public struct EvaluationSession {
    public var labels: LabelProtocol?
    /// Labels, positive classes and units as results on CK+ have them: frames of a sequence count once.
    public var rules: ExpressionProtocol?
    public var split = "test"
    /// What belongs together: intervals are over subjects or sequences where there are any.
    public var grouping = Grouping()
    /// Rows that stand for ``heldOut``; `nil` for those that the model's own run set aside.
    var heldOutRows: [Int]?
    /// Duplicates of the data, where several models are measured on it.
    var duplicates: KnownDuplicates?
    /// Another mapping than the model's; for a model with two outputs it changes the labels only.
    public var positive: LabelMapping?
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

    /// The word for the training rows that a run set aside and did not learn from.
    public static let heldOut = "held-out"

    public init() {}

    /// The scored rows and the report on them.
    public struct Outcome {
        public let report: EvaluationReport
        public let scored: ScoredRows
        /// id, label, votes, score and probability of each class: one line per row.
        public let predictionsCSV: String
        /// Of every analysis that was made.
        public let figures: [any Figure]

        public var rows: LabelledSubset { scored.labelling }
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
        let known = duplicates ?? KnownDuplicates(dataset)
        let (measured, resolved) = try measured(dataset, model, known)
        let images = try rows(measured, resolved, model.card)
        let groups = try dataset.rowGroups(grouping(of: model.card, on: dataset))
        let units = try rules.map { _ in
            try ScoringUnits(.sequence, of: images, in: dataset, groups).members
        }
        // A sequence goes by its first image.
        let rows = units.map { images.selecting($0.map { $0[0] }) } ?? images
        // Persons that Mien draws are no sample of people.
        let found = dataset.form == .synthetic ? nil : groups.groups(of: rows.indices)
        let clusters = found.map { Clusters($0.numbers) }
        let seen = SeenRows(model, of: rows.indices, in: dataset, known)
        let robustness = RobustnessMeasurement(
            corruptions: corruptions, limit: corruptionLimit, threshold: threshold,
            bootstrap: bootstrap)
        let total = images.count + robustness.imageCount(of: rows.count)
        let dtype = model.resolved(precision, on: device)
        var done = 0
        func probabilities(_ samples: [Int], _ dataset: Dataset) throws -> [[Float]]? {
            let result = try model.probabilities(
                of: samples, in: dataset, batchSize: batchSize, precision: dtype, device: device,
                progress: { progress(done + $0, total) })
            done += samples.count
            return result
        }
        let clock = ContinuousClock.now
        guard let ofImages = try probabilities(images.indices, dataset) else { return nil }
        let answers = units.map { ScoringUnits.means(of: ofImages, $0) } ?? ofImages
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        let scored = ScoredRows(
            rows, answers, card: model.card,
            mapping: positive ?? rules?.positive ?? model.card.positive,
            clusters: clusters, seen: seen)
        // The cheap analyses first: they find what is wrong with the input.
        let groupReport = try GroupReport(
            self.groups, named: groupColumns, scored, dataset, threshold: threshold,
            skipUnknown: skipsUnknownIDs,
            bootstrap: bootstrap)
        var worsened: RobustnessReport?
        if !corruptions.isEmpty {
            worsened = try robustness.report(scored, dataset) { changed, samples in
                try probabilities(samples, changed).map { $0.map { scored.score($0) } }
            }
            guard worsened != nil else { return nil }
        }
        let metrics = try metrics(scored)
        let unseen = unseenPositions(rows, measured, resolved, known)
        let calibration = try calibration(model.card, scored, metrics, dataset, resolved)
        let baseline = BaseRate(scored.truths, bootstrap: bootstrap, clusters: clusters)
        let interval = IntervalBasis(found?.kind, clusters)
        let notes = EvaluationNotes(
            scored: scored, metrics: metrics, baseline: baseline, calibration: calibration)
        let before =
            [model.card.runLength?.note].compactMap(\.self)
            + protocolNotes(rows, images.count, scored.truths, clusters)
            + seen.notes(model.card, dataset)
        let after = interval.notes + sharedGroups(rows, measured, groups, resolved) + notes.all
        let report = EvaluationReport(
            metrics: metrics, labels: rows.labels, split: resolved, positive: scored.mapping,
            byEmotion: rowsByEmotion(scored), baseline: baseline,
            neutralShareOfPositives: neutralShare(scored),
            withoutDuplicates: try unseen.map { try self.metrics(scored, $0.exact) },
            withoutNearDuplicates: try unseen.map { try self.metrics(scored, $0.near) },
            notTrainedOn: try seen.notTrainedOn.map { try self.metrics(scored, $0) },
            seenRows: seen.summary, interval: interval,
            notes: before.map { Advice($0) } + [groups.note].compactMap(\.self)
                + after.map { Advice($0) },
            emotions: try emotionMetrics(scored), human: human(scored, dataset),
            mappings: try AlternativeMappings(
                scored, used: scored.mapping, threshold: threshold, bootstrap: bootstrap),
            predictiveValues: predictiveValues(scored, metrics), calibration: calibration,
            selective: try SelectivePrediction(
                scores: scored.scores, labels: scored.truths, threshold: threshold,
                abstainBelow: abstainBelow, bootstrap: bootstrap, clusters: clusters),
            groups: groupReport, corruptions: worsened, modelSHA256: modelSHA256,
            sources: dataset.sources, isSynthetic: dataset.isSynthetic,
            imagesPerSecond: Double(images.count) / max(seconds, 1e-9), precision: "\(dtype)")
        try dataset.requireReadable()
        return Outcome(
            report: report, scored: scored,
            predictionsCSV: scored.csv(dataset, abstainBelow: abstainBelow),
            figures: try EvaluationFigures(report: report, scored: scored, dataset: dataset).all())
    }

    /// The counts of the protocol and the accuracy of constant answers, in sentences.
    private func protocolNotes(
        _ rows: LabelledSubset, _ images: Int, _ truths: [Bool], _ clusters: Clusters?
    ) -> [String] {
        guard let rules else { return [] }
        let clusters = clusters ?? Clusters(rows.indices)
        let lines = [
            TrivialLine(truths, of: positive ?? rules.positive, bootstrap, clusters),
            TrivialLine(rows.emotions, among: rules.classes, bootstrap, clusters),
        ]
        return ["Protocol \(rules.rawValue): \(rows.count) sequences, of \(images) images."]
            + lines.map { "\($0.name): accuracy \($0.accuracy), n \($0.n)." }
    }

    private func checkSettings() throws(UsageError) {
        guard rules == nil || corruptions.isEmpty else {
            throw UsageError(
                "corruptions", found: "them with a protocol that counts sequences",
                expected: "one of the two")
        }
        guard threshold >= 0, threshold <= 1 else {
            throw UsageError(setting: "threshold", found: "\(threshold)", expected: "0 to 1")
        }
        if let abstainBelow, !(0.5 ... 1 ~= abstainBelow) {
            throw UsageError(
                setting: "abstain-below", found: "\(abstainBelow)", expected: "0.5 to 1",
                advice: "The confidence is the larger of score and 1 - score.")
        }
        if let corruptionLimit, corruptionLimit < 1 {
            throw UsageError(
                setting: "limit", found: "\(corruptionLimit)", expected: "at least 1 row")
        }
    }

    /// What belongs together; on the data of the training run by its own subject pattern, unless
    /// another is given.
    private func grouping(of card: ModelCard, on dataset: Dataset) -> Grouping {
        var grouping = grouping
        if grouping.subjectPattern == nil, card.isTrainingData(dataset) {
            grouping.subjectPattern = card.recipe.grouping?.subjectPattern
        }
        return grouping
    }

    /// The data with the rows that are asked for as one of its splits.
    private func measured(
        _ dataset: Dataset, _ model: Model, _ known: KnownDuplicates
    ) throws -> (Dataset, ResolvedSplit) {
        guard split == Self.heldOut else { return (dataset, try dataset.resolve(split: split)) }
        let rows = try heldOutRows ?? model.card.heldOutRows(of: dataset, known)
        return (
            dataset.holdingOut(rows),
            ResolvedSplit(requested: Self.heldOut, used: .valid, note: nil)
        )
    }

    private func rows(
        _ dataset: Dataset, _ split: ResolvedSplit, _ card: ModelCard
    ) throws -> LabelledSubset {
        let own =
            split.requested == Self.heldOut
            ? card.recipe.evaluationLabels : dataset.defaultProtocol
        let labels = rules == nil ? labels ?? own : .fer2013
        guard labels != .ferplusVotes else { throw UsageError.softLabels }
        let labelled = try rules?.rows(of: dataset) ?? dataset.labelled(by: labels)
        let rows = dataset.rows(of: labelled, in: split)
        guard rows.count > 0 else {
            throw DataError(
                .request, file: dataset.name,
                found: "no row of the split \(split.requested) that \(labels.rawValue) keeps",
                expected: "at least one")
        }
        return rows
    }

    func metrics(_ scored: ScoredRows, _ positions: [Int]? = nil) throws -> BinaryMetrics {
        try BinaryMetrics(
            scores: positions.map { $0.map { scored.scores[$0] } } ?? scored.scores,
            labels: positions.map { $0.map { scored.truths[$0] } } ?? scored.truths,
            threshold: threshold, bootstrap: bootstrap,
            clusters: positions.map { scored.clusters?.selecting($0) } ?? scored.clusters)
    }

    private func predictiveValues(
        _ scored: ScoredRows, _ metrics: BinaryMetrics
    ) -> PredictiveValues {
        guard let clusters = scored.clusters else {
            return PredictiveValues(metrics.confusion, confidence: bootstrap.confidence)
        }
        return PredictiveValues(
            scores: scored.scores, labels: scored.truths, threshold: threshold,
            clusters: clusters, bootstrap: bootstrap)
    }

    private func rowsByEmotion(_ scored: ScoredRows) -> [EvaluationReport.EmotionRow] {
        scored.labelling.classes.compactMap { emotion in
            let positions = scored.positions(of: emotion)
            guard !positions.isEmpty else { return nil }
            return .init(
                emotion: emotion.name, n: positions.count,
                positive: scored.mapping.isPositive(emotion),
                accuracy: bootstrap.proportion(
                    positions.map { (scored.scores[$0] >= threshold) == scored.truths[$0] },
                    by: scored.clusters?.selecting(positions)),
                meanScore: positions.reduce(0) { $0 + scored.scores[$1] }
                    / Double(positions.count))
        }
    }

    private func neutralShare(_ scored: ScoredRows) -> Estimate {
        guard scored.mapping.isPositive(.neutral) else {
            return .missing("neutral is not among the positive emotions")
        }
        let positives = scored.truths.indices.filter { scored.truths[$0] }
        return bootstrap.proportion(
            positives.map { scored.labelling.emotions[$0] == .neutral },
            by: scored.clusters?.selecting(positives), emptyReason: "no positive samples")
    }

    /// Positions of rows whose pixels, exactly or nearly, do not occur in the training split; `nil`
    /// where there is no such split, or it is the one that is evaluated.
    private func unseenPositions(
        _ rows: LabelledSubset, _ dataset: Dataset, _ split: ResolvedSplit, _ known: KnownDuplicates
    ) -> (exact: [Int], near: [Int])? {
        guard let training = trainingSplit(dataset, split) else { return nil }
        func others(_ duplicates: Duplicates) -> [Int] {
            let shared = Set(duplicates.shared(rows.indices, with: training))
            return rows.indices.indices.filter { !shared.contains(rows.indices[$0]) }
        }
        return (others(known.exact), others(known.near))
    }

    /// The training rows that the data itself names, where others are measured.
    private func trainingSplit(_ dataset: Dataset, _ split: ResolvedSplit) -> [Int]? {
        let training = dataset.samples.indices.filter { dataset.samples[$0].split == .train }
        guard !training.isEmpty, split.used != .train, split.used != nil else { return nil }
        return training
    }

    /// A sentence where rows are of subjects or sequences that the training split has too.
    private func sharedGroups(
        _ rows: LabelledSubset, _ dataset: Dataset, _ groups: RowGroups, _ split: ResolvedSplit
    ) -> [String] {
        guard let training = trainingSplit(dataset, split),
            let all = groups.groups(of: training + rows.indices)
        else { return [] }
        let learnt = Set(all.numbers.prefix(training.count))
        let shared = all.numbers.dropFirst(training.count).count { learnt.contains($0) }
        guard shared > 0 else { return [] }
        return [
            "\(shared) of these \(rows.count) rows are of a \(all.kind.rawValue) that the data's "
                + "training rows show too: a model trained on those knows them."
        ]
    }

    private func emotionMetrics(_ scored: ScoredRows) throws -> MulticlassMetrics? {
        guard scored.head == .emotions else { return nil }
        let truths = scored.labelling.emotions.map { scored.classes.firstIndex(of: $0.name) }
        let known = truths.indices.filter { truths[$0] != nil }
        let strongest = scored.strongest
        return try MulticlassMetrics(
            labels: truths.compactMap(\.self), predictions: known.map { strongest[$0] },
            classes: scored.classes, bootstrap: bootstrap,
            clusters: scored.clusters?.selecting(known))
    }

    private func human(_ scored: ScoredRows, _ dataset: Dataset) -> EvaluationReport.Human? {
        let votes = scored.labelling.indices.compactMap { dataset.samples[$0].votes }
        guard !votes.isEmpty else { return nil }
        let tagger = HumanAnnotator(votes, mapping: scored.mapping)
        return .init(
            singleTaggerAccuracy: tagger.accuracy, singleTaggerSensitivity: tagger.sensitivity,
            singleTaggerSpecificity: tagger.specificity, comparisons: tagger.compared,
            faces: tagger.faces,
            panels: [.fiveAgainstFive, .secondPanelOfTen].map {
                AnnotatorPanel($0, votes, mapping: scored.mapping, bootstrap: bootstrap)
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
            && (fit.rows == split.used?.rawValue ?? "all"
                || fit.rows == Calibration.heldOut && split.requested == Self.heldOut)
        let before = try BinaryMetrics(
            scores: scores, labels: scored.truths, threshold: threshold, bootstrap: bootstrap,
            clusters: scored.clusters)
        return .init(
            temperature: fit.temperature, fit: fit, before: .init(before), after: after,
            note: isFittedHere
                ? "The temperature was fitted on these very rows: what is after it flatters." : nil
        )
    }
}

extension ModelCard {
    /// The rows that the training run held out as its validation rows.
    /// - Throws: `UsageError` for other data than it was trained on.
    func heldOutRows(of dataset: Dataset, _ known: KnownDuplicates) throws -> [Int] {
        guard isTrainingData(dataset) else {
            throw UsageError(
                setting: "split",
                found: "\(EvaluationSession.heldOut) of other data than the model was trained on",
                expected: "the data of the training run",
                advice: "Give that data, or take \(setting: "split") test.")
        }
        guard !recipe.learnsFromAllRows else {
            throw UsageError(
                setting: "split",
                found: "\(EvaluationSession.heldOut) of a model that learnt from all rows",
                expected: "train, valid, test or all")
        }
        return try TrainingData(recipe, dataset, duplicates: known).validation.indices
    }
}
