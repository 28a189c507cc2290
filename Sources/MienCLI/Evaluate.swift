import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a model on a split: metrics with 95 % intervals, predictions, figures.")

    @OptionGroup var model: ModelOption
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var measuring: MeasuringOptions
    @OptionGroup var analyses: AnalysisOptions
    @Option(
        help: """
            train, valid, test, all, or held-out: the training rows that the run set aside. Without \
            test rows, test stands for FER-2013's PublicTest.
            """
    )
    var split = "test"
    @Option(
        name: .customLong("protocol"),
        help: """
            Labels, positive classes and units as results on CK+ have them: ck-7, ck-7+neutral or \
            ck-binary. Sequences count once.
            """)
    var rules: String?
    @Option(help: "Folder for metrics.json, predictions.csv and figures.")
    var out: String?
    @Option(help: "Figures in --out: svg, png or both. (default: svg)")
    var figures: String?
    @Flag(help: "Print the metrics as JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: false)
        let format: FigureFormat = try figures.map { try choice($0, "--figures") } ?? .svg
        try UsageError.requireNone(
            [("--figures", isGiven: figures != nil && out == nil)],
            because: "figures are written to the folder of --out", expected: "--out FOLDER with it")
        // Found before the work starts.
        if format != .svg { _ = try FigurePNG() }
        let folder = try out.map { try OutputFolder($0) }
        let url = try model.url
        let loaded = try Model(contentsOf: url)
        let evaluator = try makeEvaluator(for: loaded.card)
        let dataset = try dataOptions.load(for: loaded.card)
        let progress = WorkProgress()
        let outcome = try evaluator.evaluate(
            loaded, on: dataset,
            modelSHA256: try Model.sha256(ofFile: url)
        ) { done, total in
            progress.goesOn("scored", done, of: total)
        }
        Console.clearTransient()
        guard let outcome else { throw Interrupted() }
        if let note = outcome.report.split.note { Console.note(note) }
        if outcome.report.groups.unknownIDs > 0 {
            Console.note("Passed over \(outcome.report.groups.unknownIDs) unknown ids.")
        }
        try both {
            if let folder { try write(outcome, to: folder, as: format) }
        } _: {
            if json {
                try Console.json(outcome.report)
            } else {
                try Console.result(outcome.report)
            }
        }
    }

    private func write(
        _ outcome: EvaluationSession.Outcome, to folder: OutputFolder, as format: FigureFormat
    ) throws {
        try AtomicFile.write(
            try Console.file(of: outcome.report), to: folder.file("metrics.json"))
        try AtomicFile.write(outcome.predictionsCSV, to: folder.file("predictions.csv"))
        try folder.write(outcome.figures, as: format)
        Console.note("Written to \(folder.url.path)")
    }

    private func makeEvaluator(for card: ModelCard) throws -> EvaluationSession {
        var evaluator = try measuring.evaluator(on: compute, for: card)
        evaluator.split = split
        evaluator.rules = try rules.map { try choice($0, "--protocol") }
        try UsageError.requireNone(
            [
                ("--labels", rules != nil && measuring.labels != nil),
                ("--positive", rules != nil && measuring.positive != nil),
                ("--corruptions", rules != nil && analyses.corruptions),
            ], because: "the protocol decides labels, positive classes and units",
            expected: "none")
        try analyses.apply(to: &evaluator, skippingUnknownIDs: dataOptions.skipBadRows)
        return evaluator
    }
}
