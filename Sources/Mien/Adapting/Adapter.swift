public import Evaluation
import Foundation
import Torch

/// Adapts a network to another population with a few labelled images, or with images without labels.
///
/// Four changes are tried from the smallest on: temperature, class priors, a linear probe on pooled
/// features, the last stage. Inner folds over subjects choose: a larger change is taken only where it
/// lowers the log loss by more than chance.
public struct Adapter {
    /// Groups, subjects where they are known, to adapt to; the others are measured. `nil` adapts to all
    /// rows and measures none.
    public var shots: Int?
    public var seed: UInt64 = 0
    /// The largest change that may be tried.
    public var deepest = Adaptation.Method.lastStage
    /// How the other rows are measured, and how labels are read.
    public var evaluator = EvaluationSession()

    /// How many groups ``shots`` may be.
    public static let shotCounts = 5 ... 200
    /// With fewer groups only temperature and priors are tried: an interval would rest on too few.
    public static let fewestGroupsForWeights = 10
    static let folds = 5
    static let ridges = [0.03, 0.1, 0.3, 1]
    /// Of class priors: a class that few rows have is not to be ruled out by a few others.
    static let biasRidges = [0.001, 0.01, 0.03, 0.1, 0.3]
    static let calibrationRows = "inner folds of the adaptation"

    public init() {}

    /// What is being done.
    public enum Progress: Sendable {
        case features(done: Int, total: Int)
        case tuning(done: Int, total: Int)
        case measuring(done: Int, total: Int)
    }

    /// The adapted model, and what it did on rows that it was not adapted to.
    public struct Outcome {
        public let model: Model
        public let adaptation: Adaptation
        public let report: AdaptationReport
    }

    /// Adapts to labelled rows.
    /// - Parameter progress: `false` stops.
    /// - Returns: `nil` when stopped.
    /// - Throws: `UsageError` for a model or number that does not go, `DataError` for too few rows.
    public func adapt(
        _ model: Model, modelSHA256: String, to dataset: Dataset,
        progress: (Progress) -> Bool = { _ in true }
    ) throws -> Outcome? {
        try Self.requireAdaptable(model)
        let drawn = try AdaptationRows(self, model.card, dataset)
        let rows = drawn.fitted
        let found = try AdaptationFeatures(of: rows.indices, in: dataset, model) {
            progress(.features(done: $0, total: rows.count))
        }
        guard let found else { return nil }
        let search = AdaptationSearch(
            model: model, dataset: dataset, rows: rows, features: found, groups: drawn.groups,
            folds: drawn.folds, seed: seed,
            deepest: drawn.groupCount < Self.fewestGroupsForWeights
                ? min(deepest, .priors) : deepest)
        let choice = try search.run { progress(.tuning(done: $0, total: $1)) }
        guard let choice else { return nil }
        let adaptation = Adaptation(
            method: choice.method, candidates: choice.candidates, rows: rows.count,
            subjects: drawn.groupCount, folds: drawn.folds.count, seed: seed, ridge: choice.ridge,
            priors: drawn.priors, isLabelled: true, sources: dataset.sources,
            modelSHA256: modelSHA256)
        var adapted = choice.model
        adapted.card.adaptation = adaptation
        if choice.method != .unchanged {
            var maker = FingerprintMaker()
            adapted.seen = SeenPictures(
                training: rows.indices.map { maker.fingerprint(of: $0, in: dataset) },
                validation: [], earlier: [model.seen].compactMap(\.self))
        }
        let report = try AdaptationReport(
            adaptation, drawn, before: model, after: adapted, in: dataset, evaluator
        ) { progress(.measuring(done: $0, total: $1)) }
        return report.map { Outcome(model: adapted, adaptation: adaptation, report: $0) }
    }

    /// Adapts the class priors to images without labels. Whether that helps cannot be measured.
    public func adaptPriors(
        _ model: Model, modelSHA256: String, to dataset: Dataset,
        progress: (Progress) -> Bool = { _ in true }
    ) throws -> Outcome? {
        try Self.requireAdaptable(model)
        guard let source = model.card.trainingPriors else {
            throw UsageError(
                "model", found: "a model whose card holds no class shares of its training rows",
                expected: "one that Mien trained",
                advice: "Without them the priors cannot be estimated: adapt to labelled images.")
        }
        let rows = Array(0 ..< dataset.count)
        guard rows.count >= Calibration.fewestRows else {
            throw DataError(
                .request, file: dataset.name, found: "\(rows.count) images",
                expected: "at least \(Calibration.fewestRows) to estimate priors from")
        }
        let found = try AdaptationFeatures(of: rows, in: dataset, model) {
            progress(.features(done: $0, total: rows.count))
        }
        guard let found else { return nil }
        let probabilities = found.logits.map { logits in
            let largest = logits.reduce(-.infinity, max)
            let total = logits.reduce(0) { $0 + exp($1 - largest) }
            return logits.map { Float(exp($0 - largest) / total) }
        }
        let priors = PriorEstimation(probabilities, trainingPriors: source).priors
        var adapted = model.applying(
            HeadCorrection(bias: zip(priors, source).map { log($0 / $1) }))
        let adaptation = Adaptation(
            method: .priors, candidates: [], rows: rows.count, subjects: rows.count, folds: 0,
            seed: seed, ridge: nil,
            priors: Dictionary(uniqueKeysWithValues: zip(model.card.classes, priors)),
            isLabelled: false, sources: dataset.sources, modelSHA256: modelSHA256)
        adapted.card.adaptation = adaptation
        var maker = FingerprintMaker()
        adapted.seen = SeenPictures(
            training: [], validation: rows.map { maker.fingerprint(of: $0, in: dataset) },
            earlier: [model.seen].compactMap(\.self))
        return Outcome(
            model: adapted, adaptation: adaptation, report: AdaptationReport(adaptation))
    }

    private static func requireAdaptable(_ model: Model) throws {
        try model.requireNetwork("model", to: "be adapted")
        guard !model.isQuantized else {
            throw UsageError(
                "model", found: "an int8 model", expected: "the float model that it was made from")
        }
    }
}

extension Adaptation.Method: Comparable {
    /// By the size of the change.
    public static func < (one: Self, other: Self) -> Bool {
        allCases.firstIndex(of: one) ?? 0 < allCases.firstIndex(of: other) ?? 0
    }
}
