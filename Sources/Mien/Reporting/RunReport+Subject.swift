import Evaluation
import Foundation
import Networks

/// What was asked, of which data, with what.
extension RunReport {
    var question: ReportPage.Section {
        let names = evaluation.positive.emotions.map(\.name).joined(separator: " or ")
        return .init(
            "question", "What was asked",
            [
                .paragraph(
                    "Does the model's score tell faces whose expression is labelled \(names) from "
                        + "faces with any other labelled expression, better than simple rules do, "
                        + "and how near does it come to a person on the same question?"),
                .paragraph(Wording.proxy), .paragraph(Wording.notADiagnosis),
            ])
    }

    var data: ReportPage.Section {
        let files: [[String]] = summary.sources.map {
            [$0.path, Wording.count($0.bytes), $0.sha256]
        }
        var body: [Markup] = [
            .table("The files that were read", ["file", "bytes", "SHA-256"], files),
            .paragraph(
                isTrainingData
                    ? "They are, byte for byte, the files that the model was trained on."
                    : "They are not the files that the model was trained on."),
            .paragraph(seenInWords),
            .facts([
                (
                    "protocol",
                    "\(evaluation.labels.rawValue): \(Wording.labels(evaluation.labels))"
                ),
                ("rows", rowsInWords),
                ("positive", positives),
                ("duplicates", duplicates),
            ]),
        ]
        if let note = evaluation.split.note { body.append(.paragraph("\(note).")) }
        body += summary.notes.map { .paragraph($0.asOptions) }
        if summary.badRowCount > 0 {
            body.append(
                .paragraph(
                    "\(Wording.count(summary.badRowCount)) bad rows were left out. The first: "
                        + "\(summary.badRows.first?.asOptions ?? "")"))
        }
        body += summary.protocols.filter { $0.labels == evaluation.labels }.map(counts)
        if let sheet {
            body.append(
                .picture(
                    sheet.jpeg, .jpeg, alternative: sheet.description,
                    caption: "\(sheet.description), drawn at random from the rows measured."))
        }
        return .init("data", "Data and protocol", body)
    }

    private var positives: String {
        let metrics = evaluation.metrics
        let share = Double(metrics.positives) / Double(max(metrics.n, 1))
        var text =
            "\(evaluation.positive.name) (the proxy label): "
            + "\(Wording.count(metrics.positives)) of \(Wording.count(metrics.n)), "
            + Wording.percent(share)
        if evaluation.neutralShareOfPositives.value != nil {
            text +=
                "; the share of neutral faces among them is "
                + "\(evaluation.neutralShareOfPositives)"
        }
        return text
    }

    /// "Of the 60 rows measured the model was trained on 48; 12 were its validation rows; ..."
    private var seenInWords: String {
        let seen = evaluation.seenRows
        guard let seen, let training = seen.training, let validation = seen.validation,
            let unseen = seen.unseen
        else { return "Which of the rows measured the model was trained on is not known." }
        return "Of the \(Wording.count(evaluation.metrics.n)) rows measured the model was trained "
            + "on \(Wording.count(training)); \(Wording.count(validation)) were its validation "
            + "rows; \(Wording.count(unseen)) it has not seen (by \(seen.basis.rawValue))."
    }

    private var duplicates: String {
        guard let others = evaluation.withoutDuplicates else {
            return "not looked for: there are no training rows to compare with"
        }
        let count = evaluation.metrics.n - others.n
        let near = evaluation.withoutNearDuplicates.map { evaluation.metrics.n - $0.n - count } ?? 0
        return "\(Wording.count(count)) of these rows have exactly the pixels of a training row, "
            + "\(Wording.count(near)) more nearly those of one; results without them are given beside"
    }

    private func counts(_ counts: DatasetSummary.ProtocolCounts) -> Markup {
        let rows: [[String]] = counts.splits.map { split in
            [
                split.split?.rawValue ?? "no split", Wording.count(split.count),
                Wording.count(split.positives),
            ] + counts.classes.map { Wording.count(split.byEmotion[$0] ?? 0) }
        }
        return .table(
            "Faces that the protocol keeps, by split",
            ["split", "faces", "positive"] + counts.classes, rows)
    }

    var recipe: ReportPage.Section {
        let rows =
            card.members.map { $0.map(\.tableRow) }
            ?? Self.flattened(card.recipe).map { [$0.name, $0.value] }
        var body: [Markup] = [
            .facts([
                (
                    "model",
                    "\(card.title), \(Wording.count(parameters)) parameters, "
                        + "input \(card.imageSize) x \(card.imageSize), outputs "
                        + "\(card.classes.joined(separator: ", "))"
                ),
                ("model file", "SHA-256 \(modelSHA256)"),
                ("first weights", card.initialWeights),
                (
                    "trained",
                    "\(card.created), on \(Wording.count(card.trainingSamples)) faces"
                        + (card.trainedOnSyntheticFaces ? " drawn by Mien" : "")
                        + (run.map { ", \($0.threads) threads, device \($0.device)" } ?? "")
                ),
                ("made by", "Mien \(card.mienVersion)"),
            ])
        ]
        if let curves {
            body.append(
                .figures([
                    .figure(
                        curves, id: "figure-" + curves.fileName,
                        note: card.head == .emotions ? "Accuracy is that of all emotions." : "")
                ]))
        } else if card.isNetwork {
            body.append(
                .paragraph("Training curves: none, since this is a model file without its run."))
        }
        body.append(
            card.members == nil
                ? .table("The recipe as used", ["setting", "value"], rows)
                : .table("The members", ["file", "model", "share", "SHA-256"], rows))
        return .init("recipe", "Recipe", body)
    }

    /// Every value of a recipe by its name in recipe.json.
    static func flattened(_ recipe: Recipe) -> [(name: String, value: String)] {
        let tree = try? JSONDecoder().decode(
            JSONTree.self, from: JSONEncoder.canonical.encode(recipe))
        let leaves = tree?.leaves(below: "") ?? []
        guard recipe.classical != nil else { return leaves }
        return leaves.filter { leaf in
            Recipe.fieldsOfClassical.contains { leaf.name == $0 || leaf.name.hasPrefix($0 + ".") }
        }
    }
}

/// Any JSON, to be shown.
private enum JSONTree: Decodable {
    case object([String: JSONTree])
    case list([JSONTree])
    case leaf(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let object = try? container.decode([String: JSONTree].self) {
            self = .object(object)
        } else if let list = try? container.decode([JSONTree].self) {
            self = .list(list)
        } else if let flag = try? container.decode(Bool.self) {
            self = .leaf(flag ? "yes" : "no")
        } else if let number = try? container.decode(Double.self) {
            self = .leaf(Int(exactly: number).map(String.init) ?? "\(number)")
        } else {
            self = .leaf((try? container.decode(String.self)) ?? "none")
        }
    }

    func leaves(below name: String) -> [(name: String, value: String)] {
        switch self {
        case .leaf(let text): [(name, text)]
        case .list(let items):
            [(name, items.isEmpty ? "none" : items.map(\.text).joined(separator: ", "))]
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap {
                $0.value.leaves(below: name.isEmpty ? $0.key : "\(name).\($0.key)")
            }
        }
    }

    private var text: String {
        leaves(below: "").map(\.value).joined(separator: ", ")
    }
}
