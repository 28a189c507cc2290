import ArgumentParser
import Foundation
import Mien
import Torch

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a network by a recipe, from data to a model file.",
        discussion: """
            The run folder holds recipe.json, events.jsonl, checkpoints/, log.txt and \
            model.safetensors. A stopped or killed run goes on with --resume and ends with the \
            same weights.
            """)

    @OptionGroup var dataOptions: OptionalDataOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var overrides: RecipeOptions

    @Option(help: "First weights: scratch, imagenet, a .pth, a .safetensors or a Mien model.")
    var `init` = "scratch"

    @Option(help: "Folder of the run; it must not hold one already.")
    var out: String?

    @Option(help: "Go on with the run in this folder.")
    var resume: String?

    @Flag(help: "Print the final report as JSON.")
    var json = false

    func validate() throws {
        guard (out == nil) != (resume == nil) else {
            throw ValidationError("Give either --out FOLDER for a new run or --resume FOLDER.")
        }
        guard resume != nil || dataOptions.data != nil else {
            throw ValidationError("Missing expected argument '--data <data>'.")
        }
    }

    func run() throws {
        Interruption.install()
        let threads = try compute.apply()
        let prepared = try resume.map(continuing) ?? starting(threads)
        let log = RunLog(prepared.folder)
        for note in prepared.initial.notes { log.line(note) }
        let trainer = try Trainer(
            prepared.start, dataset: prepared.dataset, initial: prepared.initial,
            folder: prepared.folder, resume: resume != nil)
        var renderer = ProgressRenderer(log: log)
        let model = try trainer.run { event in
            renderer.show(event)
            return Interruption.isRequested ? .stop : .proceed
        }
        log.line("Model: \(prepared.folder.modelURL.path)")
        if json {
            try Console.json(model.card)
        } else {
            Console.result(prepared.folder.modelURL.path)
        }
    }

    private typealias Prepared = (
        start: RunStart, dataset: Dataset, initial: InitialNetwork, folder: RunFolder
    )

    private func starting(_ threads: Int) throws -> Prepared {
        let recipe = try overrides.recipe()
        try recipe.validate()
        let source = try dataOptions.required()
        let dataset = try source.load()
        let initial = try Self.initial(`init`, recipe, dataset)
        let start = RunStart(
            recipe: recipe, data: source.data, votes: source.votes,
            skipBadRows: source.skipBadRows, initialWeights: `init`, threads: threads,
            device: compute.device, sources: dataset.sources)
        let folder = try RunFolder.create(at: URL(fileURLWithPath: out ?? ""), start)
        return (start, dataset, initial, folder)
    }

    private func continuing(_ path: String) throws -> Prepared {
        let folder = RunFolder(URL(fileURLWithPath: path))
        let start = try folder.start()
        let dataset = try Dataset.load(
            data: dataOptions.data ?? start.data, votes: dataOptions.votes ?? start.votes,
            skipBadRows: start.skipBadRows)
        guard dataset.sources.map(\.sha256) == start.sources.map(\.sha256) else {
            throw UsageError(
                "--resume", found: "data that changed since the run began",
                expected: "the same files", advice: "Start a new run for other data.")
        }
        if compute.threads == nil { Runtime.setThreadCount(start.threads) }
        let initial = try Self.initial(start.initialWeights, start.recipe, dataset)
        return (start, dataset, initial, folder)
    }

    private static func initial(
        _ name: String, _ recipe: Recipe, _ dataset: Dataset
    ) throws -> InitialNetwork {
        let classes = try recipe.classes(for: dataset)
        if name == "scratch" {
            return InitialNetwork(
                scratch: recipe.architecture, outputs: classes.count, seed: recipe.seed)
        }
        let file: URL
        do {
            file = try WeightsCache().resolve(name, architecture: recipe.architecture.rawValue)
        } catch {
            throw UsageError("--init", found: name, expected: "weights that are here. \(error)")
        }
        return try InitialNetwork(
            weights: file, depth: recipe.architecture, classes: classes, seed: recipe.seed)
    }
}

/// Data options that `--resume` makes unnecessary.
struct OptionalDataOptions: ParsableArguments {
    @Option(help: .data)
    var data: String?

    @Option(help: .votes)
    var votes: String?

    @Flag(help: "Leave bad rows and images out and count them, instead of stopping.")
    var skipBadRows = false

    func required() throws -> DataOptions {
        var options = DataOptions()
        options.data = data ?? ""
        options.votes = votes
        options.skipBadRows = skipBadRows
        return options
    }
}
