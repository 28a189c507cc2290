import Evaluation
import Foundation

extension EvaluationReport: NamesSettings {
    /// A table for people.
    public var message: Advice {
        var lines: [Advice] = [
            "\(isSynthetic ? "SYNTHETIC faces, " : "")\(rowsName), protocol "
                + "\(labels.rawValue), n \(metrics.n), positive (\(positive.name) expression, the "
                + "proxy label) \(metrics.positives), threshold \(metrics.threshold), 95 % intervals"
        ]
        if let interval, interval.clusters != nil { lines.append("interval: \(interval.text)") }
        lines += notes + [""]
        lines += tables.map { Advice($0) }
        lines += ["", Advice(String(format: "%.1f images/s, %@", imagesPerSecond, precision))]
        return lines.joined(separator: "\n")
    }

    private var tables: [String] {
        var lines = metricLines + comparisonLines + confusionLines
        lines += byEmotion.map {
            line($0.emotion + ($0.positive ? " (positive)" : ""), "\($0.accuracy), n \($0.n)")
        }
        return lines + mappingLines + calibrationLines + abstentionLines + groupLines
            + corruptionLines
    }

    private var rowsName: String {
        split.requested == EvaluationSession.heldOut
            ? "training rows held out for validation" : split.used?.usage ?? "all rows"
    }

    private func line(_ name: String, _ value: String) -> String {
        name.padding(toLength: max(34, name.count + 1), withPad: " ", startingAt: 0) + value
    }

    private var metricLines: [String] {
        let rows: [(String, Estimate)] = [
            ("accuracy", metrics.accuracy), ("AUC", metrics.auc),
            ("balanced accuracy", metrics.balancedAccuracy), ("sensitivity", metrics.sensitivity),
            ("specificity", metrics.specificity), ("precision", metrics.precision),
            ("F1", metrics.f1), ("MCC", metrics.mcc),
            ("average precision", metrics.averagePrecision), ("Brier score", metrics.brier),
            ("calibration error", metrics.ece),
            ("area under risk-coverage curve", selective.riskCoverageArea),
        ]
        return rows.map { line($0.0, "\($0.1)") }
    }

    /// What the numbers are to be held against.
    private var comparisonLines: [String] {
        var lines: [String] = []
        if let notTrainedOn {
            lines.append(
                line("accuracy, rows not trained on", "\(notTrainedOn.accuracy)")
                    + ", n \(notTrainedOn.n)")
            lines.append(line("AUC, rows not trained on", "\(notTrainedOn.auc)"))
        }
        if let withoutDuplicates {
            lines.append(
                line("accuracy without duplicates", "\(withoutDuplicates.accuracy)")
                    + ", n \(withoutDuplicates.n)")
            lines.append(line("AUC without duplicates", "\(withoutDuplicates.auc)"))
        }
        if let withoutNearDuplicates {
            lines.append(
                line("accuracy without near-duplicates", "\(withoutNearDuplicates.accuracy)")
                    + ", n \(withoutNearDuplicates.n)")
            lines.append(line("AUC without near-duplicates", "\(withoutNearDuplicates.auc)"))
        }
        if let emotions {
            lines.append(
                line(
                    "accuracy, \(emotions.confusion.classes.count) emotions",
                    "\(emotions.accuracy)"))
        }
        lines.append(
            line("majority class", "\(baseline.majorityClassAccuracy)"))
        lines.append(line("neutral among the positives", "\(neutralShareOfPositives)"))
        guard let human else { return lines }
        lines.append(
            line("one human annotator", "\(human.singleTaggerAccuracy)")
                + ", n \(human.comparisons)")
        for panel in human.panels {
            let name =
                switch panel.kind {
                case .fiveAgainstFive: "human panel, 5 vs 5 (lower bound)"
                case .secondPanelOfTen: "second human panel of 10 (upper bound)"
                }
            lines.append(
                line(name, "\(panel.accuracy)")
                    + ", AUC \(panel.auc), n \(panel.faces)")
        }
        return lines
    }

    private var confusionLines: [String] {
        let c = metrics.confusion
        return [
            "", "                 said positive   said negative",
            String(format: "positive         %13d   %13d", c.tp, c.fn),
            String(format: "negative         %13d   %13d", c.fp, c.tn), "",
        ]
    }

    private var mappingLines: [String] {
        guard !mappings.rows.isEmpty else { return [] }
        return ["", "Positive emotions: accuracy, majority class, AUC"]
            + mappings.rows.map {
                line(
                    $0.positive.name + ($0.isUsed ? " (used)" : ""),
                    "\($0.accuracy), \($0.majorityClassAccuracy), \($0.auc), n \($0.n), "
                        + "positive \($0.positives)")
            }
    }

    private var calibrationLines: [String] {
        guard calibration.fit != nil else { return [] }
        return [
            "", "Calibration, temperature \(String(format: "%.3f", calibration.temperature))",
            line(
                "calibration error",
                "\(calibration.before.ece) before, \(calibration.after.ece) after"),
            line(
                "log loss",
                "\(calibration.before.logLoss) before, \(calibration.after.logLoss) after"),
        ] + (calibration.note.map { [$0] } ?? [])
    }

    private var abstentionLines: [String] {
        guard let abstention = selective.abstention else { return [] }
        return [
            "", "Abstaining below a confidence of \(abstention.abstainBelow)",
            line("answered", "\(abstention.answered) of \(selective.n), \(abstention.coverage)"),
            line("accuracy of the answers", "\(abstention.metrics.accuracy)"),
            line("AUC of the answers", "\(abstention.metrics.auc)"),
        ]
    }

    private var groupLines: [String] {
        (groups.passedOver.map { ["", "Columns \($0)"] } ?? [])
            + groups.measured.flatMap { attribute -> [String] in
                var lines = ["", "By \(attribute.attribute.printable())"]
                for group in attribute.groups {
                    let metrics = group.metrics
                    lines.append(
                        line(
                            group.name + (group.isSmall ? " (small)" : ""),
                            "\(metrics.accuracy), AUC \(metrics.auc), n \(metrics.n)"))
                }
                for gap in attribute.gaps where gap.gap.value != nil {
                    let tests = pText(gap.pValue, "p") + pText(gap.adjustedPValue, "Holm")
                    lines.append(line("gap in \(gap.metric.rawValue)", "\(gap.gap)" + tests))
                }
                return lines
            }
    }

    private var corruptionLines: [String] {
        guard let corruptions else { return [] }
        let shown = [1, 3, 5]
        var lines = [
            "",
            "Worsened images, n \(corruptions.n), accuracy at severities 1, 3 and 5; as they "
                + "are \(corruptions.cleanAccuracy)",
        ]
        for kind in Corruption.allCases {
            let rows = corruptions.rows.filter {
                $0.corruption == kind && shown.contains($0.severity)
            }
            guard !rows.isEmpty else { continue }
            let values: [String] = rows.map { "\($0.accuracy)" }
            lines.append(line(kind.rawValue, values.joined(separator: "  ")))
        }
        return lines
    }

    private func pText(_ value: Double?, _ name: String) -> String {
        value.map { String(format: ", %@ %.4f", name, $0) } ?? ""
    }
}
