import Evaluation
import Foundation

extension RunReport {
    /// The report as one HTML file.
    public var html: String { page.html }

    var page: ReportPage {
        ReportPage(
            title: "Report on \(path)", opening: opening,
            sections: [
                question, data, recipe, results, meaning, explanations, errors, limits, repeating,
            ],
            closing: "Made by Mien \(currentMienVersion) on \(Wording.day(request.date)). "
                + "Intervals are 95 % intervals.")
    }

    var isSynthetic: Bool { evaluation.isSynthetic }

    /// "n 3,199, ...": goes with every number.
    var rowsInWords: String { evaluation.rowsInWords(split: request.split) }

    /// Figures by the names of their files, in their order, as markup.
    func drawings(_ wanted: (any Figure) -> Bool) -> [Markup] {
        figures.filter(wanted).map { .figure($0, id: "figure-" + $0.fileName) }
    }

    private var opening: [Markup] {
        let metrics = evaluation.metrics
        var parts: [Markup] = []
        if isSynthetic {
            parts.append(
                .caution(
                    "Synthetic faces.",
                    "The faces were drawn by Mien and show no real person. These figures say "
                        + "nothing about photographs."))
        } else if card.trainedOnSyntheticFaces {
            parts.append(
                .caution(
                    "Trained on synthetic faces.",
                    "Measured on photographs."))
        }
        if request.split == Self.heldOut {
            parts.append(
                .caution(
                    "Validation rows, not test rows.",
                    "The run did not learn from these rows, but they served to watch it and to "
                        + "calibrate it. The test split was not looked at: mien report --split test "
                        + "does that."))
        }
        if let seen = evaluation.seenRows, let trained = seen.training, trained > 0 {
            parts.append(
                .caution(
                    "Rows that the model was trained on.",
                    "\(Wording.count(trained)) of the \(Wording.count(metrics.n)) rows measured: "
                        + "figures of all rows flatter the model."))
        }
        parts += evaluation.notes.map { .paragraph($0.asOptions) }
        parts.append(
            .facts(
                [
                    ("accuracy", "\(metrics.accuracy)"), ("AUC", "\(metrics.auc)"),
                ]
                    + (evaluation.notTrainedOn.map { others in
                        [
                            (
                                "on rows it was not trained on",
                                "accuracy \(others.accuracy), AUC \(others.auc), n \(Wording.count(others.n))"
                            )
                        ]
                    } ?? []) + [
                        ("measured on", rowsInWords),
                        ("interval", evaluation.interval?.text ?? "by rows"),
                        (
                            "majority class",
                            "accuracy \(evaluation.baseline.majorityClassAccuracy)"
                        ),
                        (
                            "one human annotator",
                            evaluation.human.map { "accuracy \($0.singleTaggerAccuracy)" }
                                ?? "not known: the data has no votes"
                        ),
                        ("the score", "\(Wording.score(evaluation.positive)); no diagnosis"),
                    ]))
        return parts
    }
}
