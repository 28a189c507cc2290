import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

struct Compare: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        abstract: "Measures several models on the same rows, with paired tests.",
        discussion: """
            Rows quoted from publications stand apart from measured ones. --quoted adds to those \
            that Mien knows: a csv file with the columns name, source, data_set, accuracy and, \
            where wanted, auc and note.

            With --cross each recipe is trained on each data set and measured on all of them; given \
            models are rows without training. Each trained model is a run folder below --out. After \
            Ctrl-C the same command goes on.
            """)

    @Argument(help: "Model files, folders of runs, released or tiny.")
    var models: [String] = []
    @OptionGroup var dataOptions: OptionalDataOptions
    @OptionGroup(title: OptionTitle.cross) var crossOptions: CrossOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var evaluation: MeasuringOptions
    @Option(
        help: "train, valid, test, all, or held-out: rows that the runs of all models set aside.")
    var split = "test"
    @Flag(help: "Test each model against the first one, not all pairs.")
    var againstFirst = false
    @Option(help: "A csv file with further published results.")
    var quoted: String?
    @Option(help: "Folder for comparison.html, .json and .csv, pairs.csv and figures.")
    var out: String?
    @Flag(help: "Print the comparison as JSON.")
    var json = false

    var usesTensors: Bool { !crossOptions.recipe.isEmpty }

    func validate() throws {
        let isCross = !crossOptions.cross.isEmpty
        guard isCross != (dataOptions.data != nil) else {
            throw ValidationError("Give either --data or --cross NAME=DATA NAME=DATA.")
        }
        guard isCross || !models.isEmpty else {
            throw ValidationError("Missing expected argument '<models> ...'.")
        }
        guard isCross || (crossOptions.recipe.isEmpty && !crossOptions.masked) else {
            throw ValidationError("--recipe and --masked belong to --cross.")
        }
    }

    func run() throws {
        Interruption.install()
        guard crossOptions.cross.isEmpty else { return try runCross() }
        _ = try compute.apply(tensors: false)
        var request = Comparison.Request(command: commandLine)
        let subjects = try models.map(ReportSubject.init(path:))
        let cards = subjects.map(\.model.card)
        request.evaluator = try evaluation.evaluator(on: compute, for: cards.first)
        request.evaluator.split = split
        request.isAgainstFirst = againstFirst
        if let quoted {
            request.quoted += try QuotedResult.read(path: quoted)
            FileRoles.addInput(quoted)
        }
        let folder = try out.map { try OutputFolder($0) }
        // A grey model takes the grey of images in colour.
        let input = cards.first { $0.input.channels == .rgb }?.input
        let progress = WorkProgress()
        let comparison = try Comparison(
            of: subjects,
            on: try dataOptions.required().load(input: input, classes: cards.first?.ownClasses),
            request
        ) { name, done, total in
            progress.goesOn("\(name): scored", done, of: total)
        }
        Console.clearTransient()
        guard let comparison else { throw Interrupted() }
        if let note = comparison.split.note { Console.note(note) }
        try both {
            if let folder { try write(comparison, to: folder) }
        } _: {
            if json { try Console.json(comparison) } else { try Console.result(comparison) }
        }
    }

    private func write(_ comparison: Comparison, to folder: OutputFolder) throws {
        try AtomicFile.write(comparison.html, to: folder.file("comparison.html"))
        try AtomicFile.write(
            try Console.file(of: comparison), to: folder.file("comparison.json"))
        try AtomicFile.write(comparison.csv, to: folder.file("comparison.csv"))
        try AtomicFile.write(comparison.pairsCSV, to: folder.file("pairs.csv"))
        for (number, figure) in comparison.figures.enumerated() {
            let name = "\(figure.fileName)\(number == 0 ? "" : "-\(number + 1)")"
            try AtomicFile.write(figure.svg, to: folder.file(name + ".svg"))
            try AtomicFile.write(figure.csv, to: folder.file(name + ".csv"))
        }
        Console.note("Written to \(folder.url.path)")
    }
}
