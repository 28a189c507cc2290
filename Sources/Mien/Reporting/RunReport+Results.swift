import Evaluation
import Foundation

/// The numbers, what to compare them with, and the curves.
extension RunReport {
    var results: ReportPage.Section {
        var body = [metricsTable, linesTable, byEmotionTable]
        if let emotions = evaluation.emotions {
            body.append(
                .paragraph(
                    "Between all \(emotions.confusion.classes.count) emotions: accuracy "
                        + "\(emotions.accuracy), macro F1 \(emotions.macroF1), n "
                        + "\(Wording.count(emotions.n))."))
        }
        body.append(
            .figures(
                drawings { Self.section(of: $0) == "results" }))
        return .init("results", "Results", body)
    }

    private var metricsTable: Markup {
        let metrics = evaluation.metrics
        var header = ["measure", "all rows, n \(Wording.count(metrics.n))"]
        let parts: [(name: String, metrics: BinaryMetrics?)] = [
            ("rows that it was not trained on", evaluation.notTrainedOn),
            ("without images that occur in training", evaluation.withoutDuplicates),
            ("without images that nearly occur in training", evaluation.withoutNearDuplicates),
        ]
        let shown = parts.compactMap { part in part.metrics.map { (part.name, $0) } }
        header += shown.map { "\($0), n \(Wording.count($1.n))" }
        let rows: [[String]] = BinaryMetric.allCases.map { metric in
            [Wording.metric(metric), "\(metrics[metric])"] + shown.map { "\($0.1[metric])" }
        }
        return .table(
            "Of the \(Wording.score(evaluation.positive)), threshold "
                + "\(metrics.threshold), with 95 % intervals ("
                + (metrics.clusters == nil
                    ? "Wilson, DeLong, bootstrap" : evaluation.interval?.text ?? "")
                + " with \(Wording.count(metrics.bootstrap.resamples)) resamples, seed "
                + "\(metrics.bootstrap.seed))", header, rows)
    }

    /// What the numbers are to be held against.
    private var linesTable: Markup {
        let metrics = evaluation.metrics
        let base = evaluation.baseline
        var rows: [[String]] = [
            ["this model", "\(metrics.accuracy)", "\(metrics.auc)", Wording.count(metrics.n)],
            [
                "always \"\(base.majorityIsPositive ? evaluation.positive.name : "other")\", the "
                    + "majority class",
                "\(base.majorityClassAccuracy)", "0.500 by definition",
                Wording.count(base.n),
            ],
        ]
        if let human = evaluation.human {
            rows.append([
                "one human annotator against the others", "\(human.singleTaggerAccuracy)",
                "one answer, no score", "\(Wording.count(human.comparisons)) answers",
            ])
            rows += human.panels.map { panel in
                [
                    Self.words(panel.kind), "\(panel.accuracy)", "\(panel.auc)",
                    "\(Wording.count(panel.faces)) faces, \(panel.draws) draws",
                ]
            }
        }
        var parts: [Markup] = [
            .heading("What to hold them against"),
            .table(
                "The same question, other ways of answering", ["who", "accuracy", "AUC", "n"], rows),
        ]
        if evaluation.human == nil {
            parts.append(.paragraph("The data has no votes, so that no human line is known."))
        }
        return Markup(parts)
    }

    private static func words(_ kind: AnnotatorPanel.Kind) -> String {
        switch kind {
        case .fiveAgainstFive: "human panel, five against the other five (lower bound)"
        case .secondPanelOfTen: "a second panel of ten, drawn from the votes (a ceiling)"
        }
    }

    private var byEmotionTable: Markup {
        let rows: [[String]] = evaluation.byEmotion.map { row in
            [
                row.emotion, row.positive ? "positive" : "other",
                Wording.count(row.n), "\(row.accuracy)",
                Wording.decimals(row.meanScore, 3),
            ]
        }
        return Markup([
            .heading("By emotion"),
            .table(
                "The binary decision for the faces of each emotion",
                ["emotion", "class", "n", "right", "mean score"], rows),
        ])
    }

    /// Which section a figure belongs to.
    static func section(of figure: any Figure) -> String {
        switch type(of: figure).name {
        case MappingFigure.name, PredictiveValuesFigure.name, CoverageFigure.name,
            SubgroupFigure.name, CorruptionFigure.name, ReliabilityFigure.name:
            "meaning"
        case EmotionErrorsFigure.name, ScoreDistributionFigure.name, AgreementFigure.name: "errors"
        default: "results"
        }
    }
}
