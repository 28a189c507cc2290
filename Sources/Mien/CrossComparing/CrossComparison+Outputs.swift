import Evaluation
import Foundation

extension CrossComparison {
    /// One line for each cell.
    public var csv: String {
        func numbers(_ estimate: Estimate?) -> [String?] {
            [estimate?.value, estimate?.low, estimate?.high].map { $0.map { "\($0)" } }
        }
        func three(_ name: String) -> [String] { [name, "\(name)_low", "\(name)_high"] }
        let header =
            ["model", "trained_on", "tested_on", "n", "positives"] + three("auc")
            + three("balanced_accuracy") + three("accuracy") + ["majority_accuracy"]
            + three("auc_drop") + three("balanced_accuracy_drop") + three("auc_behind")
            + three("balanced_accuracy_behind") + ["prior_shift", "test_rows_trained_on", "seed"]
        let lines: [[String?]] = cells.map { cell in
            [cell.model, cell.trainedOn, cell.testedOn, "\(cell.n)", "\(cell.positives)"]
                + numbers(cell.auc) + numbers(cell.balancedAccuracy) + numbers(cell.accuracy)
                + ["\(cell.majority)"] + numbers(cell.drop?.auc)
                + numbers(cell.drop?.balancedAccuracy) + numbers(cell.behind?.auc)
                + numbers(cell.behind?.balancedAccuracy)
                + [cell.shift.inWords, cell.rowsTrainedOn.map(String.init), "\(seed)"]
        }
        return CSV.table(header, lines)
    }

    /// What all cells share.
    var setting: String {
        "Positive: \(positive.name) expression (the proxy label). Threshold \(threshold), 95 % "
            + "intervals, \(Wording.count(resamples)) resamples, seed \(seed)."
            + (isMasked ? " Only rows of classes that training and test rows both have." : "")
    }

    /// The names of the models, each once, in order.
    private var models: [String] {
        cells.reduce(into: []) { if !$0.contains($1.model) { $0.append($1.model) } }
    }

    private static let limits = [
        "Drop: the value on the test rows of the training data minus the value here. Both estimates are "
            + "independent; the interval is MOVER's.",
        "Behind: a model of the recipe trained on this data minus this one, on equal rows. The interval "
            + "is of paired resamples.",
        "Intervals hold the chance of which faces were drawn, not that of another training run.",
    ]

    private func text(_ difference: Estimate?) -> String { difference.map { "\($0)" } ?? "" }

    private func table(_ model: String) -> [[String]] {
        cells.filter { $0.model == model }.map { cell in
            [
                cell.trainedOn ?? "not trained here", cell.testedOn,
                "\(Wording.count(cell.n)), \(Wording.count(cell.positives))", "\(cell.auc)",
                "\(cell.balancedAccuracy)", "\(cell.accuracy)",
                Wording.decimals(cell.majority, 3), text(cell.drop?.auc),
                text(cell.drop?.balancedAccuracy), text(cell.behind?.auc), cell.shift.inWords,
            ]
        }
    }

    private static let header = [
        "trained on", "tested on", "n, positive", "AUC", "balanced accuracy", "accuracy",
        "majority class", "AUC drop", "balanced accuracy drop", "AUC behind", "prior shift",
    ]

    private var trainedNotes: [String] {
        cells.compactMap { cell in
            guard let count = cell.rowsTrainedOn, count > 0 else { return nil }
            return
                "\(cell.model) was trained on \(count) of the test rows of \(cell.testedOn): its "
                + "figures there flatter it."
        }
    }

    /// The comparison as one HTML file.
    public var html: String {
        var opening: [Markup] = []
        if isSynthetic {
            opening.append(
                .caution(
                    "Synthetic faces.",
                    "Some faces were drawn by Mien and show no real person. Their figures say "
                        + "nothing about photographs."))
        }
        opening += [.paragraph(setting)] + data.map { .paragraph($0.rows) }
        opening += trainedNotes.map { .paragraph($0) }
        let sections = models.enumerated().map { number, model in
            ReportPage.Section(
                "model-\(number + 1)", model,
                [.table("Train on row, test on column", Self.header, table(model))])
        }
        let sources = data.flatMap { set in set.sources.map { [set.name, $0.path, $0.sha256] } }
        return ReportPage(
            title: "Training on one data set, testing on another", opening: opening,
            sections: sections + [
                .init(
                    "notes", "Data, limits, how to repeat it",
                    [
                        .table("Data", ["name", "file", "SHA-256"], sources),
                        .list(Self.limits + [Wording.notADiagnosis, Wording.noDecisions]),
                        .block(command),
                    ])
            ],
            closing: "Made by Mien \(mienVersion) on \(Wording.day(date)). Intervals are 95 % "
                + "intervals."
        ).html
    }
}

extension CrossComparison: CustomStringConvertible {
    /// Tables for people.
    public var description: String {
        var lines = [setting] + data.map(\.rows) + trainedNotes
        for model in models {
            lines += ["", model]
            for cell in cells where cell.model == model {
                lines.append(
                    "  \(cell.trainedOn ?? "not trained here") -> \(cell.testedOn), n \(cell.n): AUC "
                        + "\(cell.auc), balanced accuracy \(cell.balancedAccuracy), accuracy "
                        + "\(cell.accuracy), majority class \(Wording.decimals(cell.majority, 3))")
                if let drop = cell.drop {
                    lines.append(
                        "    drop: AUC \(drop.auc), balanced accuracy \(drop.balancedAccuracy)")
                }
                if let behind = cell.behind {
                    lines.append(
                        "    behind a model trained there: AUC \(behind.auc), balanced accuracy "
                            + "\(behind.balancedAccuracy)")
                }
                lines.append("    \(cell.shift.inWords)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
