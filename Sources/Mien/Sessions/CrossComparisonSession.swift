public import Evaluation
public import Foundation
public import Torch

/// Trains each recipe on each data set, and measures these models and given ones on all of them.
///
/// Each trained model is a run folder below the folder of the results. A run that is done is not trained
/// again; a network that was interrupted goes on from its last checkpoint. Test rows are never trained
/// on.
public struct CrossComparisonSession {
    /// A data set by its name in the table.
    public struct Place: Sendable {
        public let name: String
        public let data: String
        public let votes: String?

        public init(name: String, data: String, votes: String? = nil) {
            self.name = name
            self.data = data
            self.votes = votes
        }
    }

    /// What is compared.
    public struct Options {
        public var places: [Place]
        public var recipes: [Recipe] = []
        public var models: [ReportSubject] = []
        public var skipBadRows = false
        public var labels = LabelOptions()
        /// Whether only classes that training and test rows both have are measured.
        public var isMasked = false
        public var evaluator = EvaluationSession()
        public var seed: UInt64 = 0
        /// As `TrainingSession.Options` takes it; `nil` for the recipe's own.
        public var initialWeights: String?
        public var threads = 1
        public var command = ""

        public init(_ places: [Place]) { self.places = places }
    }

    /// What a session reports.
    public enum Event {
        /// A model begins to train in a folder.
        case began(_ title: String, folder: RunFolder, notes: [Advice])
        case reused(_ title: String)
        case training(TrainingEvent)
        case classical(ClassicalTrainingEvent)
        case scoring(_ title: String, done: Int, total: Int)
    }

    public let options: Options
    public let url: URL
    private let sets: [CrossDataset]
    private let mapping: LabelMapping

    /// What people should know before it begins: the test rows, in sentences.
    public var notes: [String] { sets.map(\.note) }

    /// A model with what is known of its training rows.
    private struct Row {
        let title: String
        let model: String
        /// Position of the data set; `nil` for a given model.
        let set: Int?
        let classes: Set<Emotion>?
        let positives: Double?
        var scores: [CrossScores] = []
    }

    /// - Parameter loaded: the data of each place.
    /// - Throws: `UsageError`, `DataError`: before anything is trained.
    public init(_ options: Options, on loaded: [Dataset], in url: URL) throws {
        self.options = options
        self.url = url
        let names = options.places.map(\.name)
        guard names.count >= 2, Set(names).count == names.count else {
            throw UsageError(
                "data sets", found: names.joined(separator: ", "),
                expected: "at least 2, each with a name of its own")
        }
        guard !options.recipes.isEmpty || !options.models.isEmpty else {
            throw UsageError(
                "rows", found: "no recipe and no model", expected: "at least one of them")
        }
        let recipes = options.recipes.map(\.name)
        guard Set(recipes).count == recipes.count else {
            throw UsageError(
                "recipes", found: recipes.joined(separator: ", "), expected: "each name once")
        }
        let fixed = try Comparison.commonMapping(
            of: options.models, options.evaluator.positive ?? options.recipes.first?.positive)
        mapping = fixed
        for recipe in options.recipes where recipe.head == .binary && recipe.positive != fixed {
            throw UsageError(
                "recipe \(recipe.name)", found: "two outputs for \(recipe.positive.name)",
                expected: "scores of \(fixed.name), as of the other rows")
        }
        sets = try zip(names, loaded).map {
            try CrossDataset(
                $0, $1, labels: options.evaluator.labels, grouping: options.evaluator.grouping,
                seed: options.seed)
        }
    }

    /// Trains and measures.
    /// - Returns: `nil` where `observe` said stop; the next session in the folder goes on there.
    public func run(_ observe: (Event) -> Disposition) throws -> CrossComparison? {
        var rows: [Row] = []
        for recipe in options.recipes {
            for number in sets.indices {
                guard let row = try trained(recipe, number, observe) else { return nil }
                rows.append(row)
            }
        }
        for subject in options.models {
            let row = Row(
                title: subject.shortName, model: subject.shortName, set: nil, classes: nil,
                positives: nil)
            guard let scored = try scored(subject.model, row, observe) else { return nil }
            rows.append(scored)
        }
        let cells = try rows.flatMap { row in
            try sets.indices.map { try cell(row, $0, among: rows) }
        }
        for set in sets { try set.data.requireReadable() }
        let bootstrap = options.evaluator.bootstrap
        return CrossComparison(
            data: sets.map { set in
                CrossComparison.Data(
                    name: set.name, rows: set.note, clusters: set.clusters?.count,
                    sources: set.data.sources)
            }, cells: cells, positive: mapping, isMasked: options.isMasked, seed: options.seed,
            resamples: bootstrap.resamples, threshold: options.evaluator.threshold,
            isSynthetic: sets.contains { $0.data.isSynthetic }, command: options.command,
            mienVersion: currentMienVersion, date: .now)
    }

    private func trained(
        _ given: Recipe, _ number: Int, _ observe: (Event) -> Disposition
    ) throws -> Row? {
        let (set, place) = (sets[number], options.places[number])
        var recipe = given
        recipe.seed = options.seed
        let note = recipe.adoptLabels(of: set.data)
        let title = "\(recipe.name) on \(set.name)"
        var training = TrainingSession.Options(recipe, data: place.data, votes: place.votes)
        training.skipBadRows = options.skipBadRows
        training.labels = options.labels
        training.initialWeights = options.initialWeights
        training.threads = options.threads
        training.device = options.evaluator.device
        let folder = RunFolder(
            url.appendingPathComponent("runs").appendingPathComponent("\(recipe.name)-\(set.name)"))
        let run = TrainedRun(options: training, dataset: set.data, folder: folder)
        let model = try run.model { event in
            switch event {
            case .began(let notes):
                observe(
                    .began(
                        title, folder: folder,
                        notes: [note.map { Advice($0) }].compactMap(\.self) + notes))
            case .reused: observe(.reused(title))
            case .training(let event): observe(.training(event))
            case .classical(let event): observe(.classical(event))
            }
        }
        guard let model else { return nil }
        let learnt = try set.training(recipe)
        let row = Row(
            title: title, model: recipe.name, set: number, classes: Set(learnt.emotions),
            positives: Double(learnt.positives(mapping).count { $0 })
                / Double(max(learnt.count, 1)))
        return try scored(model, row, observe)
    }

    private func scored(
        _ model: Model, _ row: Row, _ observe: (Event) -> Disposition
    ) throws -> Row? {
        var row = row
        for set in sets {
            let title = "\(row.title), tested on \(set.name)"
            let found = try CrossScores(model, on: set, mapping: mapping, options.evaluator) {
                observe(.scoring(title, done: $0, total: set.test.count)) == .proceed
            }
            guard let found else { return nil }
            row.scores.append(found)
        }
        return row
    }

    private func cell(
        _ row: Row, _ column: Int, among rows: [Row]
    ) throws -> CrossComparison.Cell {
        let (set, evaluator) = (sets[column], options.evaluator)
        // Those that both sides have; a given model's training rows are not known.
        let both = row.classes.map { $0.intersection(set.classes) } ?? set.classes
        let mask = options.isMasked ? both : nil
        let scores = row.scores[column].selecting(mask)
        let metrics = try scores.metrics(evaluator)
        var drop: CrossComparison.Difference?
        var behind: CrossComparison.Difference?
        if let own = row.set, own != column {
            let home = try row.scores[own].selecting(mask).metrics(evaluator)
            drop = .init(
                auc: .difference(home.auc, metrics.auc),
                balancedAccuracy: .difference(home.balancedAccuracy, metrics.balancedAccuracy))
            if let native = rows.first(where: { $0.model == row.model && $0.set == column }) {
                let differences = try native.scores[column].selecting(mask)
                    .difference(from: scores, evaluator)
                func part(_ metric: BinaryMetric) -> Estimate {
                    differences[metric] ?? .missing("not defined for both")
                }
                behind = .init(auc: part(.auc), balancedAccuracy: part(.balancedAccuracy))
            }
        }
        let positives = scores.truths.count { $0 }
        let share = Double(positives) / Double(max(scores.truths.count, 1))
        func names(_ classes: Set<Emotion>) -> [String] {
            set.test.classes.filter(classes.contains).map(\.name)
        }
        let learnt = row.classes ?? set.classes
        return CrossComparison.Cell(
            model: row.model, trainedOn: row.set.map { sets[$0].name }, testedOn: set.name,
            n: scores.truths.count, positives: positives, auc: metrics.auc,
            balancedAccuracy: metrics.balancedAccuracy, accuracy: metrics.accuracy,
            majority: max(share, 1 - share), drop: drop, behind: behind,
            shift: PriorShift(
                onlyTraining: learnt.subtracting(set.classes).map(\.name).sorted(),
                onlyTest: set.classes.subtracting(learnt).map(\.name).sorted(),
                trainingPositives: row.positives, testPositives: share),
            classes: mask.map(names), rowsTrainedOn: row.scores[column].trainedOn)
    }
}
