public import Evaluation
import Foundation

/// What a model does on the rows of one split: every number with its interval, and what it was
/// measured on.
public struct EvaluationReport: Sendable {
    public struct EmotionRow: Sendable, Encodable {
        public let emotion: String
        public let n: Int
        /// Whether the mapping counts it as positive.
        public let positive: Bool
        /// Of the binary decision.
        public let accuracy: Estimate
        public let meanScore: Double

        enum CodingKeys: String, CodingKey {
            case emotion, n, positive, accuracy
            case meanScore = "mean_score"
        }
    }

    public struct Human: Sendable, Encodable {
        /// One tagger against the strict majority of the others.
        public let singleTaggerAccuracy: Estimate
        public let comparisons: Int

        enum CodingKeys: String, CodingKey {
            case singleTaggerAccuracy = "single_tagger_accuracy"
            case comparisons
        }
    }

    public let metrics: BinaryMetrics
    public let labels: LabelProtocol
    public let split: ResolvedSplit
    public let positive: PositiveMapping
    public let byEmotion: [EmotionRow]
    /// Without the rows whose pixels also occur in the training split; `nil` where the data has
    /// no training rows.
    public let withoutDuplicates: BinaryMetrics?
    /// The decision between all emotions, for a model that has them.
    public let emotions: MulticlassMetrics?
    public let human: Human?
    public let modelSHA256: String
    public let sources: [Dataset.Source]
    public let isSynthetic: Bool
    public let imagesPerSecond: Double
    public let precision: String
}

extension EvaluationReport: Encodable {
    private enum Key: String, CodingKey {
        case labels = "protocol"
        case split
        case splitUsed = "split_used"
        case positiveClasses = "positive_classes"
        case byEmotion = "by_emotion"
        case withoutDuplicates = "without_duplicates"
        case emotions, human
        case modelSHA256 = "model_sha256"
        case dataSHA256 = "data_sha256"
        case sources, synthetic
        case imagesPerSecond = "images_per_s"
        case computePrecision = "compute_precision"
    }

    private struct NoValue: Encodable { let reason: String }

    public func encode(to encoder: any Encoder) throws {
        try metrics.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(labels, forKey: .labels)
        try container.encode(split.requested, forKey: .split)
        try container.encode(split.used?.usage ?? "all", forKey: .splitUsed)
        try container.encode(positive, forKey: .positiveClasses)
        try container.encode(byEmotion, forKey: .byEmotion)
        if let withoutDuplicates {
            try container.encode(withoutDuplicates, forKey: .withoutDuplicates)
        } else {
            try container.encode(
                NoValue(reason: "the data has no training rows to compare with"),
                forKey: .withoutDuplicates)
        }
        try container.encodeIfPresent(emotions, forKey: .emotions)
        if let human {
            try container.encode(human, forKey: .human)
        } else {
            try container.encode(NoValue(reason: "the data has no votes"), forKey: .human)
        }
        try container.encode(modelSHA256, forKey: .modelSHA256)
        try container.encode(sources.first?.sha256, forKey: .dataSHA256)
        try container.encode(sources, forKey: .sources)
        try container.encode(isSynthetic, forKey: .synthetic)
        try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try container.encode(precision, forKey: .computePrecision)
    }
}

extension EvaluationReport: CustomStringConvertible {
    /// A table for people.
    public var description: String {
        var lines = [
            "\(isSynthetic ? "SYNTHETIC faces, " : "")\(split.used?.usage ?? "all rows"), protocol "
                + "\(labels.rawValue), n \(metrics.n), positive (\(positive.name) expression, the "
                + "proxy label) \(metrics.positives), threshold \(metrics.threshold), 95 % intervals",
            "",
        ]
        let rows: [(String, Estimate)] = [
            ("accuracy", metrics.accuracy), ("AUC", metrics.auc),
            ("balanced accuracy", metrics.balancedAccuracy), ("sensitivity", metrics.sensitivity),
            ("specificity", metrics.specificity), ("precision", metrics.precision),
            ("F1", metrics.f1), ("MCC", metrics.mcc),
            ("average precision", metrics.averagePrecision), ("Brier score", metrics.brier),
            ("calibration error", metrics.ece),
        ]
        func line(_ name: String, _ value: String) -> String {
            name.padding(toLength: 34, withPad: " ", startingAt: 0) + value
        }
        lines += rows.map { line($0.0, "\($0.1)") }
        if let withoutDuplicates {
            lines.append(
                line("accuracy without duplicates", "\(withoutDuplicates.accuracy)")
                    + ", n \(withoutDuplicates.n)")
            lines.append(line("AUC without duplicates", "\(withoutDuplicates.auc)"))
        }
        if let emotions {
            lines.append(
                line(
                    "accuracy, \(emotions.confusion.classes.count) emotions",
                    "\(emotions.accuracy)"))
        }
        if let human {
            lines.append(line("one human tagger, accuracy", "\(human.singleTaggerAccuracy)"))
        }
        let c = metrics.confusion
        lines += [
            "", "                 said positive   said negative",
            String(format: "positive         %13d   %13d", c.tp, c.fn),
            String(format: "negative         %13d   %13d", c.fp, c.tn), "",
        ]
        lines += byEmotion.map {
            line($0.emotion + ($0.positive ? " (positive)" : ""), "\($0.accuracy), n \($0.n)")
        }
        lines += ["", String(format: "%.1f images/s, %@", imagesPerSecond, precision)]
        return lines.joined(separator: "\n")
    }
}
