import Foundation
import Mien
import ProgramSupport
import Testing

/// `mien sweep`: tiny networks on drawn faces, stopped, killed and started again.
@Suite(.serialized)
struct SweepCommandTests {
    private let folder: TemporaryFolder
    private var job: String { folder.path("job") }
    private var recipe: String { folder.path("sweep.yaml") }

    init() throws { folder = try TemporaryFolder() }

    private static let base = """
        base:
          data: synthetic:seed=5,train=64,valid=8,test=8
          labels: fer2013
          architecture: tiny
          image-size: 32
          batch-size: 8
          validation-split: 0.25
          checkpoint-every: 2

        """

    private func write(_ rest: String) throws {
        try folder.write(Self.base + rest, to: "sweep.yaml")
    }

    private func sweep(_ arguments: String...) throws -> Program.Outcome {
        try Program.run(Program.url, ["sweep"] + arguments)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// Of each trial, but for times.
    private func figures(_ text: String) throws -> [Int: [String]] {
        let rows = try #require(try object(text)["rows"] as? [[String: Any]])
        return Dictionary(
            try rows.map { row in
                let auc = try #require(row["auc"] as? [String: Any])
                return (
                    try #require(row["trial"] as? Int),
                    ["value", "low", "high"].map { "\(auc[$0] ?? "")" }
                        + ["\(row["n"] ?? "")", "\(row["epochs"] ?? "")", "\(row["loss"] ?? "")"]
                )
            }, uniquingKeysWith: { $1 })
    }

    @Test func aGridHasATableAndAFailureIsARow() throws {
        // The second diverges: its loss is no number after a step or two.
        try write("  epochs: 2\n  optimizer: sgd\nspace:\n  learning-rate: [1e-3, 1e30, 1e-4]\n")
        let outcome = try sweep(
            recipe, "--out", job, "--jobs", "2", "--threads", "1", "--csv", folder.path("t.csv"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("trial 1 failed: Training diverged"), "\(outcome.output)")
        #expect(outcome.output.contains("had 2 looks"), "\(outcome.output)")
        #expect(
            outcome.output.contains("The best of 2 looks at the validation split is optimistic"))
        let lines = try folder.text("t.csv").split(separator: "\n")
        #expect(
            lines.count == 4 && lines[0].hasPrefix("trial,rung,learning-rate,auc,auc_low,auc_high"))
        // Again: nothing is trained, the table is the same.
        let again = try sweep(recipe, "--out", job)
        #expect(again.status == 0 && again.output == outcome.output, "\(again.errors)")
        // TensorBoard's page HParams reads this tag.
        let run = folder.url.appendingPathComponent("job/trials/00000")
        let events = try #require(
            try FileManager.default.contentsOfDirectory(atPath: run.path).first {
                $0.hasPrefix("events.out.tfevents")
            })
        let bytes = try Data(contentsOf: run.appendingPathComponent(events))
        #expect(bytes.range(of: Data("_hparams_/session_start_info".utf8)) != nil)
        #expect(bytes.range(of: Data("_hparams_/session_end_info".utf8)) != nil)
        // Another recipe does not go on in this folder.
        try write("  epochs: 1\nspace:\n  learning-rate: [1e-3]\n")
        let other = try sweep(recipe, "--out", job)
        #expect(other.status == 2 && other.errors.contains("another recipe"), "\(other.errors)")
    }

    @Test func halvingKeepsTheBetterPartAndGoesOn() throws {
        try write(
            "search: halving\nhalving: {epochs: [1, 3], keep-one-in: 2}\n"
                + "space:\n  learning-rate: [1e-3, 1e-6]\n  weight-decay: [0, 0.1]\n")
        let outcome = try sweep(recipe, "--out", job, "--threads", "1", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let result = try object(outcome.output)
        let rows = try #require(result["rows"] as? [[String: Any]])
        #expect(rows.map { $0["rung"] as? Int } == [1, 1, 0, 0])
        #expect(rows.map { $0["epochs"] as? Int } == [3, 3, 1, 1])
        // Four looks at the first rung, two at the second; 4 epochs and twice 2 were validated.
        #expect(result["looks"] as? Int == 6 && result["validations"] as? Int == 8)
        let best = try #require(result["best"] as? Int)
        #expect(rows[0]["trial"] as? Int == best)
        // The run that paused ends as one that did not.
        let rate = best < 2 ? "1e-3" : "1e-6"
        let whole = try Program.run(
            "train", "--data", "synthetic:seed=5,train=64,valid=8,test=8", "--labels", "fer2013",
            "--architecture", "tiny", "--image-size", "32", "--batch-size", "8",
            "--validation-split", "0.25", "--checkpoint-every", "2", "--learning-rate", rate,
            "--weight-decay", best % 2 == 0 ? "0" : "0.1", "--epochs", "3", "--threads", "1",
            "--no-report", "--out", folder.path("whole"))
        #expect(whole.status == 0, "\(whole.errors)")
        let paused = folder.path("job/trials/0000\(best)")
        #expect(
            try TrainingCommandTests.weights(paused)
                == TrainingCommandTests.weights(folder.path("whole")))
    }

    @Test(arguments: [SIGKILL, SIGINT])
    func aStoppedSweepEndsAsAnUndisturbedOne(signal: Int32) throws {
        try write("  epochs: 4\nspace:\n  learning-rate: [1e-3, 3e-3]\n")
        let whole = try sweep(recipe, "--out", folder.path("whole"), "--threads", "1", "--json")
        #expect(whole.status == 0, "\(whole.errors)")
        let process = try Program.start(["sweep", recipe, "--out", job, "--threads", "1"])
        let events = folder.path("job/trials/00000/events.jsonl")
        let deadline = Date.now.addingTimeInterval(120)
        while !FileManager.default.fileExists(atPath: events), Date.now < deadline { usleep(2000) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        if signal == SIGINT { #expect(process.terminationStatus == 130) }
        let again = try sweep(recipe, "--out", job, "--threads", "1", "--json")
        #expect(again.status == 0, "\(again.errors)")
        #expect(try figures(again.output) == figures(whole.output))
        #expect(try figures(again.output).count == 2)
    }

    @Test func anEngineRunsThePartsOfASweep() throws {
        try write("  epochs: 1\nspace:\n  learning-rate: [1e-3, 2e-3, 3e-3]\n")
        let planned = try sweep("plan", recipe, "--out", job, "--json")
        #expect(try object(planned.output)["missing"] as? String == "0-2", "\(planned.errors)")
        #expect(try sweep("plan", recipe, "--out", job).status == 2)
        let early = try sweep("collect", job)
        #expect(early.status == 1 && early.errors.contains("trials 0-2"), "\(early.errors)")
        let environment = ["SLURM_ARRAY_TASK_ID": "0"]
        let first = try Program.run(
            Program.url,
            ["sweep", "run", job, "--trial-from-env", "--stride", "2", "--threads", "1"],
            environment: environment)
        #expect(first.status == 0 && first.output.contains("trial 2: AUC"), "\(first.errors)")
        #expect(try object(sweep("status", job, "--json").output)["missing"] as? String == "1")
        #expect(try sweep("run", job, "--trial", "3").status == 42)
        #expect(try sweep("run", job, "--trial", "1", "--threads", "1").status == 0)
        let again = try sweep("run", job, "--trial", "1")
        #expect(again.output.contains("done before"), "\(again.errors)")
        #expect(try sweep("collect", job).status == 0)
    }

    @Test func trialsThatCannotTrainAreRefusedBeforeAnyBegins() throws {
        for (space, word) in [
            ("learning-rate: [1e-3, -1]", "learning-rate"), ("colour: [red]", "colour"),
            ("architecture: [resnet18]", "base and in space"),
        ] {
            try write("space:\n  \(space)\n")
            let outcome = try sweep(recipe, "--out", job)
            #expect(outcome.status == 2 && outcome.errors.contains(word), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path("job/plan.json")))
        }
    }
}
