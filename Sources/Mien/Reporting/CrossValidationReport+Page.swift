import Evaluation
import Foundation

extension CrossValidationReport {
    /// The report as one HTML file.
    public var html: String { page.html }

    var page: ReportPage {
        ReportPage(
            title: "Cross-validation: \(subject)", opening: opening,
            sections: [results, eachFold, decisions, closing].compactMap(\.self),
            closing: "Made by Mien \(currentMienVersion) on \(Wording.day(date)).")
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
        if !isTrained {
            parts.append(.caution("No training.", CrossValidationSession.untrainedNote))
        }
        return parts + [.paragraph(setting + "."), .paragraph(interval + ".")]
            + notes.filter { $0 != CrossValidationSession.untrainedNote }.map { .paragraph($0) }
    }

    private var results: ReportPage.Section {
        let rows: [[String]] = measures.compactMap { measure in
            measure.of(pooled).map {
                [
                    measure.name, "\($0)",
                    measure.trivial.map { Wording.decimals($0, 3) } ?? "none",
                ]
            }
        }
        return .init(
            "results", "All test units",
            [
                .table(
                    "n \(Wording.count(pooled.n)), \(unit.rawValue)s, 95 % intervals",
                    ["measure", "value", "constant answer"], rows),
                .table(
                    "What one answer for all reaches", ["answer", "accuracy", "n"],
                    trivialLines.map { [$0.name, "\($0.accuracy)", Wording.count($0.n)] }),
            ])
    }

    private var eachFold: ReportPage.Section {
        let rows: [[String]] = folds.map { fold in
            let metrics = fold.metrics
            let counts = [metrics.n, metrics.images, metrics.groups].map(Wording.count)
            let training = fold.trainingRows.map(Wording.count) ?? "none"
            let values = measures.map { $0.of(metrics).map(Self.short) ?? "none" }
            return [fold.number.title(repeats: plan.repeats)] + counts + [training] + values
        }
        let names = ["fold", "n", "images", plan.group.rawValue + "s", "training rows"]
        return .init(
            "folds", "Each fold",
            [
                .figures(figures.map { .figure($0, id: "figure-\($0.fileName)") }),
                .table("Test units of each fold", names + measures.map(\.name), rows),
            ])
    }

    private var decisions: ReportPage.Section? {
        guard let matrix = pooled.decision?.metrics.confusion else { return nil }
        let shown = matrix.classes.indices.filter {
            matrix.labelled($0) > 0 || matrix.predicted($0) > 0
        }
        return .init(
            "classes", "Decisions between classes",
            [
                .table(
                    "Labels in rows, decisions in columns, n \(Wording.count(matrix.count))",
                    ["label"] + shown.map { matrix.classes[$0] },
                    shown.map { row in
                        [matrix.classes[row]] + shown.map { Wording.count(matrix.counts[row][$0]) }
                    })
            ])
    }

    private var closing: ReportPage.Section {
        let group = plan.group.rawValue
        var facts: [(term: String, value: String)] = [
            (
                "folds",
                "\(plan.folds), the \(group) of rank r in fold r modulo \(plan.folds); no \(group) "
                    + "in two folds"
            ),
            ("unit", "\(unit.rawValue): mean probability of its images"),
            (
                "choices on test rows",
                "none: epochs are fixed, validation rows are training rows"
            ),
            (
                "left out",
                "\(Wording.count(leftOutImages)) images without a label of the protocol"
            ),
            ("seed", "\(plan.seed)"),
        ]
        facts += sources.map { ($0.path, "SHA-256 \($0.sha256)") }
        return .init(
            "protocol", "Data and protocol",
            [
                .facts(facts), .block(command), .paragraph(Wording.notADiagnosis),
                .paragraph(Wording.noDecisions),
            ])
    }
}
