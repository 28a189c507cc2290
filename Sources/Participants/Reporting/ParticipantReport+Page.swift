public import Evaluation
import Foundation
import Mien

extension ParticipantReport {
    /// The report as one HTML file.
    public var html: String { page.html }

    /// The figures of all parts, each named after its part.
    public var figures: [(part: String, figures: [any Figure])] {
        parts.map { ($0.name, $0.figures) }
    }

    /// One line for each row of each part.
    public var csv: String {
        let names =
            ["part"]
            + ParticipantReport.Part.header.flatMap { name in
                ["row", "n", "p", "p (Holm)"].contains(name)
                    ? [name] : [name, name + " low", name + " high"]
            }
        return CSV.table(
            names,
            parts.flatMap { part in
                part.rows.map { row -> [String?] in
                    let estimates: [Estimate?] = [
                        row.auc, row.aucWithinGender, row.decisions?.balancedAccuracy,
                        row.decisions?.f1, row.decisions?.f1OfNegatives, row.decisions?.macroF1,
                        row.decisions?.sensitivity, row.decisions?.specificity, row.brier,
                        row.scores?.mae, row.scores?.rmse, row.scores?.ccc,
                    ]
                    var fields: [String?] = [part.name, row.name, "\(row.n)"]
                    for estimate in estimates {
                        for value in [estimate?.value, estimate?.low, estimate?.high] {
                            fields.append(value.map { "\($0)" })
                        }
                    }
                    for value in [row.permutationPValue, row.holmPValue] {
                        fields.append(value.map { "\($0)" })
                    }
                    return fields
                }
            })
    }

    private var page: ReportPage {
        ReportPage(
            title: "Participants: \(table)", opening: opening,
            sections: parts.enumerated().map { $1.section(number: $0) } + [closing],
            closing: "Made by Mien \(mienVersion) on "
                + "\(date.formatted(.iso8601.year().month().day())).")
    }

    private var opening: [Markup] {
        let caution: [Markup] =
            isSynthetic
            ? [
                .caution(
                    "Synthetic participants.",
                    "Mien made these participants. The figures say nothing about people.")
            ] : []
        return caution + (setting + notes + [Self.unit]).map { .paragraph($0) }
    }

    private var closing: ReportPage.Section {
        .init(
            "protocol", "Data and protocol",
            [
                .facts([
                    ("table", table), ("SHA-256", tableSHA256), ("seed", "\(options.seed)"),
                    (
                        "choices on held-out participants",
                        "none: medians, scales, components, strengths, weights and calibrations are "
                            + "fitted on training participants"
                    ),
                    (
                        "decision",
                        "positive where the calibrated log-odds lie above those of the training "
                            + "labels"
                    ),
                ]), .block(command),
            ])
    }
}

extension ParticipantReport.Part {
    var figures: [any Figure] {
        let shown = rows.filter { $0.auc.value != nil && $0.kind != .classifier }
        let modalities = ModalityFigure(
            metric: "AUC",
            rows: shown.map { row in
                .init(row.name, kind: row.kind.ofFigure, n: row.n, value: row.auc)
            }, chance: 0.5)
        var result: [any Figure] = [modalities]
        if let reliability {
            result.append(
                ReliabilityFigure(
                    curve: reliability.curve, metrics: reliability.metrics,
                    positive: "positive label, \(reliability.row)"))
        }
        let scored = participants.filter { $0.score != nil && $0.predictedScore != nil }
        if !scored.isEmpty {
            result.append(
                ScoreErrorFigure(
                    score: "questionnaire", truths: scored.compactMap(\.score),
                    predictions: scored.compactMap(\.predictedScore)))
        }
        return result
    }

    fileprivate func section(number: Int) -> ReportPage.Section {
        let caption = "\(name), n \(n), \(positives) positive, 95 % intervals"
        let comparisons = rows.filter { !$0.comparisons.isEmpty }.flatMap { row in
            row.comparisons.map { comparison in
                [
                    row.name, comparison.probe, comparison.measure, "\(comparison.n)",
                    Self.signed(comparison.gain), comparison.isBeaten ? "yes" : "no",
                ]
            }
        }
        let gains = fusionGains.map { [$0.against, "\($0.n)", Self.signed($0.auc)] }
        return .init(
            "part-\(number)", name.prefix(1).uppercased() + name.dropFirst(),
            [
                .list(findings),
                .figures(
                    figures.map { .figure($0, id: "figure-\(number)-\($0.fileName)") }),
                .table(caption, Self.header, table),
                .table(
                    "Gain over each probe, paired bootstrap on the same participants",
                    ["row", "probe", "measure", "n", "gain", "beaten"], comparisons),
                .table(
                    "Late fusion against other rows, paired bootstrap",
                    ["against", "n", "AUC gained"], gains),
            ])
    }
}

extension RowResult.Kind {
    fileprivate var ofFigure: ModalityFigure.Row.Kind {
        switch self {
        case .modality, .classifier: .modality
        case .fusion: .fusion
        case .probe: .probe
        }
    }
}
