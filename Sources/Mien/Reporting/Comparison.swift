public import Evaluation
public import Foundation
import Torch

/// Several models measured on the same rows, and whether they differ by more than chance.
public struct Comparison: Sendable {
    /// One model.
    public struct Row: Sendable, Encodable {
        public let name: String
        public let path: String
        public let modelSHA256: String
        public let architecture: String
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
        public let withoutDuplicates: Unseen?
        /// While its rows were scored here; other work may have been running.
        public let imagesPerSecond: Double
        public let precision: String

        /// Without the rows whose pixels occur in training rows.
        public struct Unseen: Sendable, Encodable {
            public let n: Int
            public let accuracy: Estimate
            public let auc: Estimate
        }

        enum CodingKeys: String, CodingKey {
            case name, path, architecture, parameters, n, accuracy, auc
            case modelSHA256 = "model_sha256"
            case imageSize = "image_size"
            case trainedOn = "trained_on_protocol"
            case trainingSamples = "training_samples"
            case trainedOnSyntheticFaces = "trained_on_synthetic_faces"
            case withoutDuplicates = "without_duplicates"
            case imagesPerSecond = "images_per_s"
            case precision = "compute_precision"
        }
    }

    public let rows: [Row]
    public let pairs: [PairedComparison]
    public let baseline: BaseRate
    public let human: EvaluationReport.Human?
    /// Results of publications, set apart from what was measured.
    public let quoted: [QuotedResult]
    /// ROC curves together, up to six in one figure.
    public let figures: [any Figure]
    public let labels: LabelProtocol
    public let split: ResolvedSplit
    public let positive: PositiveMapping
    public let threshold: Double
    public let bootstrap: Bootstrap
    public let sources: [Dataset.Source]
    public let isSynthetic: Bool
    public let command: String
    public let date: Date

    /// What to compare the models on; the same for all.
    public struct Request {
        public var evaluator = Evaluator()
        public var quoted = QuotedResult.published
        public var command: String
        public var date: Date

        public init(command: String, date: Date = .now) {
            self.command = command
            self.date = date
        }
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
        var outcomes: [Evaluator.Outcome] = []
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
        rows = zip(zip(names, subjects), outcomes).map {
            Row($0.0, $0.1, $1.report)
        }
        pairs = try PairedComparison.all(
            names, scores: outcomes.map(\.scores), labels: first.truths,
            threshold: evaluator.threshold, bootstrap: evaluator.bootstrap)
        figures = try Self.curves(names, outcomes, first.report)
        baseline = first.report.baseline
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
    }

    /// The mapping that is asked for, or else that of the models with two outputs, which have no
    /// other, or else that of the first model.
    static func commonMapping(
        of subjects: [ReportSubject], _ wanted: PositiveMapping?
    ) throws(UsageError) -> PositiveMapping {
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
        _ names: [String], _ outcomes: [Evaluator.Outcome], _ report: EvaluationReport
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
                label: "one human tagger", falsePositiveRate: 1 - specificity,
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
    init(_ name: String, _ subject: ReportSubject, _ report: EvaluationReport) {
        let card = subject.model.card
        self.name = name
        path = subject.path
        modelSHA256 = subject.modelSHA256
        architecture = card.architecture.rawValue
        parameters = subject.model.parameterCount
        imageSize = card.imageSize
        trainedOn = card.labels
        trainingSamples = card.trainingSamples
        trainedOnSyntheticFaces = card.trainedOnSyntheticFaces
        n = report.metrics.n
        accuracy = report.metrics.accuracy
        auc = report.metrics.auc
        withoutDuplicates = report.withoutDuplicates.map {
            .init(n: $0.n, accuracy: $0.accuracy, auc: $0.auc)
        }
        imagesPerSecond = report.imagesPerSecond
        precision = report.precision
    }
}
