public import Evaluation

/// How a model did before and after it was adapted, on subjects that it was not adapted to.
public struct AdaptationReport: Sendable, Encodable {
    /// Figures of one model on the measured rows.
    public struct Figures: Sendable, Encodable {
        public let n: Int
        public let positives: Int
        /// Of the outputs; `nil` for two outputs.
        public let emotionAccuracy: Estimate?
        public let accuracy, balancedAccuracy, auc, ece, logLoss: Estimate

        enum CodingKeys: String, CodingKey {
            case n, positives, accuracy, auc, ece
            case emotionAccuracy = "emotion_accuracy"
            case balancedAccuracy = "balanced_accuracy"
            case logLoss = "log_loss"
        }
    }

    public let adaptation: Adaptation
    /// `nil` where no rows were left to measure.
    public let before, after: Figures?
    /// Of the measured rows.
    public let subjects: Int?
    public let interval: String?
    public let labels: LabelProtocol?
    public let notes: [Advice]

    enum CodingKeys: String, CodingKey {
        case adaptation, before, after, interval, notes
        case subjects = "measured_subjects"
        case labels = "protocol"
    }

    init(_ adaptation: Adaptation) {
        self.adaptation = adaptation
        (before, after, subjects, interval, labels) = (nil, nil, nil, nil, nil)
        notes = ["Without labels it cannot be measured whether the adaptation helps."]
    }

    init?(
        _ adaptation: Adaptation, _ rows: AdaptationRows, before: Model, after: Model,
        in dataset: Dataset, _ evaluator: EvaluationSession, progress: (Int, Int) -> Bool
    ) throws {
        self.adaptation = adaptation
        labels = rows.labels
        var notes = rows.notes
        if adaptation.method == .unchanged {
            notes.append(
                "Nothing helps: no change lowers the log loss of the inner folds by more than chance. "
                    + "The model stays as it was.")
        }
        self.notes = notes
        guard !rows.measured.isEmpty else {
            (self.before, self.after, subjects, interval) = (nil, nil, nil, nil)
            return
        }
        var evaluator = evaluator
        evaluator.labels = rows.labels
        evaluator.split = EvaluationSession.heldOut
        evaluator.heldOutRows = rows.measured
        let total = 2 * rows.measured.count
        var figures: [Figures] = []
        var clusters: Int?
        var text: String?
        for (number, model) in [before, after].enumerated() {
            let outcome = try evaluator.evaluate(
                model, on: dataset, modelSHA256: adaptation.modelSHA256
            ) { done, _ in progress(number * rows.measured.count + done, total) }
            guard let outcome else { return nil }
            figures.append(Figures(outcome.report))
            clusters = outcome.scored.clusters?.count
            text = outcome.report.interval?.text
        }
        (self.before, self.after) = (figures[0], figures[1])
        subjects = clusters
        interval = text
    }
}

extension AdaptationReport.Figures {
    init(_ report: EvaluationReport) {
        let metrics = report.metrics
        self.init(
            n: metrics.n, positives: metrics.positives, emotionAccuracy: report.emotions?.accuracy,
            accuracy: metrics.accuracy, balancedAccuracy: metrics.balancedAccuracy,
            auc: metrics.auc, ece: metrics.ece, logLoss: metrics.logLoss)
    }
}

extension AdaptationReport: NamesSettings {
    /// Tables for people.
    public var message: Advice {
        ([Advice(adaptation.inWords + ".")] + notes + table.map { Advice($0) })
            .joined(separator: "\n")
    }

    private var table: [String] {
        var lines: [String] = []
        if !adaptation.candidates.isEmpty {
            lines += ["", "change tried: log loss in the inner folds, improvement"]
            lines += adaptation.candidates.map { candidate in
                "  \(candidate.method.inWords): \(Wording.decimals(candidate.logLoss, 3)), "
                    + (candidate.method == .unchanged ? "-" : "\(candidate.improvement)")
            }
        }
        let priors = adaptation.priors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        lines.append(
            "class priors: "
                + priors.map { "\($0.key) \(Wording.decimals($0.value, 3))" }
                .joined(separator: ", "))
        guard let before, let after else { return lines }
        lines += [
            "",
            "on \(before.n) rows"
                + (subjects.map { " of \($0) subjects" } ?? "")
                + " that were not adapted to, 95 % intervals, seed \(adaptation.seed)",
        ]
        let rows: [(String, (AdaptationReport.Figures) -> Estimate?)] = [
            ("emotion accuracy", { $0.emotionAccuracy }), ("accuracy", { $0.accuracy }),
            ("balanced accuracy", { $0.balancedAccuracy }), ("AUC", { $0.auc }),
            ("calibration error", { $0.ece }), ("log loss", { $0.logLoss }),
        ]
        for (name, figure) in rows {
            guard let one = figure(before), let other = figure(after) else { continue }
            lines.append("  \(name): before \(one), after \(other)")
        }
        return lines
    }
}
