public import Foundation
import Networks
public import Torch

/// A training run, from its options to its model file.
///
/// It prints nothing and changes nothing of the process: events come as they happen, and the
/// observer says whether to go on. Use from one thread, on which all work with tensors happens.
public struct TrainingSession {
    /// What a new run is made of.
    public struct Options: Sendable {
        public var recipe: Recipe
        /// A file, a folder or `synthetic`, as `Dataset.load` takes it.
        public var data: String
        public var votes: String?
        public var skipBadRows = false
        public var labels = LabelOptions()
        /// `scratch`, `imagenet`, `released`, a file or the folder of a run; `nil` stands for the
        /// recipe's own, or else scratch.
        public var initialWeights: String?
        /// Recorded, so that a run that goes on computes alike; set by who owns the process.
        public var threads = 1
        public var device = Device.cpu
        /// Recorded too.
        public var sharesProcessors = false

        public init(_ recipe: Recipe, data: String, votes: String? = nil) {
            self.recipe = recipe
            self.data = data
            self.votes = votes
        }
    }

    public let start: RunConfiguration
    public let dataset: Dataset
    public let folder: RunFolder
    /// What people should know before it begins, in sentences.
    public let notes: [Advice]
    private let trainer: Trainer
    /// Of the folder, as long as the session lives; rank 0 alone of several processes owns it.
    private let lock: RunLock?

    /// Prepares a new run. Nothing of it is on the disk before all is checked.
    /// - Parameters:
    ///   - loaded: the data that the options name, where it was read already.
    ///   - group: the processes that train together, each with a session alike.
    /// - Throws: `UsageError`, `DataError`, `StateDictError`, `StateMismatch`, `ModelFileError`,
    ///   `FileError`, `ProcessGroupError`.
    public init(
        _ options: Options, on loaded: Dataset? = nil, in url: URL, group: ProcessGroup? = nil
    ) throws {
        folder = RunFolder(url)
        try folder.requireNew()
        var recipe = options.recipe
        try recipe.validate()
        if let teacher = recipe.teacher {
            recipe.teacher?.model = RunConfiguration.absolute(teacher.model)
        }
        dataset =
            try loaded
            ?? Dataset.load(
                data: options.data, votes: options.votes, skipBadRows: options.skipBadRows,
                labels: options.labels, input: recipe.input())
        let weights = options.initialWeights ?? recipe.initialWeights ?? "scratch"
        let initial = try InitialNetwork(named: weights, for: recipe, on: dataset)
        var start = RunConfiguration(
            recipe: recipe, data: RunConfiguration.absolute(options.data),
            votes: options.votes.map(RunConfiguration.absolute), skipBadRows: options.skipBadRows,
            initialWeights: RunConfiguration.absolute(weights), threads: options.threads,
            device: options.device == .cuda ? "cuda" : "cpu", sources: dataset.sources,
            labelOptions: options.labels,
            normalization: initial.isOfModel ? nil : initial.normalization)
        start.sharesProcessors = options.sharesProcessors ? true : nil
        start.processes = group?.size
        self.start = start
        trainer = try Trainer(
            start, dataset: dataset, initial: initial, folder: folder, resume: false,
            group: group)
        lock = group?.rank ?? 0 == 0 ? try RunFolder.owned(at: url, start).lock : nil
        notes =
            (Self.lockNotes(lock, folder) + initial.notes).map { Advice($0) } + trainer.notes
    }

    /// Prepares a run to go on where its last checkpoint left it.
    /// - Parameters:
    ///   - data: where the data is now, as are `votes`; `nil` where the run recorded it.
    ///   - readers: of data that Mien does not know.
    ///   - loaded: the data of the run, where it was read already.
    ///   - group: the processes that train together, each with a session alike.
    /// - Throws: as for a new run, and `UsageError` where the data is gone or has changed.
    public init(
        resuming url: URL, data: String? = nil, votes: String? = nil,
        readers: [any DatasetReader] = [], on loaded: Dataset? = nil, group: ProcessGroup? = nil
    ) throws {
        folder = RunFolder(url)
        start = try folder.start()
        lock =
            group?.rank ?? 0 == 0
            ? try RunLock(folder, subject: "\(setting: "resume")") : nil
        dataset = try loaded ?? start.load(in: folder, data: data, votes: votes, readers)
        try start.requireEqual(dataset)
        let initial: InitialNetwork
        if let normalization = start.normalization, folder.hasCheckpoint {
            initial = InitialNetwork(
                placeholder: start.recipe.network(
                    outputs: try start.recipe.classes(for: dataset).count), normalization)
        } else {
            initial = try InitialNetwork(
                named: RunConfiguration.located(start.initialWeights, in: folder),
                for: start.recipe,
                on: dataset)
        }
        trainer = try Trainer(
            start, dataset: dataset, initial: initial, folder: folder, resume: true,
            group: group)
        notes =
            (Self.lockNotes(lock, folder) + initial.notes).map { Advice($0) }
            + Self.sizeNotes(start, group) + trainer.notes
    }

    /// What another number of processes does to the weights of a run that goes on.
    private static func sizeNotes(_ start: RunConfiguration, _ group: ProcessGroup?) -> [Advice] {
        let (before, now) = (start.processes ?? 1, group?.size ?? 1)
        guard before != now else { return [] }
        return [
            "The run began with \(before) process\(before == 1 ? "" : "es") and goes on with \(now): "
                + "its weights will differ from those of a run that was not stopped in their last "
                + "digits."
        ]
    }

    private static func lockNotes(_ lock: RunLock?, _ folder: RunFolder) -> [String] {
        guard let lock, !lock.isHeld else { return [] }
        return [
            "The file system of \(folder.url.path) has no locks: nothing keeps another process out of "
                + "this run."
        ]
    }

    /// Trains to the end of the recipe and writes the model file.
    /// - Throws: `TrainingError` when stopped or diverged; everything is saved then.
    public func run(_ observe: (TrainingEvent) -> Disposition) throws -> Model {
        try trainer.run(observe)
    }

    /// The report of the rows that were held out; the test split stays unseen.
    /// - Parameters:
    ///   - path: of the folder as it is named in the report.
    ///   - progress: called with rows done and all; `false` stops, and gives `nil`.
    public func report(
        on model: Model, path: String, progress: (Int, Int) -> Bool = { _, _ in true }
    ) throws -> RunReport? {
        try RunReport(
            on: model, of: folder, path: path, heldOutOf: dataset, start, progress: progress)
    }
}

extension RunReport {
    /// The report of the rows that a run held out.
    public init?(
        on model: Model, of folder: RunFolder, path: String, heldOutOf dataset: Dataset,
        _ start: RunConfiguration, progress: (Int, Int) -> Bool
    ) throws {
        var request = RunReport.Request(
            command: "mien report \(shellQuoted(path)) --split \(RunReport.heldOut) "
                + "--trust-images 0")
        request.split = RunReport.heldOut
        request.evaluator.precision = start.recipe.precision
        request.evaluator.device = start.device == "cuda" ? .cuda : .cpu
        try self.init(
            on: try ReportSubject(model, of: folder, path: path), data: dataset, request,
            progress: progress)
    }
}

extension InitialNetwork {
    /// First weights by a word or a path.
    fileprivate init(named name: String, for recipe: Recipe, on dataset: Dataset) throws {
        let classes = try recipe.classes(for: dataset)
        let network = recipe.network(outputs: classes.count)
        guard name != "scratch" else {
            self.init(scratch: network, seed: recipe.seed)
            return
        }
        let file: URL
        do {
            file = try WeightsCache().resolve(name, architecture: recipe.architecture.rawValue)
        } catch {
            throw UsageError(
                setting: "init", found: name, expected: "weights that are here", advice: "\(error)")
        }
        try self.init(weights: file, of: network, classes: classes, seed: recipe.seed)
    }
}

extension RunConfiguration {
    /// The data of a run where it was, or where it is said to be now.
    fileprivate func load(
        in folder: RunFolder, data: String?, votes: String?, _ readers: [any DatasetReader]
    ) throws -> Dataset {
        do throws(DataError) {
            return try Dataset.load(
                data: data ?? Self.located(self.data, in: folder),
                votes: votes ?? self.votes.map { Self.located($0, in: folder) },
                skipBadRows: skipBadRows, labels: labelOptions ?? LabelOptions(),
                input: recipe.input(), readers: readers)
        } catch {
            guard error.kind == .unreadable, data == nil else { throw error }
            let places = Self.places(of: self.data, in: folder).prefix(3)
            throw UsageError(
                setting: "resume",
                found: "no data where the run recorded it (looked for "
                    + "\(places.joined(separator: ", ")); \(error))",
                expected: "the data that the run began with",
                advice:
                    "Give its place with \(setting: "data"), and that of its votes with "
                    + "\(setting: "votes")."
            )
        }
    }

    /// - Throws: `UsageError` for other data than the run began with.
    fileprivate func requireEqual(_ dataset: Dataset) throws(UsageError) {
        guard dataset.sources.map(\.sha256) == sources.map(\.sha256) else {
            func hashes(_ sources: [Dataset.Source]) -> String {
                sources.map { "\($0.path) \($0.sha256.prefix(12))" }.joined(separator: ", ")
            }
            throw UsageError(
                setting: "resume",
                found: "data that changed since the run began (SHA-256: "
                    + "\(hashes(dataset.sources)))",
                expected: "the same files (\(hashes(sources)))",
                advice: "Start a new run for other data.")
        }
    }
}
