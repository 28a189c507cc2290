import Evaluation
import Foundation

extension CrossValidationReport.Fold: Encodable {
    private enum Key: String, CodingKey {
        case metrics
        case trainingRows = "training_rows"
        case modelSHA256 = "model_sha256"
    }

    public func encode(to encoder: any Encoder) throws {
        try number.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(metrics, forKey: .metrics)
        try container.encodeIfPresent(trainingRows, forKey: .trainingRows)
        try container.encode(modelSHA256, forKey: .modelSHA256)
    }
}

extension CrossValidationReport: Encodable {
    private enum Key: String, CodingKey {
        case subject, trained, architecture, plan, unit, labels, units, images, groups, pooled
        case folds, notes, sources, synthetic, command, date
        case positiveClasses = "positive_classes"
        case leftOutImages = "left_out_images"
        case trivialLines = "trivial_lines"
        case mienVersion = "mien_version"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(subject, forKey: .subject)
        try container.encode(isTrained, forKey: .trained)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(plan, forKey: .plan)
        try container.encode(unit, forKey: .unit)
        try container.encode(positive, forKey: .positiveClasses)
        try container.encode(labels, forKey: .labels)
        try container.encode(unitCount, forKey: .units)
        try container.encode(imageCount, forKey: .images)
        try container.encode(leftOutImages, forKey: .leftOutImages)
        try container.encode(groupCount, forKey: .groups)
        try container.encode(pooled, forKey: .pooled)
        try container.encode(folds, forKey: .folds)
        try container.encode(trivialLines, forKey: .trivialLines)
        try container.encode(notes, forKey: .notes)
        try container.encode(sources, forKey: .sources)
        try container.encode(isSynthetic, forKey: .synthetic)
        try container.encode(command, forKey: .command)
        try container.encode(date.formatted(.iso8601), forKey: .date)
        try container.encode(currentMienVersion, forKey: .mienVersion)
    }
}

extension CrossValidationReport {
    /// A line for each fold and one for the whole.
    public var csv: String {
        let header =
            [
                "subject", "trained", "protocol", "positive", "unit", "repeat", "fold", "n",
                "images",
                "groups", "training_rows",
            ] + measures.flatMap { [$0.key, $0.key + "_low", $0.key + "_high"] }
            + ["trivial", "trivial_accuracy", "seed", "data_sha256", "model_sha256"]
        func line(
            _ place: (String, String), _ metrics: CrossValidationMetrics, _ training: Int?,
            _ model: String?
        ) -> [String?] {
            let numbers: [String?] = measures.flatMap { measure in
                let estimate = measure.of(metrics)
                return [estimate?.value, estimate?.low, estimate?.high].map { $0.map { "\($0)" } }
            }
            let first: [String?] = [
                subject, isTrained ? "yes" : "no", plan.rules?.rawValue ?? labels.rawValue,
                positive.name, unit.rawValue, place.0, place.1, "\(metrics.n)",
                "\(metrics.images)", "\(metrics.groups)", training.map { "\($0)" },
            ]
            let trivial = trivialLines.first
            return first + numbers
                + [
                    trivial?.name, trivial?.accuracy.value.map { "\($0)" }, "\(plan.seed)",
                    sources.last?.sha256, model,
                ]
        }
        return CSV.table(
            header,
            folds.map {
                line(
                    ("\($0.number.round)", "\($0.number.fold)"), $0.metrics, $0.trainingRows,
                    $0.modelSHA256)
            } + [line(("all", "all"), pooled, nil, isTrained ? nil : folds.first?.modelSHA256)])
    }
}

extension CrossValidationReport: CustomStringConvertible {
    /// Tables for people.
    public var description: String {
        func column(_ text: String, _ width: Int) -> String {
            text.count < width
                ? text.padding(toLength: width, withPad: " ", startingAt: 0) : text + "  "
        }
        var lines = [
            "\(isSynthetic ? "SYNTHETIC faces, " : "")\(subject) (\(architecture)), "
                + (isTrained ? "trained anew for each fold" : "not trained on this data"),
            setting, interval,
        ]
        lines += notes + [""]
        lines += measures.compactMap { measure in
            measure.of(pooled).map { estimate in
                column(measure.name, 46) + column("\(estimate)", 26)
                    + (measure.trivial.map { "constant answer " + Wording.decimals($0, 3) } ?? "")
            }
        }
        lines += trivialLines.map { "\($0.name): accuracy \($0.accuracy), n \($0.n)" }
        lines += [
            "", column("", 20) + column("n", 6) + figures.map { column($0.title, 34) }.joined(),
        ]
        for fold in folds {
            let shown = measures.filter { measure in figures.contains { $0.metric == measure.name }
            }
            lines.append(
                column(fold.number.title(repeats: plan.repeats), 20)
                    + column("\(fold.metrics.n)", 6)
                    + shown.map { column($0.of(fold.metrics).map(Self.short) ?? "", 34) }.joined())
        }
        return lines.joined(separator: "\n")
    }

    /// The value alone.
    static func short(_ estimate: Estimate) -> String {
        estimate.value.map { Wording.decimals($0, 3) } ?? "none"
    }
}
