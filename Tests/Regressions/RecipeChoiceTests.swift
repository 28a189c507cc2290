import Foundation
import Mien
import ProgramSupport
import Testing

/// What an option makes impossible in a recipe gives way and is said; an option that changes nothing
/// is refused.
@Suite(.serialized)
struct RecipeChoiceTests {
    @Test func transferOfOneEpochTrainsAllOfTheNetwork() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let outcome = try Program.run(
            Program.url,
            ["train", "--recipe", "transfer", "--epochs", "1", "--init", "scratch", "--out", run]
                + ShortRun.small)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                "The recipe's own freeze-epochs of 2 gives way: it is 0, because the run has 1 epoch."
            ), "\(outcome.errors)")
        let recipe = try RunFolder(URL(fileURLWithPath: run)).start().recipe
        #expect(recipe.epochs == 1 && recipe.freezeEpochs == 0)
    }

    @Test(arguments: [
        (["--recipe", "fast", "--epochs", "2"], "smaller-epochs of 3", "it is 1"),
        (["--recipe", "fast", "--epochs", "1"], "smaller-epochs of 3", "it is 0"),
        (["--recipe", "best", "--early-stopping", "2"], "further cycles of 4", "it is 0"),
    ])
    func aValueOfTheRecipeGivesWayAndIsSaid(
        _ options: [String], _ value: String, _ now: String
    ) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.url,
            ["train", "--out", folder.path("run"), "--head", "binary", "--validation-split", "0.2"]
                + options + ShortRun.small)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(value) && outcome.errors.contains(now), "\(outcome.errors)")
    }

    @Test func whatWasGivenItselfDoesNotGiveWay() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.url,
            [
                "train", "--recipe", "transfer", "--init", "scratch", "--epochs", "1",
                "--freeze-epochs", "2", "--out", folder.path("run"),
            ] + ShortRun.small)
        #expect(outcome.status == 2 && outcome.errors.contains("freeze-epochs: found 2"))
    }

    @Test(arguments: [
        (["--momentum", "0.8"], "--optimizer sgd"), (["--keep-single-votes"], "ferplus-votes"),
        (["--freeze-epochs", "1"], "--freeze"), (["--smaller-size", "32"], "--smaller-epochs"),
        (["--schedule", "one-cycle", "--warm-up-steps", "3"], "cosine"),
    ])
    func anOptionOfTrainingThatChangesNothingIsRefused(
        _ options: [String], _ word: String
    ) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.url, ["train", "--out", folder.path("run")] + ShortRun.small + options)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(
            outcome.errors.contains("without effect") && outcome.errors.contains(word),
            "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }

    @Test(arguments: [
        ["evaluate", "--figures", "png"] + ShortRun.data,
        ["explain", "photo.png", "--labels", "fer2013", "--out", "maps"],
        ["explain", "photo.png", "--split", "train", "--out", "maps"],
        ["explain", "photo.png", "--method", "occlusion", "--layer", "layer1", "--out", "maps"],
        ["explain", "--whole-image", "--out", "maps"] + ShortRun.data,
        ["explain", "--min-face", "20", "--out", "maps"] + ShortRun.data,
        ["predict", "photo.png", "--whole-image", "--largest"],
        ["predict", "photo.png", "--null"],
        ["data", "augment", "--epochs", "3", "--out", "sheet.png"] + ShortRun.data,
    ])
    func anOptionThatChangesNothingIsRefused(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["--chdir", folder.path, Program.url.path] + arguments)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("without effect"), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func optionsAboutVideosWithoutAVideoAreSaid() throws {
        let folder = try TemporaryFolder()
        let run = try ShortRun.train(in: folder)
        let photo = try folder.writeImage(grey: 90, to: "photo.png")
        let outcome = try Program.run(
            "predict", photo, "--whole-image", "--model", run, "--fps", "2", "--smooth", "0")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("Without effect: --fps, --smooth."), "\(outcome.errors)")
    }
}
