import Foundation
import ProgramSupport
import Testing

/// What stopped people in their first hour with the program.
@Suite(.serialized)
struct FirstHourTests {
    private func object(_ outcome: Program.Outcome) throws -> [String: Any] {
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    @Test func aShortRunSaysHowFarItCameAndWhatItLearnedFrom() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let outcome = try Program.run(
            Program.url,
            ["train", "--out", run, "--labels", "fer2013", "--image-size", "32"]
                + ["--batch-size", "8", "--threads", "1", "--max-steps", "2", "--epochs", "3"]
                + ShortRun.data)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("ending after 2 steps"), "\(outcome.errors)")
        let said = "The training run ended after 2 of 21 steps, 16 images."
        #expect(try folder.text("run/report.html").contains(said))
        #expect(try folder.text("run/MODEL_CARD.md").contains(said))
        let report = try object(
            try Program.run(
                Program.url,
                ["evaluate", "--model", run, "--split", "train", "--json"] + ShortRun.data))
        let known = try #require(report["trained_on"] as? [String: Any])
        #expect(known["training"] as? Int == 16)
        #expect((report["notes"] as? [String])?.first == said)
    }

    @Test func withoutVotesTheLabelsAreThoseOfTheData() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.url,
            ["train", "--out", folder.path("run"), "--image-size", "32", "--batch-size", "16"]
                + ["--max-steps", "1", "--threads", "1", "--no-report"] + ShortRun.data)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                "The data has no votes: labels are fer2013, not the recipe's ferplus."),
            "\(outcome.errors)")
        let asked = try Program.run(
            Program.url,
            ["train", "--out", folder.path("other"), "--labels", "ferplus"] + ShortRun.data)
        #expect(asked.status == 2 && asked.errors.contains("found no votes"), "\(asked.errors)")
    }

    @Test func aFolderWithoutSplitsIsEvaluatedWhole() throws {
        let folder = try TemporaryFolder()
        for (number, name) in ["happy", "sad", "happy", "sad"].enumerated() {
            try FileManager.default.createDirectory(
                atPath: folder.path("faces/\(name)"), withIntermediateDirectories: true)
            _ = try folder.writeImage(grey: UInt8(60 * number), to: "faces/\(name)/\(number).png")
        }
        let outcome = try Program.run("evaluate", "--data", folder.path("faces"), "--json")
        #expect(try object(outcome)["n"] as? Int == 4)
        #expect(
            outcome.errors.contains("names no splits: all of its rows are evaluated"),
            "\(outcome.errors)")
        let valid = try Program.run(
            "evaluate", "--data", folder.path("faces"), "--split", "valid")
        #expect(valid.status == 2 && valid.errors.contains("no splits"), "\(valid.errors)")
    }

    @Test func aScoreHasItsClassAndADecision() throws {
        let folder = try TemporaryFolder()
        let photo = try folder.writeImage(grey: 90, to: "photo.png")
        func row(_ options: String...) throws -> [String: Any] {
            try object(
                try Program.run(
                    Program.url, ["predict", "--whole-image", "--json", photo] + options))
        }
        let scored = try row()
        let isPositive = try #require(scored["score"] as? Double) >= 0.5
        #expect(scored["positive_class"] as? String == "sad-or-neutral")
        #expect(scored["positive"] as? String == "sad-or-neutral")
        #expect(scored["prediction"] as? String == (isPositive ? "sad-or-neutral" : "other"))
        let abstained = try row("--abstain-below", "1")
        #expect(abstained["status"] as? String == "abstained" && abstained["prediction"] == nil)
    }

    @Test func facesLeadToTheRecipeTransfer() throws {
        let help = try Program.run("faces", "--help").output
        let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("mien train --data FOLDER/manifest.csv --recipe transfer --out RUN"))
    }

    @Test func aCoarseMapNamesAFinerLayer() throws {
        let folder = try TemporaryFolder()
        let photo = try folder.writeImage(grey: 90, to: "photo.png")
        let outcome = try Program.run(
            "explain", "--whole-image", photo, "--out", folder.path("maps"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                "At an input of 128 pixels layer4 has 4 x 4 positions: its map is coarse. "
                    + "--layer layer3 has 8 x 8."), "\(outcome.errors)")
    }
}
