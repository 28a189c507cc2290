public import Evaluation
public import Foundation

/// The figures of a cross-validation over all test units, and of each fold.
public struct CrossValidationReport: Sendable {
    /// One fold and its model.
    public struct Fold: Sendable {
        public let number: FoldNumber
        /// Rows that the model learnt from; `nil` where nothing was trained.
        public let trainingRows: Int?
        public let modelSHA256: String
        public let metrics: CrossValidationMetrics
    }

    /// The name of the recipe, or of the given model.
    public let subject: String
    /// `false` for a model that was given and scored the test rows of each fold.
    public let isTrained: Bool
    public let architecture: String
    public let plan: CrossValidationPlan
    public let unit: ScoringUnit
    public let positive: LabelMapping
    public let labels: LabelProtocol
    /// Units of one repeat.
    public let unitCount: Int
    /// Images of one repeat.
    public let imageCount: Int
    /// Images that the protocol does not keep.
    public let leftOutImages: Int
    /// People, or sequences where the data names no people.
    public let groupCount: Int
    /// Over the test units of all folds and repeats.
    public let pooled: CrossValidationMetrics
    public let folds: [Fold]
    public let trivialLines: [TrivialLine]
    /// Sentences that a reader must know beside the numbers.
    public let notes: [String]
    public let sources: [Dataset.Source]
    public let isSynthetic: Bool
    public let command: String
    public let date = Date.now

    /// One figure for each of the main metrics.
    public var figures: [FoldFigure] {
        measures.filter { ["AUC", "accuracy", Self.decision].contains($0.name) }.map { measure in
            FoldFigure(
                metric: measure.name,
                folds: folds.map { fold in
                    .init(
                        fold.number.title(repeats: plan.repeats), n: fold.metrics.n,
                        value: measure.of(fold.metrics) ?? .missing("not measured"))
                },
                pooled: .init(
                    "all folds", n: pooled.n,
                    value: measure.of(pooled) ?? .missing("not measured")),
                trivial: measure.trivial, confidence: pooled.binary.bootstrap.confidence)
        }
    }

    static let decision = "accuracy between classes"

    /// A metric in the order in which it is shown.
    struct Measure {
        let name: String
        /// In csv.
        let key: String
        let trivial: Double?
        let of: @Sendable (CrossValidationMetrics) -> Estimate?
    }

    /// The metrics that this report has.
    var measures: [Measure] {
        var result = [
            Measure(name: "AUC", key: "auc", trivial: 0.5) { $0.binary.auc },
            Measure(
                name: "balanced accuracy", key: "balanced_accuracy",
                trivial: trivialLines.first?.balancedAccuracy
            ) { $0.binary.balancedAccuracy },
            Measure(
                name: "accuracy", key: "accuracy", trivial: trivialLines.first?.accuracy.value
            ) { $0.binary.accuracy },
            Measure(name: "calibration error", key: "ece", trivial: nil) { $0.binary.ece },
        ]
        if pooled.decision != nil {
            let line = trivialLines.dropFirst().first
            result += [
                Measure(
                    name: Self.decision, key: "class_accuracy", trivial: line?.accuracy.value
                ) { $0.decision?.metrics.accuracy },
                Measure(
                    name: "balanced accuracy between classes", key: "class_balanced_accuracy",
                    trivial: line?.balancedAccuracy
                ) { $0.decision?.balancedAccuracy },
                Measure(
                    name: "macro F1 between classes", key: "class_macro_f1", trivial: nil
                ) { $0.decision?.metrics.macroF1 },
            ]
        }
        if pooled.decisionAmongProtocol != nil {
            result += [
                Measure(
                    name: "accuracy among the protocol's classes", key: "protocol_class_accuracy",
                    trivial: nil
                ) { $0.decisionAmongProtocol?.metrics.accuracy },
                Measure(
                    name: "balanced accuracy among the protocol's classes",
                    key: "protocol_class_balanced_accuracy", trivial: nil
                ) { $0.decisionAmongProtocol?.balancedAccuracy },
            ]
        }
        return result
    }

    /// The setting that all figures share, in one sentence.
    var setting: String {
        let rounds = plan.repeats > 1 ? ", \(plan.repeats) repeats" : ""
        return "\(plan.rules.map { "protocol \($0.rawValue)" } ?? "labels \(labels.rawValue)"), "
            + "positive: \(positive.name), \(plan.folds) folds by \(plan.group.rawValue)\(rounds), "
            + "n \(Wording.count(unitCount)) \(unit.rawValue)s (\(Wording.count(imageCount)) images) "
            + "of \(Wording.count(groupCount)) \(plan.group.rawValue)s, seed \(plan.seed)"
    }

    /// How intervals are made.
    var interval: String {
        "95 % intervals: bootstrap over \(Wording.count(groupCount)) \(plan.group.rawValue)s, "
            + "\(Wording.count(pooled.binary.bootstrap.resamples)) resamples"
    }
}
