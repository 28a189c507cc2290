import Evaluation
import Foundation

extension Comparison: Encodable {
    private enum Key: String, CodingKey {
        case measured, pairs, reference, quoted
        case labels = "protocol"
        case split
        case splitUsed = "split_used"
        case positiveClasses = "positive_classes"
        case interval, notes
        case intervalBasis = "interval_basis"
        case threshold, resamples, seed, confidence, sources, synthetic, command, machine
        case mienVersion = "mien_version"
    }

    private struct Reference: Encodable {
        let majorityClass: BaseRate
        let mostCommonClass: TrivialLine?
        let human: EvaluationReport.Human?

        enum CodingKeys: String, CodingKey {
            case majorityClass = "always_commoner"
            case mostCommonClass = "most_common_class"
            case human
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(rows, forKey: .measured)
        try container.encode(pairs, forKey: .pairs)
        try container.encode(
            Reference(majorityClass: baseline, mostCommonClass: classBaseline, human: human),
            forKey: .reference)
        try container.encode(quoted, forKey: .quoted)
        try container.encode(labels, forKey: .labels)
        try container.encode(split.requested, forKey: .split)
        try container.encode(split.used?.usage ?? "all", forKey: .splitUsed)
        try container.encode(positive, forKey: .positiveClasses)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(bootstrap.resamples, forKey: .resamples)
        try container.encode(bootstrap.seed, forKey: .seed)
        try container.encode(bootstrap.confidence, forKey: .confidence)
        try container.encodeIfPresent(interval?.text, forKey: .interval)
        try container.encodeIfPresent(interval, forKey: .intervalBasis)
        try container.encode(notes, forKey: .notes)
        try container.encode(sources, forKey: .sources)
        try container.encode(isSynthetic, forKey: .synthetic)
        try container.encode(command, forKey: .command)
        try container.encode(machine, forKey: .machine)
        try container.encode(currentMienVersion, forKey: .mienVersion)
    }
}

extension Comparison {
    /// One line for each row; `kind` tells measured, reference and quoted ones apart.
    public var csv: String {
        let header = [
            "kind", "name", "data", "n", "accuracy", "accuracy_low", "accuracy_high", "auc",
            "auc_low", "auc_high", "parameters", "images_per_s", "model_sha256", "note",
            "file_bytes", "ms_per_face", "model_kind", "protocol", "seed", "balanced_accuracy",
            "balanced_accuracy_low", "balanced_accuracy_high", "class_accuracy",
            "class_accuracy_low", "class_accuracy_high", "first_minus_this_accuracy",
            "first_minus_this_accuracy_low", "first_minus_this_accuracy_high", "accuracy_p_holm",
            "first_minus_this_auc", "first_minus_this_auc_low", "first_minus_this_auc_high",
            "auc_p_holm",
        ]
        func numbers(_ estimate: Estimate?) -> [String?] {
            [estimate?.value, estimate?.low, estimate?.high].map { $0.map { "\($0)" } }
        }
        let (data, nothing) = (sources.first?.path ?? "", [String?](repeating: nil, count: 8))
        let setting: [String?] = [labels.rawValue, "\(bootstrap.seed)"]
        func tested(_ row: Row) -> [String?] {
            guard let pair = test(of: row) else { return nothing }
            var cells = numbers(pair.accuracyDifference)
            cells.append(pair.mcNemar.adjusted.map { "\($0)" })
            cells += numbers(pair.aucDifference)
            cells.append(pair.deLong.adjusted.map { "\($0)" })
            return cells
        }
        var lines: [[String?]] = rows.map { row in
            var line: [String?] = ["measured", row.name, data, "\(row.n)"]
            line += numbers(row.accuracy)
            line += numbers(row.auc)
            line += ["\(row.parameters)", "\(row.imagesPerSecond)", row.modelSHA256]
            line.append(row.notes.isEmpty ? nil : row.notes.joined(separator: " ").asOptions)
            line += [row.fileBytes.map(String.init), "\(row.millisecondsPerFace)", row.kind]
            line += setting
            line += numbers(row.balancedAccuracy)
            line += numbers(row.classAccuracy)
            return line + tested(row)
        }
        var majority: [String?] = [
            "reference", "majority class", data, "\(baseline.n)",
        ]
        majority += numbers(baseline.majorityClassAccuracy)
        majority += ["0.5", nil, nil, nil, nil, nil, classBaseline?.name, nil, nil, nil]
        majority += setting
        majority += ["0.5", nil, nil]
        majority += numbers(classBaseline?.accuracy)
        lines.append(majority + nothing)
        if let human {
            var line: [String?] = ["reference", "human annotator", data, "\(human.comparisons)"]
            line += numbers(human.singleTaggerAccuracy)
            line += [nil, nil, nil, nil, nil, nil, "n counts answers", nil, nil, nil]
            line += setting
            line += [nil, nil, nil, nil, nil, nil]
            lines.append(line + nothing)
        }
        lines += quoted.map { row in
            var line: [String?] = ["quoted", row.name, row.dataSet, nil]
            line += [row.accuracy.map { "\($0)" }, nil, nil, row.auc.map { "\($0)" }]
            line += [nil, nil, nil, nil, nil, "\(row.source); \(row.note)"]
            return line + [String?](repeating: nil, count: header.count - line.count)
        }
        return CSV.table(header, lines)
    }

    /// One line for each pair of models.
    public var pairsCSV: String {
        func numbers(_ estimate: Estimate) -> [String?] {
            [estimate.value, estimate.low, estimate.high].map { $0.map { "\($0)" } }
        }
        let header = [
            "first", "second", "n", "accuracy_difference", "accuracy_low", "accuracy_high",
            "auc_difference", "auc_low", "auc_high", "only_first_right", "only_second_right",
            "mcnemar_p", "mcnemar_p_holm", "delong_p", "delong_p_holm",
        ]
        let lines: [[String?]] = pairs.map { pair in
            let tests = [
                pair.mcNemar.pValue, pair.mcNemar.adjusted, pair.deLong.pValue,
                pair.deLong.adjusted,
            ]
            return [pair.first, pair.second, "\(pair.n)"] + numbers(pair.accuracyDifference)
                + numbers(pair.aucDifference)
                + ["\(pair.onlyFirstRight)", "\(pair.onlySecondRight)"]
                + tests.map { $0.map { "\($0)" } }
        }
        return CSV.table(header, lines)
    }
}

extension Comparison: NamesSettings {
    /// Tables for people.
    public var message: Advice {
        var lines: [Advice] = ["\(isSynthetic ? "SYNTHETIC faces, " : "")\(setting)"]
        if let interval, interval.clusters != nil { lines.append("interval: \(interval.text)") }
        lines += notes
        lines += rows.flatMap { row in row.notes.map { "\(row.name): \($0)" } } + [""]
        return (lines + tables.map { Advice($0) }).joined(separator: "\n")
    }

    private var tables: [String] {
        var lines: [String] = []
        func column(_ text: String, _ width: Int) -> String {
            text.count < width
                ? text.padding(toLength: width, withPad: " ", startingAt: 0) : text + "  "
        }
        lines.append(
            column("measured here", 30) + column("accuracy", 26) + column("AUC", 26)
                + column("balanced accuracy", 26) + column("classes right", 26)
                + column("p to the first", 18) + column("parameters", 13)
                + column("file, MB", 10) + "ms a face")
        for row in rows {
            lines.append(
                column(row.name, 30) + column("\(row.accuracy)", 26) + column("\(row.auc)", 26)
                    + column("\(row.balancedAccuracy)", 26)
                    + column(row.classAccuracy.map { "\($0)" } ?? "-", 26)
                    + column(pValuesToFirst(row), 18)
                    + column(Wording.count(row.parameters), 13)
                    + column(row.fileBytes.map { Wording.decimals(Double($0) / 1e6, 1) } ?? "-", 10)
                    + Wording.decimals(row.millisecondsPerFace, 2) + ", \(row.precision)")
        }
        lines.append("times: batches, wall time, other work may run; \(machine)")
        let unseen = rows.compactMap { row in row.notTrainedOn.map { (row.name, $0) } }
        if let first = unseen.first {
            lines.append("on the \(Wording.count(first.1.n)) rows that no model was trained on")
        }
        for (name, part) in unseen {
            lines.append(column(name, 30) + column("\(part.accuracy)", 26) + "\(part.auc)")
        }
        lines.append(
            column("majority class", 30)
                + column("\(baseline.majorityClassAccuracy)", 26) + column("0.500", 26)
                + column("0.500", 26) + (classBaseline.map { "\($0.accuracy), \($0.name)" } ?? ""))
        if let human {
            lines.append(
                column("one human annotator", 30) + "\(human.singleTaggerAccuracy), n "
                    + "\(Wording.count(human.comparisons)) answers")
        }
        if !pairs.isEmpty {
            lines += ["", "first minus second, p after Holm"]
            for pair in pairs {
                lines += [
                    "\(pair.first) against \(pair.second)",
                    "  accuracy \(pair.accuracyDifference), \(testNames.accuracy) p "
                        + Wording.pValue(pair.mcNemar.adjusted),
                    "  AUC \(pair.aucDifference), \(testNames.auc) p "
                        + Wording.pValue(pair.deLong.adjusted),
                ]
            }
        }
        if !quoted.isEmpty { lines += ["", "quoted from publications, not measured here"] }
        for row in quoted {
            lines.append(
                "  \(row.dataSet): accuracy "
                    + (row.accuracy.map { Wording.decimals($0, 3) } ?? "none")
                    + (row.auc.map { ", AUC " + Wording.decimals($0, 3) } ?? "")
                    + "; \(row.name), \(row.source); \(row.note)")
        }
        return lines
    }

    /// Of accuracy and AUC, corrected.
    func pValuesToFirst(_ row: Row) -> String {
        guard let pair = test(of: row) else { return "-" }
        return Wording.pValue(pair.mcNemar.adjusted) + " / " + Wording.pValue(pair.deLong.adjusted)
    }

    /// What the two tests of a pair are called.
    var testNames: (accuracy: String, auc: String) {
        interval?.clusters == nil
            ? ("McNemar", "DeLong") : ("cluster permutation", "cluster bootstrap")
    }

    /// What all rows share.
    var setting: String {
        let part =
            split.requested == EvaluationSession.heldOut
            ? "training rows held out for validation"
            : split.used?.inWords(isSynthetic: isSynthetic) ?? "all rows"
        return "\(part), labels \(labels.rawValue), n \(Wording.count(baseline.n)), positive "
            + "(\(positive.name) expression, the proxy label) "
            + "\(Wording.count(baseline.positives)), threshold \(threshold), 95 % intervals, "
            + "\(Wording.count(bootstrap.resamples)) resamples, seed \(bootstrap.seed)"
    }
}
