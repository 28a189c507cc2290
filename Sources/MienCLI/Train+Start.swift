import Foundation
import Mien
import Networks
import Torch

/// How a run begins or goes on.
extension Train {
    /// A run that is ready to go. Nothing of a new one is on the disk before all is checked.
    struct Prepared {
        let start: RunStart
        let dataset: Dataset
        let folder: RunFolder
        let trainer: Trainer
        let notes: [String]
        /// Of the folder, until the run has ended.
        let lock: RunLock
    }

    func starting(_ threads: Int) throws -> Prepared {
        let folder = RunFolder(URL(fileURLWithPath: out ?? ""))
        try folder.requireNew()
        var recipe = try overrides.recipe()
        let changes = overrides.yield(&recipe)
        try recipe.validate()
        if let out { FileRoles.addOutput(out) }
        let source = try dataOptions.required()
        let dataset = try source.load()
        let weights = `init` ?? recipe.initialWeights ?? "scratch"
        let initial = try Self.initial(weights, recipe, dataset)
        var start = RunStart(
            recipe: recipe, data: RunStart.absolute(source.data),
            votes: source.votes.map(RunStart.absolute), skipBadRows: source.skipBadRows,
            initialWeights: RunStart.absolute(weights), threads: threads,
            device: try compute.chosenDevice.rawValue == Device.cuda.rawValue ? "cuda" : "cpu",
            sources: dataset.sources, labelOptions: try source.labelling.options,
            normalization: initial.isOfModel ? nil : initial.normalization)
        var notes = changes + initial.notes
        if threads > 1, start.device == "cpu", SharedProcessors.areWanted {
            start.sharesProcessors = true
            SharedProcessors.apply()
            notes.append(SharedProcessors.note)
        }
        let trainer = try Trainer(
            start, dataset: dataset, initial: initial, folder: folder, resume: false)
        let (_, lock) = try RunFolder.owned(at: folder.url, start)
        return Prepared(
            start: start, dataset: dataset, folder: folder, trainer: trainer,
            notes: notes, lock: lock)
    }

    func continuing(_ path: String) throws -> Prepared {
        let folder = RunFolder(URL(fileURLWithPath: path))
        let start = try folder.start()
        try requireNoOther(than: start)
        FileRoles.addOutput(path)
        if start.sharesProcessors == true { SharedProcessors.apply() }
        let lock = try RunLock(folder, option: "--resume")
        let dataset = try data(of: start, in: folder)
        var notes: [String] = []
        if let threads = compute.threads, threads != start.threads {
            notes.append(
                "Going on with \(threads) threads; the run began with \(start.threads): its weights "
                    + "will differ from those of a run that was not stopped in their last digits.")
        } else {
            let processors = ProcessInfo.processInfo.activeProcessorCount
            if start.threads > processors {
                notes.append(
                    "The run began with \(start.threads) threads; this machine has \(processors) "
                        + "processors: its weights will differ in their last digits.")
            }
            useThreads(min(start.threads, processors), tensors: true)
        }
        let initial: InitialNetwork
        if let normalization = start.normalization, folder.hasCheckpoint {
            initial = InitialNetwork(
                placeholder: start.recipe.network(
                    outputs: try start.recipe.classes(for: dataset).count), normalization)
        } else {
            initial = try Self.initial(
                RunStart.located(start.initialWeights, in: folder), start.recipe, dataset)
        }
        let trainer = try Trainer(
            start, dataset: dataset, initial: initial, folder: folder, resume: true)
        return Prepared(
            start: start, dataset: dataset, folder: folder, trainer: trainer,
            notes: notes + initial.notes, lock: lock)
    }

    /// - Throws: `UsageError` for the first option that a run that goes on cannot follow.
    private func requireNoOther(than start: RunStart) throws {
        try overrides.requireNone(differingFrom: start.recipe)
        func require(
            _ option: String, _ given: String?, _ own: String, isSame: Bool
        ) throws {
            guard let given, !isSame else { return }
            throw UsageError(
                option, found: "\(given) for a run that goes on",
                expected: "no such option, or the run's own value (\(own))",
                advice: RecipeOptions.longerRun)
        }
        try require(
            "--init", `init`, start.initialWeights,
            isSame: `init`.map {
                $0 == start.initialWeights || RunStart.absolute($0) == start.initialWeights
            } ?? true)
        try require(
            "--device", compute.device, start.device, isSame: compute.device == start.device)
        try require(
            "--skip-bad-rows", dataOptions.skipBadRows ? "it" : nil, "without it",
            isSame: start.skipBadRows)
        let labels = dataOptions.labelling
        for (option, given) in [
            ("--labels-file", labels.labelsFile), ("--class-scheme", labels.classScheme),
            ("--classes", labels.classes),
        ] {
            try require(
                option, given, "as it began",
                isSame: try labels.options == start.labelOptions ?? LabelOptions())
        }
    }

    /// The data of a run where it was, or where the options say that it is now.
    private func data(of start: RunStart, in folder: RunFolder) throws -> Dataset {
        let place = dataOptions.data ?? RunStart.located(start.data, in: folder)
        let votes =
            dataOptions.votes ?? start.votes.map { RunStart.located($0, in: folder) }
        let dataset: Dataset
        do throws(DataError) {
            dataset = try Dataset.load(
                data: place, votes: votes, skipBadRows: start.skipBadRows,
                labels: start.labelOptions ?? LabelOptions())
        } catch {
            guard error.kind == .unreadable, dataOptions.data == nil else { throw error }
            let places = RunStart.places(of: start.data, in: folder).prefix(3)
            throw UsageError(
                "--resume",
                found: "no data where the run recorded it (looked for "
                    + "\(places.joined(separator: ", ")); \(error))",
                expected: "the data that the run began with",
                advice: "Give its place with --data, and that of its votes with --votes.")
        }
        guard dataset.sources.map(\.sha256) == start.sources.map(\.sha256) else {
            func hashes(_ sources: [Dataset.Source]) -> String {
                sources.map { "\($0.path) \($0.sha256.prefix(12))" }.joined(separator: ", ")
            }
            throw UsageError(
                "--resume",
                found: "data that changed since the run began (SHA-256: "
                    + "\(hashes(dataset.sources)))",
                expected: "the same files (\(hashes(start.sources)))",
                advice: "Start a new run for other data.")
        }
        return dataset
    }

    private static func initial(
        _ name: String, _ recipe: Recipe, _ dataset: Dataset
    ) throws -> InitialNetwork {
        let classes = try recipe.classes(for: dataset)
        let network = recipe.network(outputs: classes.count)
        if name == "scratch" {
            return InitialNetwork(scratch: network, seed: recipe.seed)
        }
        let file: URL
        do {
            file = try WeightsCache().resolve(name, architecture: recipe.architecture.rawValue)
        } catch {
            throw UsageError("--init", found: name, expected: "weights that are here. \(error)")
        }
        return try InitialNetwork(
            weights: file, of: network, classes: classes, seed: recipe.seed)
    }
}
