import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a model on a split: metrics with 95 % intervals, predictions, figures.")

    @Option(help: "The model file.")
    var model: String
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var compute: ComputeOptions
    @Option(help: "fer2013, ferplus or ferplus-argmax; the default is ferplus with votes.")
    var labels: String?
    @Option(
        help: "train, valid, test or all. Without test rows, test stands for FER-2013's PublicTest."
    )
    var split = "test"
    @Option(help: "Emotions that are positive; the default is the model's own.")
    var positive: String?
    @Option(help: "Scores from here on are positive decisions.")
    var threshold = 0.5
    @Option(help: "Images scored at once.")
    var batchSize = 64
    @Option(help: "auto, float32 or bfloat16.")
    var precision = "auto"
    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 0
    @Option(help: "Folder for metrics.json, predictions.csv and figures.")
    var out: String?
    @Flag(help: "Print the metrics as JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        _ = try compute.apply()
        let evaluator = try makeEvaluator()
        let folder = try out.map(OutputFolder.init)
        let url = URL(fileURLWithPath: model)
        let loaded = try Model(contentsOf: url)
        let dataset = try dataOptions.load()
        let outcome = try evaluator.evaluate(
            loaded, on: dataset,
            modelSHA256: try Model.sha256(ofFile: url)
        ) { done, total in
            Console.transient("scored \(done)/\(total)")
            return !Interruption.isRequested
        }
        Console.clearTransient()
        guard let outcome else { throw Interrupted() }
        if let note = outcome.report.split.note { Console.note(note) }
        try folder?.write(outcome)
        if json {
            try Console.json(outcome.report)
        } else {
            Console.result("\(outcome.report)")
        }
    }

    private func makeEvaluator() throws -> Evaluator {
        var evaluator = Evaluator()
        if let labels { evaluator.labels = try choice(labels, "--labels") }
        evaluator.split = split
        evaluator.positive = try positive.map { try PositiveMapping(parsing: $0) }
        evaluator.threshold = threshold
        guard batchSize >= 1 else {
            throw UsageError("--batch-size", found: "\(batchSize)", expected: "at least 1")
        }
        evaluator.batchSize = batchSize
        evaluator.precision = try choice(precision, "--precision")
        evaluator.device = try compute.chosenDevice
        evaluator.bootstrap = Bootstrap(seed: seed)
        return evaluator
    }
}

/// Where an evaluation is written to; made before the work starts, so that a folder that cannot
/// be written is known at once.
private struct OutputFolder {
    let url: URL

    init(_ path: String) throws {
        url = URL(fileURLWithPath: path, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw UsageError("--out", found: "\(path), which cannot be made", expected: "a folder")
        }
        guard access(url.path, W_OK) == 0 else {
            throw UsageError(
                "--out", found: "\(path), which cannot be written", expected: "a writable folder")
        }
    }

    func write(_ outcome: Evaluator.Outcome) throws {
        try AtomicFile.write(
            try JSONEncoder.readable.encode(outcome.report),
            to: url.appendingPathComponent("metrics.json"))
        try AtomicFile.write(
            outcome.predictionsCSV, to: url.appendingPathComponent("predictions.csv"))
        for figure in outcome.figures { try writeFigure(figure, in: url) }
        Console.note("Written to \(url.path)")
    }
}

/// Writes a figure as SVG and its numbers as csv.
func writeFigure(_ figure: some Figure, in folder: URL) throws {
    let name = type(of: figure).name
    try AtomicFile.write(figure.svg, to: folder.appendingPathComponent(name + ".svg"))
    try AtomicFile.write(figure.csv, to: folder.appendingPathComponent(name + ".csv"))
}
