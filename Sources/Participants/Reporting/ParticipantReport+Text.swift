import Evaluation
import Foundation
import Mien

extension ParticipantReport.Part {
    /// The cells of a table of figures.
    static let header = [
        "row", "n", "AUC", "AUC within gender", "balanced accuracy", "F1", "F1 of negatives",
        "macro-F1", "sensitivity", "specificity", "Brier", "MAE", "RMSE", "CCC", "p", "p (Holm)",
    ]

    /// One row for each model and probe.
    var table: [[String]] {
        rows.map { row -> [String] in
            func text(_ estimate: Estimate?) -> String {
                estimate.flatMap { $0.value == nil ? nil : "\($0)" } ?? "none"
            }
            func p(_ value: Double?) -> String { value.map(Self.pText) ?? "" }
            let estimates: [Estimate?] = [
                row.auc, row.aucWithinGender, row.decisions?.balancedAccuracy,
                row.decisions?.f1, row.decisions?.f1OfNegatives, row.decisions?.macroF1,
                row.decisions?.sensitivity, row.decisions?.specificity, row.brier,
                row.scores?.mae, row.scores?.rmse, row.scores?.ccc,
            ]
            let count = row.absence.map { "none: \($0)" } ?? "\(row.n)"
            return [row.name, count] + estimates.map(text)
                + [p(row.permutationPValue), p(row.holmPValue)]
        }
    }

    static func pText(_ value: Double) -> String {
        String(format: value < 0.01 ? "%.4f" : "%.3f", value)
    }

    /// What follows from the table, in sentences.
    var findings: [String] {
        var sentences: [String] = []
        for row in rows where row.kind == .modality || row.name == Contest.Row.fusion.name {
            let missed = row.comparisons.filter { !$0.isBeaten }
            guard row.absence == nil else {
                sentences.append("\(row.name): no figures (\(row.absence ?? "")).")
                continue
            }
            if missed.isEmpty {
                sentences.append("\(row.name) beats every probe.")
            } else {
                let names = missed.map { "\($0.probe) (\($0.measure) \(Self.signed($0.gain)))" }
                sentences.append("\(row.name) does not beat: \(names.joined(separator: ", ")).")
            }
        }
        for gain in fusionGains.prefix(1) {
            let isBetter = gain.auc.low.map { $0 > 0 } ?? false
            sentences.append(
                "Late fusion is \(isBetter ? "" : "not shown to be ")better than the "
                    + "\(gain.against): AUC \(Self.signed(gain.auc)).")
        }
        return sentences
    }

    /// "+0.052 (-0.010 to 0.110)".
    static func signed(_ estimate: Estimate) -> String {
        (estimate.value ?? -1) >= 0 ? "+\(estimate)" : "\(estimate)"
    }
}

extension ParticipantReport {
    /// How it was measured, in sentences.
    public var setting: [String] {
        let division =
            switch options.division {
            case .official:
                "Official split: models learn from the training participants alone; all choices are "
                    + "made by \(options.innerFolds) folds within them, \(times(options.repeats))."
            case .nested:
                "Nested cross-validation over participants, done \(times(options.repeats)): "
                    + "\(options.folds) outer and \(options.innerFolds) inner folds, stratified by "
                    + "label, corpus and gender; groups stay whole."
            case .corpus:
                "Each corpus is held out once; all choices are made by \(options.innerFolds) folds "
                    + "within the others, \(times(options.repeats))."
            }
        var lines = [
            division,
            "Intervals: 95 %, bootstrap over groups of participants, "
                + "\(options.resamples) resamples, seed \(options.seed).",
        ]
        if options.permutations > 0 {
            lines.append(
                options.division == .official
                    ? "p: \(options.permutations) shuffles of the held-out labels within gender and "
                        + "corpus."
                    : "p: \(options.permutations) shuffles of the labels within gender and corpus, "
                        + "each through all steps; Holm's correction over the modalities.")
        }
        if options.division == .official, openings.isEmpty {
            lines.append("Looks at the labels of the test split were not counted.")
        } else if !openings.isEmpty {
            let plans = Set(openings.map(\.plan)).count
            lines.append(
                "Labels of the test split were looked at \(times(openings.count)), with \(plans) "
                    + "setting\(plans == 1 ? "" : "s")."
                    + (plans > 1
                        ? " A choice among these settings is a choice made on the test split." : "")
            )
        }
        return lines
    }

    static let unit =
        "The positive label is a proxy label made from a questionnaire. A PHQ-like score is no "
        + "verdict on a person."
}

/// "once", "5 times".
private func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

extension ParticipantReport: CustomStringConvertible {
    /// Tables for people.
    public var description: String {
        var lines = [(isSynthetic ? "SYNTHETIC participants, " : "") + table] + setting + notes
        lines.append(Self.unit)
        for part in parts {
            lines += ["", "\(part.name): n \(part.n), \(part.positives) positive"]
            let shown = [0, 1, 2, 4, 7, 8, 11, 13, 14, 15]
            let cells = ([ParticipantReport.Part.header] + part.table).map { row in
                shown.map { row[$0] }
            }
            // Reasons are long: they stand after the row and do not widen a column.
            let widths = shown.indices.map { column in
                cells.map { row in
                    column == 1 && row[1].hasPrefix("none") ? 4 : row[column].count
                }.max() ?? 0
            }
            lines += cells.map { row in
                guard !row[1].hasPrefix("none: ") else {
                    return row[0].padding(toLength: widths[0], withPad: " ", startingAt: 0) + "  "
                        + row[1]
                }
                let padded = zip(row, widths).map {
                    $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0)
                }.joined(separator: "  ")
                return String(padded.reversed().drop { $0 == " " }.reversed())
            }
            lines += [""] + part.findings
        }
        return lines.joined(separator: "\n")
    }
}
