import Foundation
import ProgramSupport
import Testing

/// From a table of participants to a report, a model and its scores, as a user has it.
@Suite(.serialized)
struct ParticipantsEvaluationCommandTests {
    private func run(_ arguments: [String]) throws -> Program.Outcome {
        try Program.run(Program.url, ["participants"] + arguments)
    }

    /// 48 made-up people: the voice tells the label, the face does not.
    private func table(questionnaire: Bool = false) -> String {
        var text =
            "participant,corpus,group,split,label,score,gender,age,voice.f0,voice.jitter,face.au12,"
            + "probe.duration" + (questionnaire ? ",questionnaire.phq8_sleep\n" : "\n")
        var state: UInt64 = 7
        func noise() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(UInt64(1) << 31) - 0.5
        }
        for index in 0 ..< 48 {
            let label = index % 3 == 0
            let split = index % 4 == 1 ? "test" : "train"
            let score = label ? 14 + index % 5 : 3 + index % 6
            let gender = index % 2 == 0 ? "female" : "male"
            let numbers = [(label ? 1.0 : 0) + noise(), noise(), noise(), 600 + 100 * noise()]
            text +=
                "\(300 + index),synthetic,,\(split),\(label ? 1 : 0),\(score),\(gender),,"
                + numbers.map { "\($0)" }.joined(separator: ",") + (questionnaire ? ",1\n" : "\n")
        }
        return text
    }

    @Test func aTableIsEvaluated() throws {
        let folder = try TemporaryFolder()
        let table = folder.path("table.csv")
        try Data(self.table().utf8).write(to: URL(fileURLWithPath: table))
        let out = folder.path("out")
        let options = ["--repeats", "1", "--folds", "3", "--inner-folds", "2", "--threads", "1"]
        let nested = try run(
            ["evaluate", table, "--permutations", "4", "--out", out] + options)
        #expect(nested.status == 0, "\(nested.errors)")
        for text in [
            "SYNTHETIC participants", "48", "voice", "late fusion", "gender only",
            "interviewer only", "no column probe.interviewer", "face does not beat",
        ] {
            #expect(nested.output.contains(text), "\(text): \(nested.output)")
        }
        for file in [
            "evaluation.html", "evaluation.json", "evaluation.csv", "modalities.svg",
            "error-by-score.csv", "reliability.svg", "plan.json", "permutations.json",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(file)")
        }
        let official = try run(
            [
                "evaluate", table, "--protocol", "official", "--permutations", "0", "--json",
                "--out", folder.path("official"),
            ] + options)
        #expect(official.status == 0, "\(official.errors)")
        #expect(official.output.contains("\"protocol\" : \"official\""))
        #expect(
            FileManager.default.fileExists(atPath: folder.path("official") + "/openings.json"))
        let refusals: [([String], String)] = [
            (["--protocol", "open"], "official, nested, corpus"),
            (["--protocol", "official"], "--out FOLDER"),
            (["--folds", "1"], "2 to 50"),
            (["--modalities", "smell"], "--modalities"),
            (["--modalities", "text"], "voice"),
            (["--seed", "4", "--out", out], "other options"),
        ]
        for (extra, text) in refusals {
            let refused = try run(["evaluate", table, "--permutations", "0"] + extra)
            #expect(refused.status == 2 && refused.errors.contains(text), "\(refused.errors)")
        }
        let answers = folder.path("answers.csv")
        try Data(self.table(questionnaire: true).utf8).write(to: URL(fileURLWithPath: answers))
        let refused = try run(["evaluate", answers])
        #expect(
            refused.status == 2 && refused.errors.contains("column questionnaire.phq8_sleep"),
            "\(refused.errors)")
    }

    @Test func aModelIsFittedAndScores() throws {
        let folder = try TemporaryFolder()
        let table = folder.path("participants.csv")
        try Data(self.table().utf8).write(to: URL(fileURLWithPath: table))
        let model = folder.path("model.json")
        let fitted = try run(["fit", folder.path(""), "--out", model])
        #expect(fitted.status == 0, "\(fitted.errors)")
        #expect(fitted.output.contains("48 participants, 16 positive"))
        let scored = try run(["predict", model, table])
        #expect(scored.status == 0, "\(scored.errors)")
        #expect(scored.errors.contains("learnt from 48 of 48"))
        let lines = scored.output.split(separator: "\n")
        #expect(lines.count == 49 && lines[0].hasPrefix("participant,corpus,phq_like_score,"))
        let wrong = try run(["predict", table, table])
        #expect(wrong.status == 2 && wrong.errors.contains("a model of participants"))
        let low = try run(["predict", model, table, "--abstain-below", "0.2"])
        #expect(low.status == 2 && low.errors.contains("0.5 to 1"))
    }
}
