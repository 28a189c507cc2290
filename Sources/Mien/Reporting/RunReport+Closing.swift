import Evaluation
import Foundation
import Imaging

/// What goes wrong, what not to do with it, and how to do it again.
extension RunReport {
    var errors: ReportPage.Section {
        let confusion = evaluation.metrics.confusion
        let rows: [[String]] = worst.map { example in
            [
                example.id, example.emotion, example.votes,
                example.isPositive ? "positive" : "other",
                Wording.decimals(example.score, 3),
            ]
        }
        var body: [Markup] = [
            .paragraph(
                "\(Wording.count(confusion.fn)) of \(Wording.count(confusion.positives)) positive "
                    + "faces were missed, and \(Wording.count(confusion.fp)) of "
                    + "\(Wording.count(confusion.negatives)) others taken for positive."),
            .figures(drawings { Self.section(of: $0) == "errors" }),
        ]
        if rows.isEmpty {
            body.append(.paragraph("There is no wrong decision to show."))
        } else {
            body.append(
                .table(
                    "The \(rows.count) wrong decisions made with most confidence",
                    ["row", "emotion", "votes", "class", "score"], rows))
        }
        return .init("errors", "Errors", body)
    }

    var limits: ReportPage.Section {
        var items: [String] = [Wording.notADiagnosis, Wording.noDecisions]
        if let neutral = evaluation.neutralShareOfPositives.value {
            items.append(
                "Of the positive faces, \(Wording.percent(neutral)) are neutral. The larger this share, "
                    + "the more it suffices to tell a neutral face from an expressive one.")
        }
        let agreement = evaluation.human?.singleTaggerAccuracy.value.map {
            "One annotator agrees with the others in \(Wording.percent($0)) of the answers."
        }
        items += [
            isSynthetic
                ? "The labels are the expressions that the faces were drawn with."
                : "Labels are opinions of annotators about pictures. "
                    + (agreement ?? "How far annotators agree is not known for this data."),
            "The numbers are of these \(Wording.count(evaluation.metrics.n)) faces and of faces "
                + "gathered like them. Other cameras, ages, cultures or situations were not "
                + "measured.",
            "The intervals hold the chance of which faces were drawn. They do not hold that of "
                + "another training run.",
        ]
        if summary.form == .ferCSV || summary.form == .ferPlusFolders {
            items.append(
                "FER-2013 was gathered by image search on the web; those shown were not asked. It "
                    + "records neither age, sex nor origin.")
        }
        if card.fit?.landmarkModel != nil { items.append("\(LandmarkModel.terms).") }
        return .init("limits", "Limits and ethics", [.list(items)])
    }

    var repeating: ReportPage.Section {
        var body: [Markup] = [
            .paragraph("This report:"), .block(request.command),
        ]
        if let run {
            body += [
                .paragraph("The training run:"), .block(Self.trainingCommand(run, path: path)),
            ]
        } else {
            body.append(
                .paragraph(
                    "The training run is not at hand; the recipe above is all that decides it "
                        + "beside data, first weights and threads."))
        }
        body.append(
            .paragraph(
                "With the same data (SHA-256 above), first weights, kind of machine and number of "
                    + "threads the weights are the same; on another machine the last digits "
                    + "differ. Scored at \(Wording.decimals(evaluation.imagesPerSecond, 1)) "
                    + "images/s in \(evaluation.precision), while other work may have been running."
            ))
        return .init("repeat", "How to repeat it", body)
    }

    static func trainingCommand(_ run: RunConfiguration, path: String) -> String {
        var words = ["mien", "train", "--data", run.data]
        if let votes = run.votes { words += ["--votes", votes] }
        if run.skipBadRows { words.append("--skip-bad-rows") }
        words += ["--recipe", path.hasSuffix("/") ? path + "recipe.json" : path + "/recipe.json"]
        if run.recipe.classical == nil {
            words += ["--init", run.initialWeights, "--threads", "\(run.threads)"]
            words += ["--device", run.device]
        }
        words += ["--out", "NEW-FOLDER"]
        return words.map(shellQuoted).joined(separator: " ")
    }
}
