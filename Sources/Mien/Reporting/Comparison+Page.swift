import Evaluation
import Foundation

extension Comparison {
    /// The comparison as one HTML file.
    public var html: String { page.html }

    var page: ReportPage {
        ReportPage(
            title: rows.count == 1
                ? "\(rows[0].name) beside simple rules"
                : "Comparison of \(rows.count) models on the same rows",
            opening: opening,
            sections: [measured, curves, tests, published, closing],
            closing: "Made by Mien \(currentMienVersion) on \(Wording.day(date)). Intervals are "
                + "95 % intervals.")
    }

    private var opening: [Markup] {
        var parts: [Markup] = []
        if isSynthetic {
            parts.append(
                .caution(
                    "Synthetic faces.",
                    "The faces were drawn by Mien and show no real person. These figures say "
                        + "nothing about photographs."))
        }
        if rows.contains(where: { $0.seenRows?.training ?? 0 > 0 }) {
            parts.append(
                .caution(
                    "Rows that a model was trained on.",
                    rows.compactMap { row in
                        row.seenRows?.training.map { "\(row.name): \($0) of \(row.n)" }
                    }.joined(separator: "; ") + ". Figures of all rows flatter it."))
        }
        parts += [.paragraph(setting + ".")]
        if let interval, interval.clusters != nil {
            parts.append(.paragraph("Interval: \(interval.text)."))
        }
        parts += notes.map { .paragraph($0.asOptions) }
        return parts
            + rows.flatMap { row in row.notes.map { .paragraph("\(row.name): \($0.asOptions)") } }
    }

    private var measured: ReportPage.Section {
        let unseen = rows.first?.withoutDuplicates
        let parts: [(name: String, of: (Row) -> Row.Unseen?)] = [
            ("rows not trained on", { $0.notTrainedOn }),
            ("without duplicates", { $0.withoutDuplicates }),
            ("without near-duplicates", { $0.withoutNearDuplicates }),
        ]
        let decides = classBaseline != nil
        var header =
            ["model", "accuracy", "AUC", "balanced accuracy"]
            + (decides ? ["accuracy between classes"] : [])
            + ["p to the first, accuracy / AUC", "parameters", "file, MB", "ms a face"]
        for part in parts {
            guard let first = rows.first.flatMap(part.of) else { continue }
            let condition = "\(part.name), n \(Wording.count(first.n))"
            header += ["accuracy \(condition)", "AUC \(condition)"]
        }
        /// A row of the table whose last cells are empty.
        func filled(_ cells: [String]) -> [String] {
            cells + [String](repeating: "", count: header.count - cells.count)
        }
        var lines: [[String]] = rows.map { row in
            var line = [row.name, "\(row.accuracy)", "\(row.auc)", "\(row.balancedAccuracy)"]
            if decides { line.append(row.classAccuracy.map { "\($0)" } ?? "two outputs") }
            line += [
                pValuesToFirst(row), Wording.count(row.parameters),
                row.fileBytes.map { Wording.decimals(Double($0) / 1e6, 1) } ?? "unknown",
                "\(Wording.decimals(row.millisecondsPerFace, 2)), \(row.precision)",
            ]
            for others in parts.compactMap({ $0.of(row) }) {
                line += ["\(others.accuracy)", "\(others.auc)"]
            }
            return line
        }
        lines.append(
            filled(
                [
                    "majority class", "\(baseline.majorityClassAccuracy)",
                    "0.500 by definition", "0.500 by definition",
                ] + (classBaseline.map { ["\($0.accuracy), \($0.name)"] } ?? [])))
        if let human {
            lines.append(
                filled(
                    [
                        "one human annotator, \(Wording.count(human.comparisons)) answers",
                        "\(human.singleTaggerAccuracy)", "one answer, no score",
                    ]))
        }
        var body: [Markup] = [
            .table("n \(Wording.count(baseline.n)), 95 % intervals", header, lines), models,
        ]
        if unseen != nil {
            body.insert(
                .paragraph(
                    "Duplicates are rows whose pixels also occur in this data's training rows; "
                        + "near-duplicates nearly do (saved again, cut or sized otherwise)."),
                at: 1)
        }
        return .init("measured", "Measured here", body)
    }

    private var models: Markup {
        let lines: [[String]] = rows.map { row in
            let faces = row.trainedOnSyntheticFaces ? "drawn faces" : "faces"
            return [
                row.name, row.kind, row.architecture, "\(row.imageSize) x \(row.imageSize)",
                "\(Wording.count(row.trainingSamples)) \(faces), labels \(row.trainedOn.rawValue)",
            ]
        }
        return .table(
            "The models",
            ["model", "kind", "network", "input", "learnt from"], lines)
    }

    private var curves: ReportPage.Section {
        .init(
            "curves", "ROC curves",
            [
                .figures(
                    figures.enumerated().map { .figure($1, id: "figure-\($1.fileName)-\($0 + 1)") })
            ])
    }

    private var tests: ReportPage.Section {
        guard !pairs.isEmpty else {
            return .init("tests", "Paired tests", [.paragraph("None: there is one model only.")])
        }
        let lines: [[String]] = pairs.map { pair in
            [
                "\(pair.first) against \(pair.second)", "\(pair.accuracyDifference)",
                "\(pair.onlyFirstRight) / \(pair.onlySecondRight)",
                Wording.pValue(pair.mcNemar.pValue),
                Wording.pValue(pair.mcNemar.adjusted), "\(pair.aucDifference)",
                Wording.pValue(pair.deLong.pValue),
                Wording.pValue(pair.deLong.adjusted),
            ]
        }
        return .init(
            "tests", "Paired tests",
            [
                .table(
                    "First minus second on the same \(Wording.count(baseline.n)) rows",
                    [
                        "pair", "accuracy", "only first / only second right",
                        "\(testNames.accuracy) p", "p, Holm", "AUC", "\(testNames.auc) p",
                        "p, Holm",
                    ], lines),
                .paragraph(
                    (interval?.clusters == nil
                        ? "McNemar's test is the exact one, DeLong's the paired one, both "
                            + "two-sided; "
                        : "The tests draw and exchange whole clusters, both two-sided; ")
                        + "Holm's correction is over "
                        + (isAgainstFirst ? "the pairs with the first model" : "all pairs")
                        + ", for each test by itself. The "
                        + "interval of the accuracy's difference is of paired bootstrap resamples, "
                        + "that of the AUC's is "
                        + (interval?.clusters == nil ? "DeLong's" : "likewise")
                        + ". The tests hold the chance of "
                        + "which faces were drawn, not that of another training run."),
            ])
    }

    private var published: ReportPage.Section {
        let lines: [[String]] = quoted.map { row in
            [
                row.name, row.dataSet,
                row.accuracy.map { Wording.decimals($0, 3) } ?? "none",
                row.auc.map { Wording.decimals($0, 3) } ?? "none", row.source,
                row.note,
            ]
        }
        guard !lines.isEmpty else {
            return .init("quoted", "Quoted from publications", [.paragraph("None.")])
        }
        return .init(
            "quoted", "Quoted from publications",
            [
                .caution(
                    "Not measured here.",
                    "Other data, other rows, other labels: these rows are not comparable with "
                        + "those above, nor with each other."),
                .table(
                    "As published",
                    ["what", "data", "accuracy", "AUC", "source", "note"], lines),
            ])
    }

    private var closing: ReportPage.Section {
        let files: [[String]] = sources.map { [$0.path, $0.sha256] }
        let models: [[String]] = rows.map {
            [$0.name, $0.path, $0.modelSHA256]
        }
        return .init(
            "notes", "Data, limits, how to repeat it",
            [
                .table("Data", ["file", "SHA-256"], files),
                .table("Models", ["name", "file", "SHA-256"], models),
                .list([
                    Wording.notADiagnosis, Wording.noDecisions,
                    "Milliseconds a face are wall time in batches, measured once for each model, one "
                        + "after the other, while other work may have been running; they are no "
                        + "benchmark. Machine: \(machine).",
                    "Rows that a model was trained on are known by the split of its run where the "
                        + "data is that of the run, else by the fingerprints in its file. Files of "
                        + "earlier versions have none.",
                ]),
                .block(command),
            ])
    }
}
