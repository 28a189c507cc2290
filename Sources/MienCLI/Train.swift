import ArgumentParser
import Foundation
import Mien
import Torch

struct Train: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract:
            "Trains a network or a classical classifier by a recipe, from data to a model file.",
        discussion: """
            The run folder holds recipe.json, events.jsonl, checkpoints/, log.txt, \
            model.safetensors, MODEL_CARD.md and report.html. The report is of the rows that were \
            held out for validation; the test split stays unseen until a report or an \
            evaluation opens it. A stopped or killed run goes on with --resume and ends with the \
            same weights; to make it longer, start a new run from it: --init RUN. One process trains \
            in a folder at a time. \
            The recipes svm, linear-svm, logistic and forest learn from hand-made features; they have \
            no checkpoints and hold no rows out, unless --validation-split says so.
            """)

    @OptionGroup(title: OptionTitle.data) var dataOptions: OptionalDataOptions
    @OptionGroup var overrides: RecipeOptions
    @OptionGroup(title: OptionTitle.run) var compute: ComputeOptions
    @OptionGroup(title: OptionTitle.run) var place: TrainingPlaceOptions

    // The run's own options by their short names.
    var `init`: String? { place.`init` }
    var out: String? { place.out }
    var resume: String? { place.resume }
    var report: Bool { place.report }
    var json: Bool { place.json }

    /// The name that --inner-folds had.
    @Option(help: .hidden)
    var folds: Int?

    mutating func validate() throws {
        overrides.classical.innerFolds = overrides.classical.innerFolds ?? folds
        guard (out == nil) != (resume == nil) else {
            throw ValidationError("Give either --out FOLDER for a new run or --resume FOLDER.")
        }
        guard resume != nil || dataOptions.data != nil else {
            throw ValidationError("Missing expected argument '--data <data>'.")
        }
    }

    /// A recipe that cannot be read is said later.
    var usesTensors: Bool { (try? overrides.recipe())?.classical == nil }

    func run() throws {
        Interruption.install()
        let classes = try dataOptions.labelling.options.classes?.classes
        let place = try ProcessPlace(environment: ProcessInfo.processInfo.environment)
        if resume == nil, let recipe = try overrides.classicalRecipe(among: classes) {
            try place?.requireNetwork(recipe)
            return try runClassical(recipe)
        }
        loadDevice()
        guard let place else { return try runNetwork(nil) }
        try together(at: place) { try runNetwork($0) }
    }

    /// - Parameter group: the processes that train together.
    private func runNetwork(_ group: ProcessGroup?) throws {
        let threads = try compute.apply(tensors: true, place: group?.place)
        let prepared =
            try (resume ?? restarted(group)).map { try continuing($0, group) }
            ?? starting(threads, group)
        let session = prepared.session
        guard group?.rank ?? 0 == 0 else {
            _ = try session.run { _ in Interruption.isRequested ? .stop : .proceed }
            return
        }
        let log = RunLog(session.folder)
        for note in prepared.notes { log.line(note) }
        var renderer = ProgressRenderer(log: log)
        let events = try place.tensorboard ? TensorBoardWriter(in: session.folder.url) : nil
        let model = try session.run { event in
            renderer.show(event)
            events?.observe(event)
            return Interruption.isRequested ? .stop : .proceed
        }
        if let problem = events?.problem { log.line("TensorBoard: \(problem)") }
        log.line("Model: \(session.folder.modelURL.path)")
        if report {
            try writeReport(on: model, session.folder, session.dataset, session.start, log)
        }
        if json {
            try Console.json(model.card)
        } else {
            try Console.exact(session.folder.modelURL.path)
        }
    }

    /// Only what is cheap: the test split and the trust in heat maps are left to `mien report`.
    func writeReport(
        on model: Model, _ folder: RunFolder, _ dataset: Dataset, _ start: RunConfiguration,
        _ log: RunLog
    ) throws {
        let progress = WorkProgress()
        let report = try RunReport(
            on: model, of: folder, path: out ?? resume ?? "", heldOutOf: dataset, start
        ) { progress.goesOn("measured for the report", $0, of: $1) }
        Console.clearTransient()
        guard let report else { throw Interrupted() }
        try write(report, to: folder.reportURL)
        log.line("Report: \(folder.reportURL.path)")
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

    @OptionGroup var labelling: LabelArguments

    func required() throws -> DataOptions {
        var options = DataOptions()
        options.data = data ?? ""
        options.votes = votes
        options.skipBadRows = skipBadRows
        options.labelling = labelling
        return options
    }
}

/// Where a run begins, and what it leaves.
struct TrainingPlaceOptions: ParsableArguments {
    @Option(
        help: """
            First weights: scratch, imagenet, released or tiny (those that come with Mien), a .pth, a \
            .safetensors, a Mien model or the folder of a run. (default: scratch; recipe transfer: \
            released)
            """)
    var `init`: String?

    @Option(help: "Folder of the new run. It must not hold a run with a checkpoint.")
    var out: String?

    @Option(help: "Continue the run in this folder.")
    var resume: String?

    @Flag(inversion: .prefixedNo, help: "End by writing report.html.")
    var report = true

    @Flag(help: "Write event files for TensorBoard into the run's folder.")
    var tensorboard = false

    @Flag(help: "Print the model's card as JSON.")
    var json = false
}
