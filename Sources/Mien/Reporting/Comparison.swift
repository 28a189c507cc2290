public import Evaluation
public import Foundation
import Networks
import Torch

/// Several models measured on the same rows, and whether they differ by more than chance.
public struct Comparison: Sendable {
    /// One model.
    public struct Row: Sendable, Encodable {
        public let name: String
        public let path: String
        public let modelSHA256: String
        public let architecture: String
        /// "network", "network from ONNX", or what else answers.
        public let kind: String
        public let parameters: Int
        /// Side of the input in pixels.
        public let imageSize: Int
        /// The labels, and the number of faces, that it learnt from.
        public let trainedOn: LabelProtocol
        public let trainingSamples: Int
        public let trainedOnSyntheticFaces: Bool
        public let n: Int
        public let accuracy: Estimate
        public let auc: Estimate
        public let balancedAccuracy: Estimate
        /// Between all classes; `nil` for two outputs.
        public let classAccuracy: Estimate?
        public let withoutDuplicates: Unseen?
        public let withoutNearDuplicates: Unseen?
        /// On the rows that none of the models was trained on; `nil` where that is all of them, or
        /// is not known.
        public let notTrainedOn: Unseen?
        /// What the model did with the rows before.
        public let seenRows: SeenRows.Summary?
        /// What a reader must know of its numbers, in sentences.
        public let notes: [Advice]
        /// While its rows were scored here; other work may have been running.
        public let imagesPerSecond: Double
        public let precision: String
        /// Of the model file.
        public let fileBytes: Int?
        /// Wall time of a face, in batches, from decoded pixels to the score.
        public var millisecondsPerFace: Double { 1000 / max(imagesPerSecond, 1e-9) }

        /// A part of the rows.
        public struct Unseen: Sendable, Encodable {
            public let n: Int
            public let accuracy: Estimate
            public let auc: Estimate

            init(_ metrics: BinaryMetrics) {
                (n, accuracy, auc) = (metrics.n, metrics.accuracy, metrics.auc)
            }
        }

        enum CodingKeys: String, CodingKey {
            case name, path, architecture, kind, parameters, n, accuracy, auc
            case balancedAccuracy = "balanced_accuracy"
            case classAccuracy = "class_accuracy"
            case modelSHA256 = "model_sha256"
            case imageSize = "image_size"
            case trainedOn = "trained_on_protocol"
            case trainingSamples = "training_samples"
            case trainedOnSyntheticFaces = "trained_on_synthetic_faces"
            case withoutDuplicates = "without_duplicates"
            case withoutNearDuplicates = "without_near_duplicates"
            case notTrainedOn = "not_trained_on"
            case seenRows = "trained_on"
            case notes
            case imagesPerSecond = "images_per_s"
            case precision = "compute_precision"
            case fileBytes = "file_bytes"
        }
    }

    public let rows: [Row]
    public let pairs: [PairedComparison]
    public let baseline: BaseRate
    /// The most common class as the answer for all rows; `nil` where no model decides between classes.
    public let classBaseline: TrivialLine?
    public let human: EvaluationReport.Human?
    /// Results of publications, set apart from what was measured.
    public let quoted: [QuotedResult]
    /// ROC curves together, up to six in one figure.
    public let figures: [any Figure]
    public let labels: LabelProtocol
    public let split: ResolvedSplit
    public let positive: LabelMapping
    public let threshold: Double
    public let bootstrap: Bootstrap
    public let interval: IntervalBasis?
    /// What a reader must know of all of the numbers, in sentences.
    public let notes: [Advice]
    public let sources: [Dataset.Source]
    public let isSynthetic: Bool
    public let command: String
    public let date: Date
    /// What the times were taken on.
    public let machine: String
    /// Whether only pairs with the first model were tested.
    public let isAgainstFirst: Bool

    /// What to compare the models on; the same for all.
    public struct Request {
        public var evaluator = EvaluationSession()
        public var quoted = QuotedResult.published
        /// Whether each model is tested against the first one alone.
        public var isAgainstFirst = false
        public var command: String
        public var date: Date

        public init(command: String, date: Date = .now) {
            self.command = command
            self.date = date
        }
    }

    /// The test of the first model against another one.
    func test(of row: Row) -> PairedComparison? {
        pairs.first { $0.first == rows.first?.name && $0.second == row.name }
    }

    /// Scores the same rows with each model.
    /// - Parameter progress: the model's name, rows done and all rows; `false` stops.
    /// - Returns: `nil` when stopped.
    /// - Throws: `UsageError` for models that cannot be compared: the same one twice, or two
    ///   outputs that were trained for another mapping; `DataError`.
    public init?(
        of subjects: [ReportSubject], on dataset: Dataset, _ request: Request,
        progress: (_ name: String, _ done: Int, _ total: Int) -> Bool = { _, _, _ in true }
    ) throws {
        let mapping = try Self.commonMapping(of: subjects, request.evaluator.positive)
        try Self.requireDifferent(subjects)
        let names = Self.names(of: subjects)
        var evaluator = request.evaluator
        evaluator.positive = mapping
        let known = KnownDuplicates(dataset)
        evaluator.duplicates = known
        if evaluator.split == EvaluationSession.heldOut {
            evaluator.heldOutRows = try Self.heldOutRows(of: subjects, in: dataset, known)
        }
        var outcomes: [EvaluationSession.Outcome] = []
        for (subject, name) in zip(subjects, names) {
            guard
                let outcome = try evaluator.evaluate(
                    subject.model, on: dataset, modelSHA256: subject.modelSHA256,
                    progress: { progress(name, $0, $1) })
            else { return nil }
            outcomes.append(outcome)
        }
        guard let first = outcomes.first else {
            throw UsageError("models", found: "none", expected: "at least one")
        }
        // What is said of the rows of every model is said once.
        let shared = first.report.notes.filter { note in
            outcomes.allSatisfy { $0.report.notes.contains(note) }
        }
        notes = shared
        interval = first.report.interval
        let unseen = Self.notTrainedOn(outcomes)
        rows = try zip(zip(names, subjects), outcomes).map { named, outcome in
            Row(
                named.0, named.1, outcome.report,
                notTrainedOn: try unseen.map {
                    try evaluator.metrics(outcome.scored, $0)
                }, notes: outcome.report.notes.filter { !shared.contains($0) })
        }
        pairs = try PairedComparison.all(
            names, scores: outcomes.map(\.scores), labels: first.truths,
            threshold: evaluator.threshold, bootstrap: evaluator.bootstrap,
            clusters: first.scored.clusters, againstFirst: request.isAgainstFirst)
        figures = try Self.curves(names, outcomes, first.report)
        baseline = first.report.baseline
        classBaseline = outcomes.first { $0.report.emotions != nil }.map {
            TrivialLine(
                $0.rows.emotions, among: $0.rows.classes, evaluator.bootstrap, $0.scored.clusters)
        }
        human = first.report.human
        quoted = request.quoted
        labels = first.report.labels
        split = first.report.split
        positive = mapping
        threshold = evaluator.threshold
        bootstrap = evaluator.bootstrap
        sources = dataset.sources
        isSynthetic = dataset.isSynthetic
        command = request.command
        date = request.date
        isAgainstFirst = request.isAgainstFirst
        machine = Machine.processorName
    }

    /// The mapping that is asked for, or else that of the models with two outputs, which have no
    /// other, or else that of the first model.
    static func commonMapping(
        of subjects: [ReportSubject], _ wanted: LabelMapping?
    ) throws(UsageError) -> LabelMapping {
        let fixed = subjects.filter { $0.model.card.head == .binary }
        let mapping =
            wanted ?? fixed.first?.model.card.positive ?? subjects.first?.model.card.positive
            ?? .paper
        for subject in fixed where subject.model.card.positive != mapping {
            throw UsageError(
                subject.path,
                found: "a model whose two outputs are \(subject.model.card.positive.name) and "
                    + "other",
                expected: "scores of \(mapping.name), as of the other models",
                advice: "Two outputs cannot be mapped anew: compare models of one mapping, or "
                    + "models with one output for each emotion.")
        }
        return mapping
    }

    /// Positions of the rows that no model was trained on; `nil` where that is all of them, or where
    /// it is not known of any.
    private static func notTrainedOn(_ outcomes: [EvaluationSession.Outcome]) -> [Int]? {
        let seen = outcomes.map(\.scored.seen)
        guard seen.contains(where: { $0.notTrainedOn != nil }), let count = seen.first?.uses.count
        else { return nil }
        return (0 ..< count).filter { row in seen.allSatisfy { $0.uses[row] != .training } }
    }

    /// The rows that the runs of all models held out.
    private static func heldOutRows(
        of subjects: [ReportSubject], in dataset: Dataset, _ known: KnownDuplicates
    ) throws -> [Int] {
        var common: Set<Int>?
        for subject in subjects {
            let rows = Set(try subject.model.card.heldOutRows(of: dataset, known))
            common = common?.intersection(rows) ?? rows
        }
        guard let common, !common.isEmpty else {
            throw UsageError(
                setting: "split", found: "no row that the runs of all models held out",
                expected: "models that were trained with one split",
                advice: "Take \(setting: "split") test.")
        }
        return common.sorted()
    }

    private static func requireDifferent(_ subjects: [ReportSubject]) throws(UsageError) {
        var paths: [String: String] = [:]
        for subject in subjects {
            if let other = paths[subject.modelSHA256] {
                throw UsageError(
                    subject.path, found: "the same model as \(other), byte for byte",
                    expected: "each model once")
            }
            paths[subject.modelSHA256] = subject.path
        }
    }

    /// The names of the run folders where these differ, else the paths.
    private static func names(of subjects: [ReportSubject]) -> [String] {
        let short = subjects.map(\.shortName)
        return Set(short).count == short.count ? short : subjects.map(\.path)
    }

    private static func curves(
        _ names: [String], _ outcomes: [EvaluationSession.Outcome], _ report: EvaluationReport
    ) throws -> [any Figure] {
        let series = try zip(names, outcomes).map { name, outcome in
            CurveSeries(
                name, curve: try RocCurve(scores: outcome.scores, labels: outcome.truths),
                metrics: outcome.report.metrics)
        }
        var rater: RocFigure.Rater?
        if let human = report.human, let sensitivity = human.singleTaggerSensitivity.value,
            let specificity = human.singleTaggerSpecificity.value
        {
            rater = .init(
                label: "one human annotator", falsePositiveRate: 1 - specificity,
                truePositiveRate: sensitivity)
        }
        return stride(from: 0, to: series.count, by: 6).map { start in
            RocFigure(
                series: Array(series[start ..< min(start + 6, series.count)]),
                positive: "\(report.positive.name) expression", rater: rater)
        }
    }
}

extension Comparison.Row {
    init(
        _ name: String, _ subject: ReportSubject, _ report: EvaluationReport,
        notTrainedOn: BinaryMetrics?, notes: [Advice]
    ) {
        let card = subject.model.card
        self.name = name
        path = subject.path
        modelSHA256 = subject.modelSHA256
        architecture = card.title
        kind =
            card.isNetwork
            ? card.layers == nil ? "network" : "network from ONNX" : card.kind?.rawValue ?? ""
        parameters = subject.model.parameterCount
        imageSize = card.imageSize
        trainedOn = card.labels
        trainingSamples = card.trainingSamples
        trainedOnSyntheticFaces = card.trainedOnSyntheticFaces
        n = report.metrics.n
        accuracy = report.metrics.accuracy
        auc = report.metrics.auc
        balancedAccuracy = report.metrics.balancedAccuracy
        classAccuracy = report.emotions?.accuracy
        withoutDuplicates = report.withoutDuplicates.map { .init($0) }
        withoutNearDuplicates = report.withoutNearDuplicates.map { .init($0) }
        self.notTrainedOn = notTrainedOn.map { .init($0) }
        seenRows = report.seenRows
        self.notes = notes
        imagesPerSecond = report.imagesPerSecond
        precision = report.precision
        fileBytes = subject.fileBytes
    }
}
