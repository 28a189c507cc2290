import Evaluation
import Foundation
import Networks

extension ModelCard {
    /// The card as a short text for people, after Mitchell et al. (2019), "Model Cards for Model
    /// Reporting": as MODEL_CARD.md, and in the metadata of the model file.
    ///
    /// - Parameters:
    ///   - evaluation: on other rows than those of training; without one the card gives what the
    ///     validation rows of the run showed.
    ///   - split: the split as it was asked for.
    ///   - command: what makes the numbers again, where there is an evaluation.
    public func markdown(
        _ evaluation: EvaluationReport? = nil, split: String = "test", command: String? = nil
    ) -> String {
        let parts: [[String]] = [
            ["# Model card: \(title), \(recipe.name), \(created)"],
            trainedOnSyntheticFaces
                ? [
                    "**Trained on faces that Mien drew. No photograph was used, and nothing here is "
                        + "about photographs.**"
                ] : [],
            ["## What it is for", intendedUse],
            ["## What it is not for", "\(Wording.notADiagnosis) \(Wording.proxy)"],
            ["## The model", bullets(model)],
            ["## Data and protocol", bullets(data)],
            ["## Results", results(evaluation, split)],
            ["## Groups of people", groups(evaluation)],
            [
                "## Ethics",
                "\(Wording.noDecisions) Labels are opinions of annotators about pictures; those shown "
                    + "in public face data were mostly not asked.",
            ],
            [
                "## How to repeat it",
                members != nil
                    ? "`mien model ensemble` of the members' files, named above with their shares."
                    : isImported
                        ? "The training cannot be repeated: it is not known."
                        : "The recipe, the first weights and the hashes of the data are in the metadata of "
                            + "the model file and in recipe.json beside it: `mien train --data DATA "
                            + "--recipe recipe.json \(isNetwork ? "--init \(initialWeights) " : "")"
                            + "--out FOLDER`."
                            + (command.map { "\n\nThe results: `\($0)`." } ?? ""),
            ],
        ]
        return parts.joined().joined(separator: "\n\n") + "\n"
    }

    private func bullets(_ items: [String]) -> String {
        items.map { "- " + $0 }.joined(separator: "\n")
    }

    private var model: [String] {
        var lines = [
            "\(isNetwork ? "Architecture " : "")\(title), input \(imageSize) x \(imageSize), outputs "
                + classes.joined(separator: ", "),
            "Score: \(Wording.score(positive)), the probability of \(positive.name), 0 to 1",
        ]
        lines += isNetwork ? training : fit?.inWords ?? (members ?? []).map(\.inWords)
        if let note = runLength?.note { lines.append(note) }
        lines.append("Made by Mien \(mienVersion)")
        if weightType == .float16 { lines.append("Weights are kept as float16") }
        if averagesMirrorImage == true {
            lines.append("Each face is scored with its mirror image, and the logits averaged")
        }
        if let faceEvidence {
            lines.append(
                "Faces are told " + faceEvidence.inWords("faces", "other crops"))
        }
        if let faceOcclusion {
            lines.append(
                "Covered faces are told " + faceOcclusion.inWords("covered faces", "others"))
        }
        if let adaptation { lines.append(adaptation.inWords) }
        if let quantization {
            lines.append("Weights: \(quantization); float model \(quantization.modelSHA256)")
        }
        return lines
    }

    private var training: [String] {
        [
            "First weights: \(initialWeights)",
            isImported
                ? "Trained by another program; how is not known"
                : "Recipe \(recipe.name): \(recipe.allEpochs) epochs, batches of \(recipe.batchSize), "
                    + "\(recipe.optimizer.rawValue) at \(recipe.learningRate), seed \(recipe.seed)",
        ] + recipe.cycles.map(\.inWords) + (recipe.teacher.map { [$0.inWords] } ?? [])
    }

    /// Whether another program trained it: it has no data.
    private var isImported: Bool { trainingSamples == 0 && dataSources.isEmpty }

    private var data: [String] {
        guard !isImported else { return ["The training faces and their labels are not known"] }
        return [
            "\(Wording.count(trainingSamples)) training faces, labels \(labels.rawValue): "
                + Wording.labels(labels)
        ] + dataSources.map { "`\($0.path)`, SHA-256 `\($0.sha256)`" }
    }

    private func results(_ evaluation: EvaluationReport?, _ split: String) -> String {
        guard let evaluation else { return validationResults }
        var text =
            "On the \(evaluation.rowsInWords(split: split)), threshold "
            + "\(evaluation.metrics.threshold), 95 % intervals"
            + (evaluation.isSynthetic ? ", **synthetic faces**" : "") + ":\n\n"
        let shown: [BinaryMetric] = [
            .accuracy, .auc, .sensitivity, .specificity, .ece,
        ]
        let parts: [(name: String, metrics: BinaryMetrics?)] = [
            ("rows that it was not trained on", evaluation.notTrainedOn),
            ("without images that occur in training", evaluation.withoutDuplicates),
            ("without images that nearly occur in training", evaluation.withoutNearDuplicates),
        ]
        let others = parts.compactMap { part in part.metrics.map { (part.name, $0) } }
        text += "| measure | all rows |"
        for (name, metrics) in others { text += " \(name), n \(Wording.count(metrics.n)) |" }
        text += "\n| --- | --- |" + String(repeating: " --- |", count: others.count)
        for metric in shown {
            text += "\n| \(Wording.metric(metric)) | \(evaluation.metrics[metric]) |"
            for (_, metrics) in others { text += " \(metrics[metric]) |" }
        }
        if let interval = evaluation.interval, interval.clusters != nil {
            text += "\n\nInterval: \(interval.text)."
        }
        if !evaluation.notes.isEmpty { text += "\n\n" + bullets(evaluation.notes.map(\.asOptions)) }
        text +=
            "\n\nMajority class: accuracy "
            + "\(evaluation.baseline.majorityClassAccuracy). "
        if let human = evaluation.human {
            text += "One human annotator: \(human.singleTaggerAccuracy)."
        }
        return text
    }

    private var validationResults: String {
        guard let validation else { return "Not measured." }
        let accuracy = Estimate.proportion(
            Int((validation.accuracy * Double(validation.n)).rounded()), of: validation.n,
            emptyReason: "no samples")
        let auc =
            validation.aucEstimate?.description
            ?? validation.auc.map { Wording.decimals($0, 3) + " (no interval recorded)" } ?? "none"
        guard fit?.validatesByFolds != true else {
            return "On the \(Wording.count(validation.n)) training faces, labels "
                + "\(recipe.evaluationLabels.rawValue), each scored by a fit on the other of "
                + "\(recipe.classical?.folds ?? 0) folds, seed \(recipe.seed), 95 % intervals: "
                + "accuracy \(accuracy), AUC \(auc). Costs and sigmoid were chosen on these rows; no "
                + "test rows were looked at."
        }
        return "On \(Wording.count(validation.n)) training faces held out for validation, labels "
            + "\(recipe.evaluationLabels.rawValue), seed \(recipe.seed), 95 % intervals: accuracy "
            + "\(accuracy), AUC \(auc). These rows watched the run; no test rows were looked at."
    }

    private func groups(_ evaluation: EvaluationReport?) -> String {
        let unknown =
            "Mien does not infer attributes from faces. Whether the model does better for some "
            + "people than for others is not known."
        guard let groups = evaluation?.groups else { return "Not measured. \(unknown)" }
        guard !groups.measured.isEmpty else {
            let reason = groups.passedOver.map { "columns \($0)" } ?? groups.reason
            return "Not measured: \(reason ?? "no attributes were given"). \(unknown)"
        }
        return groups.measured.map { attribute in
            let accuracies = attribute.groups.map {
                "\($0.name) \($0.metrics.accuracy), n \(Wording.count($0.metrics.n))"
            }
            return "By \(attribute.attribute), accuracy: \(accuracies.joined(separator: "; "))."
        }.joined(separator: "\n\n")
    }
}

extension Recipe.Teacher {
    fileprivate var inWords: String {
        "Distillation: \(weight) of the targets is the answer of the model \(model)"
    }
}

extension Recipe.WarmRestart {
    fileprivate var inWords: String {
        var text =
            "A further cycle of \(epochs) of these epochs, from the average of the weights: "
            + "\(imageSize) x \(imageSize), at \(learningRate)"
        if let distillationWeight, distillationWeight > 0 {
            text +=
                ", \(distillationWeight) of the targets being what the model had answered before"
        }
        return text
    }
}
