import Evaluation
import Foundation
import Imaging
import Torch

/// What a trainer of classical classifiers reports; it prints nothing itself.
public enum ClassicalTrainingEvent: Sendable {
    case started(rows: Int, features: Int)
    /// Faces whose features are computed.
    case features(done: Int, total: Int)
    /// A cost and a kernel width whose inner folds are done.
    case tried(ClassicalFit.Candidate)
    /// Folds of the choice made, whose left-out rows are scored.
    case folds(done: Int, total: Int)
    case fitting(rows: Int, columns: Int)
}

/// Trains a support vector machine, logistic regression or forest on hand-made features by a recipe.
/// It asks whether to go on between fits: a fit itself is not interrupted.
public final class ClassicalTrainer {
    public let start: RunConfiguration
    public let folder: RunFolder
    private let recipe: Recipe
    private let settings: ClassicalSettings
    private let featureSet: FeatureSet
    /// SHA-256 of the file of the landmark model, where the features need it.
    private let landmarkDigest: String?
    private let dataset: Dataset
    private let rows: TrainingData
    private let duplicates: KnownDuplicates
    /// Of each training row.
    private let classNumbers: [Int]

    /// - Throws: `UsageError` and `DataError`: what is wrong with the recipe or the data;
    ///   `LandmarkModelError` where its features need a model that is not installed.
    public init(_ start: RunConfiguration, dataset: Dataset, folder: RunFolder) throws {
        try start.recipe.validate()
        guard let settings = start.recipe.classical else {
            preconditionFailure("expected the recipe of a classical classifier")
        }
        self.start = start
        self.folder = folder
        self.dataset = dataset
        self.settings = settings
        let landmarks = settings.needsLandmarks ? try LandmarkModel.of68Points() : nil
        featureSet = settings.featureSet(landmarks?.model)
        landmarkDigest = landmarks?.digest
        recipe = start.recipe
        duplicates = KnownDuplicates(dataset)
        rows = try TrainingData(recipe, dataset, duplicates: duplicates)
        classNumbers = rows.classNumbers.map(Int.init)
        guard Set(classNumbers).count >= 2 else {
            let positives = rows.training.positives(recipe.positive).count { $0 }
            throw DataError(
                .request, file: dataset.name,
                found: "\(rows.training.count) training rows, \(positives) of them positive"
                    + (recipe.head == .emotions ? ", all of one class" : ""),
                expected: recipe.head == .emotions
                    ? "rows of two or more classes" : "rows of both classes")
        }
        guard rows.classes.count <= 256 else {
            throw UsageError(
                "classes", found: "\(rows.classes.count)",
                expected: "at most 256 for a classical classifier")
        }
    }

    /// What is odd about the rows, and what of them stays together, in sentences.
    public var notes: [Advice] {
        rows.notes.map { Advice($0) }
            + [(try? dataset.rowGroups(grouping))?.note].compactMap(\.self)
    }

    private var grouping: Grouping { recipe.grouping ?? .earlier }

    /// Trains and writes the model file and its card.
    /// - Returns: `nil` when `observe` said stop: nothing is written then.
    /// - Throws: `ClassicalTrainingError`; `DataError` for too few rows that do not belong together.
    public func run(_ observe: (ClassicalTrainingEvent) -> Disposition) throws -> Model? {
        let clock = ResourceClock()
        let extractor = featureSet.extractor
        let count = rows.training.count
        guard observe(.started(rows: count, features: extractor.count)) == .proceed else {
            return nil
        }
        let features = FeatureMatrix(of: rows.training.indices, in: dataset, extractor) {
            observe(.features(done: $0, total: count)) == .proceed
        }
        guard let features else { return nil }
        let fitter = ClassicalFitter(recipe: recipe, settings: settings)
        let outputs = fitter.outputs(of: rows.classes.count, classNumbers: classNumbers)
        var choice = ClassicalSearch.Choice()
        if settings.kind != .forest {
            let folds = try InnerFolds(
                of: rows.training, classNumbers, named: rows.classes, in: dataset,
                count: settings.folds, seed: recipe.seed, duplicates: duplicates,
                grouping: grouping)
            let search = ClassicalSearch(
                features: features, classNumbers: classNumbers, outputs: outputs,
                folds: folds.foldOfRow, recipe: recipe, settings: settings)
            guard let found = try search.run(observe) else { return nil }
            choice = found
        }
        let fitting = ResourceClock()
        let transform = try fitter.transform(features)
        let columns = transform?.columns ?? features.columns
        guard observe(.fitting(rows: count, columns: columns)) == .proceed else { return nil }
        let decision = try fitter.decision(
            transform.map { $0(features) } ?? features, classNumbers, outputs, choice.point)
        let classifier = ClassicalClassifier(
            features: featureSet, transform: transform, decision: decision,
            calibration: DecisionCalibration(
                outputCount: rows.classes.count, outputs: outputs, sigmoids: choice.sigmoids))
        let fit = ClassicalFit(
            classifier, choice, settings, clock: clock, lastFitSeconds: fitting.cpuSeconds,
            validatesByFolds: rows.validation.count == 0 && choice.values != nil,
            landmarkModel: landmarkDigest)
        return try written(classifier, fit, choice)
    }

    private func written(
        _ classifier: ClassicalClassifier, _ fit: ClassicalFit, _ choice: ClassicalSearch.Choice
    ) throws -> Model {
        var model = Model(classifier, card: card(fit))
        if rows.validation.count > 0 {
            model.card.validation = try rows.validate(
                model, dataset, batchSize: 256, precision: .float64, device: .cpu
            ) { _, _ in true }
        } else if let values = choice.values {
            model.card.validation = try ValidationSummary(
                probabilities: classifier.logits(ofValues: values).map(model.card.probabilities),
                classNumbers: classNumbers, labels: rows.training.positives(recipe.positive),
                of: model)
        }
        model.seen = rows.seen(in: dataset, earlier: [])
        try model.write(to: folder.modelURL)
        try AtomicFile.write(model.card.markdown(), to: folder.modelCardURL)
        return model
    }

    private func card(_ fit: ClassicalFit) -> ModelCard {
        ModelCard(
            created: Date.now.formatted(.iso8601), kind: settings.kind.modelKind,
            architecture: nil, imageSize: FaceGrid.side, normalization: .grey,
            classes: rows.classes, head: recipe.head, ownClasses: dataset.classes,
            positive: recipe.positive, labels: recipe.labels, initialWeights: "none",
            recipe: recipe,
            dataSources: start.sources, trainedOnSyntheticFaces: dataset.isSynthetic,
            trainingSamples: rows.training.count, fit: fit)
    }
}

extension ClassicalFit {
    fileprivate init(
        _ classifier: ClassicalClassifier, _ choice: ClassicalSearch.Choice,
        _ settings: ClassicalSettings, clock: ResourceClock, lastFitSeconds: Double,
        validatesByFolds: Bool, landmarkModel: String?
    ) {
        let machine = classifier.decision as? KernelDecision
        let forest = classifier.decision as? RandomForest
        self.init(
            features: classifier.features.extractor.count,
            columns: classifier.decision.columns,
            varianceShare: classifier.transform?.components?.shares.reduce(0, +),
            cost: settings.kind == .forest ? nil : choice.point.cost, gamma: machine?.gamma,
            candidates: choice.candidates, searchRows: choice.searchRows,
            supportVectors: machine?.vectors.count, trees: forest?.roots.count,
            nodes: forest?.votes.count, seconds: clock.seconds, cpuSeconds: clock.cpuSeconds,
            lastFitSeconds: lastFitSeconds, peakMemoryBytes: ResourceClock.peakMemoryBytes,
            validatesByFolds: validatesByFolds, landmarkModel: landmarkModel)
    }
}

extension ValidationSummary {
    /// Of class probabilities, without calibration.
    /// - Parameters:
    ///   - probabilities: [rows][outputs].
    ///   - classNumbers: the right output of each row.
    ///   - labels: whether each row is positive.
    init(
        probabilities: [[Float]], classNumbers: [Int], labels: [Bool], of model: Model
    ) throws {
        let metrics = try BinaryMetrics(
            scores: probabilities.map { model.score($0) }, labels: labels,
            bootstrap: Bootstrap(resamples: 0))
        let losses = zip(probabilities, classNumbers).map { -log(max(Double($0[$1]), 1e-12)) }
        let right = zip(probabilities, classNumbers).count { row, answer in
            row.indices.max { row[$0] < row[$1] } == answer
        }
        self.init(
            n: labels.count, positives: metrics.positives,
            loss: losses.reduce(0, +) / Double(max(losses.count, 1)),
            accuracy: metrics.accuracy.value ?? 0, auc: metrics.auc.value,
            aucEstimate: metrics.auc,
            emotionAccuracy: model.card.head == .emotions
                ? Double(right) / Double(max(labels.count, 1)) : nil, calibration: nil,
            confusion: metrics.confusion)
    }
}

/// Time since it was made, and what the process has used.
struct ResourceClock {
    private let start = ContinuousClock.now
    private let cpuStart = Self.cpuTime

    var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
    var cpuSeconds: Double { Self.cpuTime - cpuStart }

    /// Of all threads, user and system.
    private static var cpuTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static var peakMemoryBytes: Int {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
