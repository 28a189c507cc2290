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
    @Option(
        help: "Leave rows unanswered whose confidence, max(score, 1 - score), is below this.")
    var abstainBelow: Double?
    @Option(
        help: """
            A csv file of groups: a column id, and one for each attribute. Without it a \
            manifest's own attribute columns are taken.
            """)
    var groups: String?
    @Flag(
        help: """
            Score worsened images too: noise, blur, jpeg, brightness, contrast, rotation and \
            occlusion at five severities, which is 35 times the work.
            """)
    var corruptions = false
    @Option(help: "Most rows for --corruptions, drawn by the seed.")
    var limit: Int?
    @Option(help: "Images scored at once.")
    var batchSize = 64
    @Option(help: "auto, float32 or bfloat16.")
    var precision = "auto"
    @Option(help: "Seed of everything random: bootstrap, panels, permutations, corruptions.")
    var seed: UInt64 = 0
    @Option(help: "Folder for metrics.json, predictions.csv and figures.")
    var out: String?
    @Option(help: "Figures in --out: svg, png or both.")
    var figures = "svg"
    @Flag(help: "Print the metrics as JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        _ = try compute.apply()
        let evaluator = try makeEvaluator()
        let format: FigureFormat = try choice(figures, "--figures")
        // Found before the work starts.
        if format != .svg { _ = try FigurePNG() }
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
        if outcome.report.groups.unknownIDs > 0 {
            Console.note("Passed over \(outcome.report.groups.unknownIDs) unknown ids.")
        }
        if let folder {
            try AtomicFile.write(
                try JSONEncoder.readable.encode(outcome.report), to: folder.file("metrics.json"))
            try AtomicFile.write(outcome.predictionsCSV, to: folder.file("predictions.csv"))
            try folder.write(outcome.figures, as: format)
            Console.note("Written to \(folder.url.path)")
        }
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
        evaluator.abstainBelow = abstainBelow
        evaluator.groups = try groups.map { try GroupTable(path: $0) }
        evaluator.skipsUnknownIDs = dataOptions.skipBadRows
        guard limit == nil || corruptions else {
            throw UsageError(
                "--limit", found: "it without --corruptions", expected: "both",
                advice: "All other numbers are of every row.")
        }
        if corruptions { evaluator.corruptions = Corruption.allCases }
        evaluator.corruptionLimit = limit
        evaluator.batchSize = try checkedBatchSize(batchSize)
        evaluator.precision = try choice(precision, "--precision")
        evaluator.device = try compute.chosenDevice
        evaluator.bootstrap = Bootstrap(seed: seed)
        return evaluator
    }
}

/// - Throws: `UsageError` for a batch size below 1.
func checkedBatchSize(_ size: Int) throws -> Int {
    guard size >= 1 else {
        throw UsageError("--batch-size", found: "\(size)", expected: "at least 1")
    }
    return size
}
