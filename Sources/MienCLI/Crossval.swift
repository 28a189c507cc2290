import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

struct Crossval: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract: "Cross-validates a recipe over people, or measures a model on the same folds.",
        discussion: """
            No person and no sequence is in two folds, and no choice is made on test rows. Each fold \
            is a run folder below --out. After Ctrl-C the same command goes on: folds that are done \
            are kept, an interrupted one continues. --out also gets crossval.html, .json, .csv and \
            figures.
            """)

    @OptionGroup(title: OptionTitle.data) var dataOptions: DataOptions
    @OptionGroup(title: OptionTitle.crossValidation) var division: CrossvalOptions
    @OptionGroup var overrides: RecipeOptions
    @OptionGroup(title: OptionTitle.run) var compute: ComputeOptions
    @Option(
        help: """
            First weights of each fold: as in mien train. (default: scratch; recipe transfer: \
            released)
            """)
    var `init`: String?
    @Option(help: "Folder of the folds and of the results.")
    var out: String
    @Flag(help: "Print the report as JSON.")
    var json = false

    /// A recipe that cannot be read is said later.
    var usesTensors: Bool {
        division.model == nil && (try? overrides.recipe())?.classical == nil
    }

    func run() throws {
        Interruption.install()
        let options = try sessionOptions(threads: try compute.apply(tensors: usesTensors))
        let folder = try OutputFolder(out)
        let dataset = try load(for: options.subject)
        let session = try CrossValidationSession(options, on: dataset, in: folder.url)
        for note in session.notes { Console.note(note) }
        var renderer = FoldRenderer(session)
        let report = try session.run { event in
            renderer.show(event)
            return Interruption.isRequested ? .stop : .proceed
        }
        Console.clearTransient()
        guard let report else {
            Console.note("Give the command again to go on: finished folds are in \(out).")
            throw Interrupted()
        }
        try both {
            try write(report, to: folder)
        } _: {
            if json { try Console.json(report) } else { try Console.result("\(report)") }
        }
    }

    private func sessionOptions(threads: Int) throws -> CrossValidationSession.Options {
        var options = CrossValidationSession.Options(
            try subject(), data: dataOptions.data, votes: dataOptions.votes)
        options.skipBadRows = dataOptions.skipBadRows
        options.labels = try dataOptions.labelling.options
        options.rules = try division.protocol.map { try choice($0, "--protocol") }
        try UsageError.requireNone(
            [
                ("--labels", options.rules != nil && overrides.rows.labels != nil),
                ("--positive", options.rules != nil && overrides.rows.positive != nil),
            ],
            because: "the protocol decides labels and positive classes", expected: "none")
        options.folds = division.folds
        options.group = try choice(division.group, "--group")
        options.unit = try division.unit.map { try choice($0, "--unit") }
        options.repeats = division.repeats
        options.seed = overrides.run.seed ?? 0
        options.initialWeights = `init`
        options.threads = threads
        options.device = try compute.chosenDevice
        options.command = commandLine
        return options
    }

    private func subject() throws -> CrossValidationSession.Subject {
        let classes = try dataOptions.labelling.options.classes?.classes
        guard let model = division.model else {
            var recipe = try overrides.recipe(among: classes)
            for note in overrides.yield(&recipe) { Console.note(note) }
            if recipe.classical != nil {
                try UsageError.requireNone(
                    [("--init", `init` != nil), ("--device", compute.device != nil)],
                    because: "the recipe \(recipe.name) trains no network", expected: "none")
            }
            return .recipe(recipe)
        }
        try UsageError.requireNone(
            [("--recipe", overrides.network.recipeName != nil), ("--init", `init` != nil)],
            because: "a given model is measured, and nothing is trained", expected: "none")
        try overrides.requireNone(
            but: ["--seed"], "a given model is measured, and nothing is trained", among: classes)
        return .model(try ModelPlace.file(model))
    }

    private func load(for subject: CrossValidationSession.Subject) throws -> Dataset {
        switch subject {
        case .recipe(let recipe): try dataOptions.load(input: recipe.input())
        case .model(let file): try dataOptions.load(for: try Model(contentsOf: file).card)
        }
    }

    private func write(_ report: CrossValidationReport, to folder: OutputFolder) throws {
        try AtomicFile.write(report.html, to: folder.file("crossval.html"))
        try AtomicFile.write(
            try Console.file(of: report), to: folder.file("crossval.json"))
        try AtomicFile.write(report.csv, to: folder.file("crossval.csv"))
        try folder.write(report.figures, as: .svg)
        Console.note("Written to \(folder.url.path)")
    }
}

/// How the data is divided and counted.
struct CrossvalOptions: ParsableArguments {
    @Option(
        help: """
            A model file, the folder of a run, released or tiny: it scores the test rows of each fold, and \
            nothing is trained.
            """)
    var model: String?
    @Option(
        name: .customLong("protocol"),
        help: """
            Labels and positive class as results on CK+ have them: ck-7, ck-7+neutral or \
            ck-binary. (default: the data's own labels, the recipe's positive classes)
            """)
    var `protocol`: String?
    @Option(help: "Folds.")
    var folds = 10
    @Option(help: "What a fold holds whole: subject, or sequence where no subjects are known.")
    var group = "subject"
    @Option(
        help: """
            What counts once: sequence, with the mean probability of its images, or image. (default: \
            sequence where all images have one)
            """)
    var unit: String?
    @Option(help: "Times that all is done; from the second on the seed shuffles the people.")
    var repeats = 1
}

/// Shows the events of a cross-validation to people.
private struct FoldRenderer {
    private let folds: Int
    private let repeats: Int
    private var log: RunLog?
    private var training: ProgressRenderer?
    private let progress = WorkProgress()
    /// Notes of earlier folds.
    private var said: Set<Advice> = []

    init(_ session: CrossValidationSession) {
        (folds, repeats) = (session.options.folds, session.options.repeats)
    }

    mutating func show(_ event: CrossValidationSession.Event) {
        switch event {
        case .fold(let number, let folder, let notes):
            let log = RunLog(folder)
            (self.log, training) = (log, ProgressRenderer(log: log))
            log.line("\(title(number)) of \(folds)")
            for note in notes where said.insert(note).inserted { log.line(note) }
        case .reused(let number):
            Console.note("\(title(number)) of \(folds) was done before.")
        case .training(let event): training?.show(event)
        case .classical(let event):
            if let log { Train.show(event, log, progress) }
        case .scoring(let done, let total): progress.show("scored", done, of: total)
        case .finished(let fold):
            let metrics = fold.metrics
            let decision = metrics.decision.map {
                ", between classes \($0.metrics.accuracy.value.map(Self.text) ?? "none")"
            }
            Console.clearTransient()
            Console.note(
                "\(title(fold.number)): n \(metrics.n), accuracy "
                    + "\(metrics.binary.accuracy.value.map(Self.text) ?? "none"), AUC "
                    + "\(metrics.binary.auc.value.map(Self.text) ?? "none")\(decision ?? "")")
        }
    }

    private func title(_ number: FoldNumber) -> String {
        "Fold \(number.fold)" + (repeats > 1 ? ", repeat \(number.round)" : "")
    }

    private static func text(_ value: Double) -> String { String(format: "%.3f", value) }
}
