import Evaluation
import Foundation

/// How far the numbers carry: mappings, calibration, coverage, prevalence, groups, corruptions.
extension RunReport {
    var meaning: ReportPage.Section {
        .init(
            "meaning", "How far the numbers carry",
            mappings + calibration + coverage + predictiveValues + groups + corruptions)
    }

    private func figures(_ kind: (any Figure.Type)) -> Markup {
        .figures(drawings { type(of: $0).name == kind.name })
    }

    private var mappings: [Markup] {
        let alternatives = evaluation.mappings
        let heading = Markup.heading("Other mappings of emotions to the positive class")
        guard !alternatives.rows.isEmpty else {
            return [heading, .paragraph("None: \(alternatives.reason ?? "no reason given").")]
        }
        let rows: [[String]] = alternatives.rows.map { row in
            [
                row.positive.name + (row.isUsed ? " (this report)" : ""),
                "\(Wording.count(row.positives)) of \(Wording.count(row.n))", "\(row.accuracy)",
                "\(row.auc)", "\(row.majorityClassAccuracy)",
            ]
        }
        return [
            heading,
            .paragraph(
                "How much of the result is the mapping? The same probabilities, summed over other "
                    + "emotions, on the same rows. The positive class changes with the mapping: "
                    + "compare each accuracy with that of the majority class."),
            .table(
                "Other positive classes, 95 % intervals",
                ["positive", "positives", "accuracy", "AUC", "majority class"], rows),
            figures(MappingFigure.self),
        ]
    }

    private var calibration: [Markup] {
        let report = evaluation.calibration
        let measures =
            report.fit == nil
            ? [("as it is", report.after)] : [("before", report.before), ("after", report.after)]
        let rows: [[String]] = measures.map { name, measure in
            [
                name, "\(measure.ece)", "\(measure.logLoss)", "\(measure.brier)",
                "\(measure.accuracy)", Wording.count(measure.n),
            ]
        }
        let fit = report.fit.map {
            "The temperature \(Wording.decimals(report.temperature, 3)) divides the logits. It was "
                + "fitted on \(Wording.count($0.n)) rows (\($0.rows)) and lies in the model file; "
                + "every score in this report is after it."
        }
        var parts: [Markup] = [
            .heading("Calibration"),
            .paragraph([fit, report.note].compactMap(\.self).joined(separator: " ")),
            .table(
                "Does a score of 0.8 mean four of five? 0 is best in the first three columns",
                ["", "calibration error", "log loss, nats", "Brier score", "accuracy", "n"], rows),
        ]
        if request.split == Self.heldOut, report.fit != nil {
            parts.append(
                .paragraph(
                    "These are the rows that the temperature was fitted on: the line \"after\" "
                        + "flatters."))
        }
        return parts + [figures(ReliabilityFigure.self)]
    }

    private var coverage: [Markup] {
        let selective = evaluation.selective
        var parts: [Markup] = [
            .heading("Answering only when sure"),
            .paragraph(
                "Accuracy on the faces of the highest confidence (the larger of score and 1 - "
                    + "score). Area under the risk-coverage curve, 0 is best: "
                    + "\(selective.riskCoverageArea), n \(Wording.count(selective.n))."),
        ]
        if let abstention = selective.abstention {
            parts.append(
                .paragraph(
                    "Abstaining below a confidence of \(abstention.abstainBelow): "
                        + "\(Wording.count(abstention.answered)) answered, "
                        + "\(Wording.count(abstention.abstained)) not; coverage "
                        + "\(abstention.coverage); accuracy of the answers "
                        + "\(abstention.metrics.accuracy)."))
        }
        return parts + [figures(CoverageFigure.self)]
    }

    private var predictiveValues: [Markup] {
        let values = evaluation.predictiveValues
        let shown: Set = [0.01, 0.05, 0.1, 0.2, 0.5]
        let rows: [[String]] = values.rows.filter { shown.contains($0.prevalence) }.map { row in
            [
                Wording.percent(row.prevalence), "\(row.positive)", "\(row.negative)",
            ]
        }
        return [
            .heading("Where positive expressions are rarer"),
            .caution("Predictive values.", values.caution),
            .table(
                "Of the decisions, the share that is right (95 % intervals; sensitivity over "
                    + "\(Wording.count(values.positives)) faces, specificity over "
                    + "\(Wording.count(values.negatives)))",
                ["faces that are positive", "of positive decisions", "of negative decisions"],
                rows), figures(PredictiveValuesFigure.self),
        ]
    }

    private var groups: [Markup] {
        let report = evaluation.groups
        let heading = Markup.heading("Groups of people")
        guard !report.measured.isEmpty else {
            let reason =
                report.passedOver.map { "columns \($0)" }
                ?? report.reason ?? "no attributes were given"
            return [
                heading,
                .paragraph(
                    "No results by group: \(reason). Mien "
                        + "does not infer attributes from faces. Whether the model does better for "
                        + "some people than for others is therefore not known."),
            ]
        }
        let others = report.passedOver.map { [Markup.paragraph("Columns \($0).")] } ?? []
        return [heading] + report.measured.flatMap(attribute) + others
            + [figures(SubgroupFigure.self)]
    }

    private func attribute(_ attribute: GroupMetrics) -> [Markup] {
        if let reason = attribute.reason {
            return [.paragraph("\(attribute.attribute): no groups, since \(reason).")]
        }
        let groups: [[String]] = attribute.groups.map { group in
            [
                group.name + (group.isSmall ? " (small: says little)" : ""),
                Wording.count(group.metrics.n), Wording.count(group.metrics.positives),
                "\(group.metrics.accuracy)", "\(group.metrics.auc)",
                "\(group.metrics.sensitivity)", "\(group.metrics.specificity)",
            ]
        }
        let gaps: [[String]] = attribute.gaps.map { gap in
            [
                Wording.metric(gap.metric), "\(gap.gap)",
                gap.highest.map { "\($0) over \(gap.lowest ?? "")" } ?? "none",
                Wording.pValue(gap.pValue), Wording.pValue(gap.adjustedPValue),
            ]
        }
        return [
            .table(
                "By \(attribute.attribute); \(Wording.count(attribute.withoutValue)) faces without "
                    + "a value",
                ["group", "n", "positive", "accuracy", "AUC", "sensitivity", "specificity"],
                groups),
            .table(
                "Largest gaps by \(attribute.attribute), permutation tests",
                ["measure", "gap", "between", "p", "p, Holm over all tests"], gaps),
        ]
    }

    private var corruptions: [Markup] {
        let heading = Markup.heading("Worse images")
        guard let report = evaluation.corruptions else {
            return [
                heading,
                .paragraph(
                    "Not measured for this report; mien report --corruptions measures noise, blur, JPEG, brightness, contrast, rotation and occlusion."
                ),
            ]
        }
        return [
            heading,
            .paragraph(
                "Accuracy and AUC with seven kinds of damage at five severities, n "
                    + "\(Wording.count(report.n)), seed \(report.seed)."),
            figures(CorruptionFigure.self),
        ]
    }
}
