import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

/// What `mien compare` trains and measures across data sets.
struct CrossOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: .init(
            """
            Data sets by name, each a file or folder, with its votes after a comma: \
            A=faces B=fer2013.csv,fer2013new.csv. Each recipe is trained on each of them and \
            measured on the test rows of all; given models are measured.
            """, valueName: "name=data"))
    var cross: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: "Recipes, by name or file, that are trained on each data set.")
    var recipe: [String] = []
    @Option(help: "First weights of each training: as in mien train. (default: the recipe's own)")
    var `init`: String?
    @Flag(help: "Measure only classes that training and test rows both have.")
    var masked = false

    /// The data sets by their names.
    func places() throws(UsageError) -> [CrossComparisonSession.Place] {
        var places: [CrossComparisonSession.Place] = []
        for text in cross {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw UsageError("--cross", found: text, expected: "NAME=DATA")
            }
            let name = String(text[..<sign])
            guard name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.+".contains($0) }),
                name.first != "."
            else {
                throw UsageError(
                    "--cross", found: "the name \(name)",
                    expected: "letters, digits, - and _: it becomes part of a folder's name")
            }
            let data = String(text[text.index(after: sign)...])
            let comma = data.lastIndex(of: ",")
            let isWhole =
                FileManager.default.fileExists(atPath: data) || data.hasPrefix("synthetic")
            if let comma, !isWhole {
                places.append(
                    .init(
                        name: name, data: String(data[..<comma]),
                        votes: String(data[data.index(after: comma)...])))
            } else {
                places.append(.init(name: name, data: data))
            }
        }
        return places
    }
}

extension Compare {
    /// Trains on each data set and measures on all.
    func runCross() throws {
        guard let out else {
            throw UsageError(
                "--out", found: "none", expected: "a folder for the runs and the results")
        }
        try UsageError.requireNone(
            [
                ("--split", split != "test"), ("--quoted", quoted != nil),
                ("--against-first", againstFirst),
            ],
            because: "each data set is measured on its own test rows", expected: "none")
        let recipes = try crossOptions.recipe.map { try RecipeOptions.load($0) }
        let trainsNetworks = recipes.contains { $0.classical == nil }
        let threads = try compute.apply(tensors: trainsNetworks)
        let folder = try OutputFolder(out)
        var options = CrossComparisonSession.Options(try crossOptions.places())
        options.recipes = recipes
        options.models = try models.map(ReportSubject.init(path:))
        options.skipBadRows = dataOptions.skipBadRows
        options.labels = try dataOptions.labelling.options
        options.isMasked = crossOptions.masked
        options.evaluator = try evaluation.evaluator(
            on: compute, for: options.models.first?.model.card)
        options.seed = evaluation.seed
        options.initialWeights = crossOptions.`init`
        options.threads = threads
        options.command = commandLine
        // A grey model takes the grey of images in colour.
        let input =
            recipes.map { $0.input() }.first { $0.channels == .rgb }
            ?? options.models.map(\.model.card.input).first { $0.channels == .rgb }
        let loaded = try options.places.map { place in
            var one = DataOptions()
            one.data = place.data
            one.votes = place.votes
            one.skipBadRows = dataOptions.skipBadRows
            one.labelling = dataOptions.labelling
            return try one.load(input: input)
        }
        let session = try CrossComparisonSession(options, on: loaded, in: folder.url)
        for note in session.notes { Console.note(note) }
        var renderer = CrossRenderer()
        let comparison = try session.run { event in
            renderer.show(event)
            return Interruption.isRequested ? .stop : .proceed
        }
        Console.clearTransient()
        guard let comparison else {
            Console.note("Give the command again to go on: finished runs are in \(out).")
            throw Interrupted()
        }
        try both {
            try AtomicFile.write(comparison.html, to: folder.file("cross.html"))
            try AtomicFile.write(
                try Console.file(of: comparison), to: folder.file("cross.json"))
            try AtomicFile.write(comparison.csv, to: folder.file("cross.csv"))
            Console.note("Written to \(folder.url.path)")
        } _: {
            if json { try Console.json(comparison) } else { try Console.result("\(comparison)") }
        }
    }
}

/// Shows the events of a cross comparison to people.
private struct CrossRenderer {
    private var log: RunLog?
    private var training: ProgressRenderer?
    private let progress = WorkProgress()

    mutating func show(_ event: CrossComparisonSession.Event) {
        switch event {
        case .began(let title, let folder, let notes):
            let log = RunLog(folder)
            (self.log, training) = (log, ProgressRenderer(log: log))
            log.line(title)
            for note in notes { log.line(note) }
        case .reused(let title): Console.note("\(title) was trained before.")
        case .training(let event): training?.show(event)
        case .classical(let event):
            if let log { Train.show(event, log, progress) }
        case .scoring(let title, let done, let total):
            progress.show("\(title): scored", done, of: total)
        }
    }
}
