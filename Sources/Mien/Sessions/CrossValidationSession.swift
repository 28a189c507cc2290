import Crypto
import Evaluation
public import Foundation
import Networks
public import Torch

/// A cross-validation, from its options to its report: each fold is a run folder of its own.
///
/// No choice is made on test rows: epochs are those of the recipe, and validation rows come out of
/// the training folds. The session prints nothing. A fold that is done is not trained again; one that
/// was interrupted goes on from its last checkpoint.
public struct CrossValidationSession {
    /// The model that is measured on the test rows.
    public enum Subject: Sendable {
        /// Trained anew on the training rows of each fold.
        case recipe(Recipe)
        /// A model that is there, which nothing is trained for.
        case model(URL)
    }

    /// The settings of a cross-validation.
    public struct Options: Sendable {
        public var subject: Subject
        /// A file, a folder or `synthetic`, as `Dataset.load` takes it.
        public var data: String
        public var votes: String?
        public var skipBadRows = false
        public var labels = LabelOptions()
        /// `nil` stands for the data's own labels and the mapping of the recipe or model.
        public var rules: ExpressionProtocol?
        public var folds = 10
        public var group = RowGroups.Kind.subject
        /// `nil` stands for sequences where all rows have one.
        public var unit: ScoringUnit?
        public var repeats = 1
        /// Seed of the shuffled repeats and the intervals; training takes the recipe's own.
        public var seed: UInt64 = 0
        /// See `TrainingSession.Options`.
        public var initialWeights: String?
        public var threads = 1
        public var device = Device.cpu
        public var sharesProcessors = false
        /// How the report says that it was made.
        public var command = ""

        public init(_ subject: Subject, data: String, votes: String? = nil) {
            self.subject = subject
            self.data = data
            self.votes = votes
        }
    }

    /// A step of a session.
    public enum Event {
        /// A fold begins; `folder` is where its run is.
        case fold(FoldNumber, folder: RunFolder, notes: [Advice])
        /// A fold was done before.
        case reused(FoldNumber)
        case training(TrainingEvent)
        case classical(ClassicalTrainingEvent)
        /// Test rows of the fold.
        case scoring(done: Int, total: Int)
        case finished(CrossValidationReport.Fold)
    }

    public let options: Options
    public let dataset: Dataset
    public let url: URL
    /// Sentences that people should know before it begins.
    public let notes: [String]
    /// The rows that are divided.
    public let rows: LabelledSubset
    public let folds: SubjectFolds
    package let units: ScoringUnits
    private let plan: CrossValidationPlan
    private let recipe: Recipe?
    private let model: (model: Model, sha256: String)?
    private let lock: RunLock

    /// Checks everything before anything is trained.
    /// - Parameters:
    ///   - loaded: the data that the options name, where it was read already.
    ///   - url: the folder, which may hold an earlier part of this cross-validation.
    /// - Throws: `UsageError`, `DataError`, `ModelFileError`, `FileError`.
    public init(_ options: Options, on loaded: Dataset? = nil, in url: URL) throws {
        self.options = options
        self.url = url
        guard 2 ... 1000 ~= options.folds else {
            throw UsageError("folds", found: "\(options.folds)", expected: "2 to 1000")
        }
        guard 1 ... 100 ~= options.repeats else {
            throw UsageError("repeats", found: "\(options.repeats)", expected: "1 to 100")
        }
        var labels = options.labels
        switch options.subject {
        case .recipe(let given):
            model = nil
            var chosen = given
            options.rules?.apply(to: &chosen)
            try chosen.validate()
            dataset = try loaded ?? options.load(labels, input: chosen.input())
            var texts: [String] = []
            if options.rules == nil, let text = chosen.adoptLabels(of: dataset) {
                texts.append(text)
            }
            notes = texts
            recipe = chosen
        case .model(let file):
            let given = try Model(contentsOf: file)
            model = (given, try Model.sha256(ofFile: file))
            labels.modelClasses = given.card.ownClasses
            dataset = try loaded ?? options.load(labels, input: given.card.input)
            notes = [Self.untrainedNote]
            recipe = nil
        }
        rows = try Self.rows(of: dataset, options.rules, recipe)
        var grouping = recipe?.grouping ?? Grouping()
        grouping.sequences = true
        let known = try dataset.rowGroups(grouping)
        folds = try SubjectFolds(
            of: rows, in: dataset, by: options.group, known, count: options.folds)
        units = try ScoringUnits(
            options.rules == nil ? options.unit : options.unit ?? .sequence, of: rows, in: dataset,
            known)
        plan = CrossValidationPlan(
            recipe: recipe, modelSHA256: model?.sha256,
            initialWeights: recipe.map { options.initialWeights ?? $0.initialWeights ?? "scratch" }
                .map(RunConfiguration.absolute),
            data: dataset.sources.map(\.sha256), labelOptions: options.labels,
            rules: options.rules, group: options.group, folds: options.folds,
            repeats: options.repeats, seed: options.seed)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw FileError(path: url.path, reason: "cannot be made: \(plainReason(of: error))")
        }
        lock = try RunLock(RunFolder(url), subject: Advice(url.path))
        try plan.keep(in: url)
    }

    static let untrainedNote =
        "Nothing is trained: the given model scores the test rows of each fold."

    private static func rows(
        of dataset: Dataset, _ rules: ExpressionProtocol?, _ recipe: Recipe?
    ) throws(DataError) -> LabelledSubset {
        if let rules { return try rules.rows(of: dataset) }
        return try dataset.labelled(by: recipe?.evaluationLabels ?? dataset.defaultProtocol)
    }

    /// Trains and measures all folds that are not done.
    /// - Returns: `nil` where `observe` said stop; the next session in the folder goes on there.
    /// - Throws: `TrainingError` for training that diverged, and as in training.
    public func run(_ observe: (Event) -> Disposition) throws -> CrossValidationReport? {
        let key = try plan.sha256
        var results: [CrossValidationReport.Fold] = []
        var pooled = ScoredUnits()
        var question: Question?
        for round in 1 ... options.repeats {
            let foldOfRow = folds.folds(round: round - 1, seed: options.seed)
            for fold in 1 ... options.folds {
                let number = FoldNumber(round: round, fold: fold)
                let place = FoldPlace(
                    number: number, test: foldOfRow.indices.filter { foldOfRow[$0] == fold - 1 })
                guard let file = try result(of: place, key, observe) else { return nil }
                let asked = Question(
                    rules: options.rules,
                    positive: options.rules?.positive ?? recipe?.positive
                        ?? model?.model.card.positive ?? .paper, outputs: file.outputs)
                let scored = scored(file, place)
                let metrics = try CrossValidationMetrics(scored, asked, bootstrap: bootstrap)
                let result = CrossValidationReport.Fold(
                    number: number, trainingRows: file.trainingRows,
                    modelSHA256: file.modelSHA256, metrics: metrics)
                results.append(result)
                pooled.append(scored)
                question = asked
                guard observe(.finished(result)) == .proceed else { return nil }
            }
        }
        guard let question else { return nil }
        return try report(results, pooled, question)
    }

    private var bootstrap: Bootstrap { Bootstrap(seed: options.seed) }

    /// The positions of the test rows of a fold in ``rows``.
    private struct FoldPlace {
        let number: FoldNumber
        let test: [Int]
    }

    /// The scored test rows of a fold: those that are there, or new ones.
    private func result(
        of place: FoldPlace, _ key: String, _ observe: (Event) -> Disposition
    ) throws -> FoldFile? {
        let folder = RunFolder(url.appendingPathComponent(place.number.folderName))
        let samples = place.test.map { rows.indices[$0] }
        let ids = samples.map { dataset.samples[$0].id }
        if let done = FoldFile.read(from: folder.url, plan: key, rows: ids) {
            return observe(.reused(place.number)) == .proceed ? done : nil
        }
        let trained: (model: Model, sha256: String)
        if let model {
            try FileManager.default.createDirectory(
                at: folder.url, withIntermediateDirectories: true)
            guard observe(.fold(place.number, folder: folder, notes: [])) == .proceed else {
                return nil
            }
            trained = model
        } else {
            guard let recipe,
                let fitted = try train(recipe, place, folder, observe)
            else { return nil }
            trained = (fitted, try Model.sha256(ofFile: folder.modelURL))
        }
        let answers = try trained.model.probabilities(
            of: samples, in: dataset,
            precision: trained.model.resolved(recipe?.precision ?? .auto, on: options.device),
            device: options.device
        ) { observe(.scoring(done: $0, total: samples.count)) == .proceed }
        guard let answers else { return nil }
        let file = FoldFile(
            plan: key, number: place.number, outputs: trained.model.card.outputs,
            trainingRows: model == nil ? trained.model.card.trainingSamples : nil,
            modelSHA256: trained.sha256, rows: ids, probabilities: answers)
        try file.write(to: folder.url)
        return file
    }

    /// The model of a fold, which may be there already.
    private func train(
        _ recipe: Recipe, _ place: FoldPlace, _ folder: RunFolder,
        _ observe: (Event) -> Disposition
    ) throws -> Model? {
        var recipe = recipe
        recipe.seed &+= UInt64(place.number.round - 1)
        var start = TrainingSession.Options(recipe, data: options.data, votes: options.votes)
        start.skipBadRows = options.skipBadRows
        start.labels = options.labels
        start.initialWeights = plan.initialWeights
        start.threads = options.threads
        start.device = options.device
        start.sharesProcessors = options.sharesProcessors
        let run = TrainedRun(
            options: start, dataset: training(without: place), folder: folder)
        return try run.model {
            switch $0 {
            case .began(let notes):
                observe(.fold(place.number, folder: folder, notes: notes))
            case .reused: observe(.fold(place.number, folder: folder, notes: []))
            case .training(let event): observe(.training(event))
            case .classical(let event): observe(.classical(event))
            }
        }
    }

    /// The data in which the test rows of a fold are the test split, and all other rows that are
    /// divided the training split.
    package func training(without test: [Int], _ number: FoldNumber) -> Dataset {
        training(without: FoldPlace(number: number, test: test))
    }

    private func training(without place: FoldPlace) -> Dataset {
        var splits = [Split?](repeating: nil, count: dataset.count)
        for row in rows.indices { splits[row] = .train }
        for position in place.test { splits[rows.indices[position]] = .test }
        let ids = place.test.map { dataset.samples[rows.indices[$0]].id }.joined(separator: "\n")
        // No other command takes the whole data for that of this run.
        let source = Dataset.Source(
            path: "without the test rows of \(place.number.title(repeats: options.repeats)) of a "
                + "cross-validation",
            sha256: SHA256.hash(data: Data(ids.utf8)).hexadecimal, bytes: 0)
        return dataset.divided(splits, source)
    }

    /// The units of a fold with their mean probabilities.
    private func scored(_ file: FoldFile, _ place: FoldPlace) -> ScoredUnits {
        var answers = [[Float]](repeating: [], count: rows.count)
        for (position, row) in zip(place.test, file.probabilities) { answers[position] = row }
        var result = ScoredUnits()
        let tested = Set(place.test)
        let members = units.members.filter { tested.contains($0[0]) }
        for (positions, mean) in zip(members, ScoringUnits.means(of: answers, members)) {
            result.append(
                rows.emotions[positions[0]], mean, group: folds.groupOfRow[positions[0]],
                images: positions.count)
        }
        return result
    }

    private func report(
        _ results: [CrossValidationReport.Fold], _ pooled: ScoredUnits, _ question: Question
    ) throws -> CrossValidationReport {
        let clusters = Clusters(pooled.groups)
        let truths = pooled.emotions.map(question.positive.isPositive)
        var lines = [TrivialLine(truths, of: question.positive, bootstrap, clusters)]
        if question.outputs.head == .emotions || options.rules?.decidesBetweenClasses == true {
            lines.append(
                TrivialLine(
                    pooled.emotions, among: options.rules?.classes ?? rows.classes, bootstrap,
                    clusters))
        }
        var notes = notes
        if let model {
            let seen = SeenRows(
                model.model, of: rows.indices, in: dataset, KnownDuplicates(dataset))
            notes += seen.notes(model.model.card, dataset)
            if model.model.card.head == .binary, model.model.card.positive != question.positive {
                notes.append(
                    "The model's two outputs are of \(model.model.card.positive.name) faces; the "
                        + "question is \(question.positive.name).")
            }
        }
        notes += rows.notes("rows", question.positive, emotionsToo: false)
        try dataset.requireReadable()
        return CrossValidationReport(
            subject: recipe?.name ?? model?.model.card.title ?? "", isTrained: model == nil,
            architecture: recipe.map { $0.classical?.title ?? $0.architecture.rawValue }
                ?? model?.model.card.title ?? "",
            plan: plan, unit: units.kind, positive: question.positive, labels: rows.labels,
            unitCount: units.members.count, imageCount: rows.count,
            leftOutImages: dataset.count - rows.count, groupCount: folds.groups.count,
            pooled: try CrossValidationMetrics(pooled, question, bootstrap: bootstrap),
            folds: results, trivialLines: lines, notes: notes, sources: dataset.sources,
            isSynthetic: dataset.isSynthetic, command: options.command)
    }
}

extension CrossValidationSession.Options {
    fileprivate func load(
        _ labels: LabelOptions, input: InputSpecification
    ) throws(DataError) -> Dataset {
        try Dataset.load(
            data: data, votes: votes, skipBadRows: skipBadRows, labels: labels, input: input)
    }
}

extension Dataset {
    /// A copy with other splits, told from the whole data by a further source.
    func divided(_ splits: [Split?], _ source: Source) -> Dataset {
        var result = self
        result.samples = zip(samples, splits).map { $0.moved(to: $1) }
        result.sources.append(source)
        return result
    }
}
