public import Evaluation
public import Foundation
import Imaging
import Torch

/// Everything a report says, gathered before a line of it is written.
public struct RunReport: Sendable {
    /// What is to be reported on, and how.
    public struct Request {
        /// train, valid, test or all; or ``heldOut``.
        public var split = "test"
        /// Labels, mapping, threshold and what else is measured; its split is not used.
        public var evaluator = EvaluationSession()
        /// Whether faces are shown. Without them the report can be passed on more freely.
        public var showsFaces = true
        /// How many faces the trust in the heat maps is measured on; 0 leaves that out, which is
        /// most of the time a report takes.
        public var trustImages = 0
        /// The command that makes the same report, as a shell takes it.
        public var command: String
        public var date: Date

        public init(command: String, date: Date = .now) {
            self.command = command
            self.date = date
        }
    }

    /// The word for the training rows that a run set aside and did not learn from.
    public static let heldOut = EvaluationSession.heldOut

    /// A face with what the model made of it.
    struct Example: Sendable {
        let id: String
        let emotion: String
        let votes: String
        let isPositive: Bool
        let score: Double
    }

    struct Picture: Sendable {
        let jpeg: [UInt8]
        let description: String
    }

    public let evaluation: EvaluationReport
    /// Every figure of the evaluation, in its order.
    public let figures: [any Figure]
    let request: (split: String, command: String, date: Date)
    let path: String
    let card: ModelCard
    let modelSHA256: String
    let parameters: Int
    let run: RunConfiguration?
    let curves: TrainingFigure?
    let summary: DatasetSummary
    let isTrainingData: Bool
    let sheet: Picture?
    /// Faces with their heat maps; `nil` where faces are not to be shown.
    let gallery: Gallery?
    public let trust: ExplanationFaithfulness?
    /// The wrong decisions that were made with the most confidence, the surest first.
    let worst: [Example]

    /// Scores the rows and measures everything.
    /// - Parameter progress: images done and all images of the work at hand; `false` stops.
    /// - Returns: `nil` when stopped.
    /// - Throws: `UsageError` and `DataError` for a split, labels or data that cannot be had.
    public init?(
        on subject: ReportSubject, data dataset: Dataset, _ request: Request,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws {
        var evaluator = request.evaluator
        evaluator.split = request.split
        guard
            let outcome = try evaluator.evaluate(
                subject.model, on: dataset, modelSHA256: subject.modelSHA256, progress: progress)
        else { return nil }
        let explanations = try Explanations(
            subject, dataset, outcome, request, device: evaluator.device, progress: progress)
        guard let explanations else { return nil }
        gallery = explanations.gallery
        trust = explanations.trust
        evaluation = outcome.report
        figures = outcome.figures
        self.request = (request.split, request.command, request.date)
        path = subject.path
        card = subject.model.card
        modelSHA256 = subject.modelSHA256
        parameters = subject.model.parameterCount
        run = subject.run
        curves = subject.history.isEmpty ? nil : TrainingFigure(history: subject.history)
        summary = DatasetSummary(of: dataset, mapping: outcome.report.positive)
        isTrainingData = subject.isTrainingData(dataset)
        sheet =
            request.showsFaces
            ? try Self.sheet(of: outcome.rows, in: dataset, outcome.report) : nil
        worst = Self.worst(outcome, in: dataset)
    }

    /// The heat maps of a report, and what is measured of them.
    private struct Explanations {
        var gallery: Gallery?
        var trust: ExplanationFaithfulness?

        /// `nil` when stopped.
        init?(
            _ subject: ReportSubject, _ dataset: Dataset, _ outcome: EvaluationSession.Outcome,
            _ request: Request, device: Device, progress: (Int, Int) -> Bool
        ) throws {
            let bootstrap = request.evaluator.bootstrap
            let layer = subject.model.card.mapLayer
            if request.showsFaces {
                var maker = GalleryMaker()
                maker.explainer.positive = outcome.report.positive
                maker.explainer.method = ExplanationSession(for: subject.model.card).method
                maker.explainer.layer = layer
                maker.explainer.device = device
                maker.seed = bootstrap.seed
                gallery = try maker.gallery(
                    of: subject.model, on: dataset, rows: outcome.rows, scores: outcome.scores,
                    progress: progress)
                if gallery == nil { return nil }
            }
            guard request.trustImages > 0, subject.model.card.isNetwork else { return }
            var measurement = TrustMeasurement()
            measurement.explainer.positive = outcome.report.positive
            measurement.explainer.layer = layer
            measurement.explainer.device = device
            measurement.limit = request.trustImages
            measurement.seed = bootstrap.seed
            measurement.precision = request.evaluator.precision
            measurement.bootstrap = bootstrap
            trust = try measurement.measure(
                subject.model, on: dataset, rows: outcome.rows,
                modelSHA256: subject.modelSHA256, progress: progress)
            if trust == nil { return nil }
        }
    }

    private static func sheet(
        of rows: LabelledSubset, in dataset: Dataset, _ report: EvaluationReport
    ) throws -> Picture {
        let image = dataset.sampleSheet(of: rows, mapping: report.positive)
        let emotions = rows.classes.filter(Set(rows.emotions).contains).map(\.name)
        return Picture(
            jpeg: try image.encoded(as: .jpeg(quality: 80)),
            description: "Up to eight \(dataset.isSynthetic ? "drawn " : "")faces of each of "
                + "\(emotions.joined(separator: ", "))")
    }

    private static func worst(_ outcome: EvaluationSession.Outcome, in dataset: Dataset)
        -> [Example]
    {
        let threshold = outcome.report.metrics.threshold
        let wrong = outcome.scores.indices.filter {
            (outcome.scores[$0] >= threshold) != outcome.truths[$0]
        }
        let surest = wrong.sorted {
            (abs(outcome.scores[$1] - threshold), $0) < (abs(outcome.scores[$0] - threshold), $1)
        }
        return surest.prefix(10).map { position in
            let sample = dataset.samples[outcome.rows.indices[position]]
            return Example(
                id: sample.id, emotion: outcome.rows.emotions[position].name,
                votes: sample.votes?.summary ?? "no votes", isPositive: outcome.truths[position],
                score: outcome.scores[position])
        }
    }
}

extension Dataset {
    /// The same data in which these samples are the validation rows. Training rows stay training
    /// rows; all others are in no split.
    package func holdingOut(_ rows: [Int]) -> Dataset {
        let held = Set(rows)
        // Where no sample names a split, all are for training.
        let trainingSplit: Split? = samples.contains { $0.split != nil } ? .train : nil
        let marked = samples.indices.map { index in
            let trains = samples[index].split == trainingSplit
            return samples[index].moved(
                to: held.contains(index) ? .valid : trains ? .train : nil)
        }
        var result = self
        result.samples = marked
        return result
    }
}

extension Sample {
    /// A copy of the sample in another split.
    func moved(to split: Split?) -> Sample {
        Sample(
            id: id, row: row, line: line, emotion: emotion, votes: votes, split: split,
            subject: subject, sequence: sequence, attributes: attributes)
    }
}

extension TrainingFigure {
    /// The curves of a run's epochs. For a model with all emotions the accuracy is theirs.
    init(history: [EpochReport]) {
        self.init(
            history.map {
                TrainingFigure.Epoch(
                    $0.epoch, trainingLoss: $0.trainingLoss, validationLoss: $0.validation.loss,
                    trainingAccuracy: $0.trainingAccuracy,
                    validationAccuracy: $0.validation.emotionAccuracy ?? $0.validation.accuracy)
            })
    }
}
