import ArgumentParser
import Evaluation
import Foundation
import Mien
import Torch

/// How an evaluation, a report or a comparison measures.
struct MeasuringOptions: ParsableArguments {
    @Option(help: "fer2013, ferplus or ferplus-argmax. (default: ferplus with votes, else fer2013)")
    var labels: String?
    @Option(help: "Emotions that are positive. (default: the model's own)")
    var positive: String?
    @Option(help: "Scores from here on are positive decisions.")
    var threshold = 0.5
    @Option(help: "Images scored at once.")
    var batchSize = 64
    @Option(help: "auto, float32 or bfloat16.")
    var precision = "auto"
    @Option(help: "Seed of random draws.")
    var seed: UInt64 = 0
    @OptionGroup var grouping: GroupingOptions

    func evaluator(on compute: ComputeOptions, for card: ModelCard?) throws -> EvaluationSession {
        var evaluator = EvaluationSession()
        if let labels { evaluator.labels = try choice(labels, "--labels") }
        evaluator.positive = try positive.map {
            try LabelMapping(parsing: $0, among: card?.ownClasses ?? Emotion.allCases)
        }
        evaluator.threshold = threshold
        evaluator.batchSize = try checkedBatchSize(batchSize)
        evaluator.precision = try choice(precision, "--precision")
        evaluator.device = try compute.chosenDevice
        evaluator.bootstrap = Bootstrap(seed: seed)
        evaluator.grouping = grouping.grouping
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

/// What is looked at beside the metrics.
struct AnalysisOptions: ParsableArguments {
    @Option(
        help: "Leave rows unanswered whose confidence, max(score, 1 - score), is below this.")
    var abstainBelow: Double?
    @Option(
        help: """
            A csv file of groups: a column id, and one for each attribute. Without it those \
            columns of a manifest are taken whose values repeat: at most 50, of 20 rows or more.
            """)
    var groups: String?
    @Option(
        help: .init(
            "Columns of a manifest to take as groups, whatever their values: sex,site.",
            valueName: "names"))
    var groupColumns: String?
    @Flag(
        help: """
            Score corrupted images too: noise, blur, jpeg, brightness, contrast, rotation and \
            occlusion at five severities, which is 35 times the work.
            """)
    var corruptions = false
    @Option(help: "Most rows for --corruptions, drawn by the seed.")
    var limit: Int?

    func apply(to evaluator: inout EvaluationSession, skippingUnknownIDs: Bool) throws {
        evaluator.abstainBelow = abstainBelow
        evaluator.groups = try groups.map { try GroupTable(path: $0) }
        if let groups { FileRoles.addInput(groups) }
        evaluator.skipsUnknownIDs = skippingUnknownIDs
        guard groups == nil || groupColumns == nil else {
            throw UsageError(
                "--group-columns", found: "it and --groups", expected: "one of them")
        }
        evaluator.groupColumns = groupColumns.map {
            $0.components(separatedBy: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        guard limit == nil || corruptions else {
            throw UsageError(
                "--limit", found: "it without --corruptions", expected: "both",
                advice: "All other numbers are of every row.")
        }
        if corruptions { evaluator.corruptions = Corruption.allCases }
        evaluator.corruptionLimit = limit
    }
}
