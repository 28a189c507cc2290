import Foundation
import Mien
import ProgramSupport
import Testing

/// A run that goes on: its folder belongs to one process, its options are its own, and it does not
/// matter from where it is continued.
@Suite(.serialized)
struct ResumedRunTests {
    @Test(arguments: [
        (["--epochs", "3"], "--epochs", "2"),
        (["--learning-rate", "0.5"], "--learning-rate", "0.0001"),
        (["--recipe", "votes"], "--recipe", "paper"),
        (["--init", "released"], "--init", "scratch"),
        (["--labels", "ferplus"], "--labels", "fer2013"), (["--seed", "9"], "--seed", "0"),
        (["--cycle", "1,32,1e-3"], "--cycle", "0 warm restarts"),
        (["--skip-bad-rows"], "--skip-bad-rows", ""),
        (["--average-decay", "0.9"], "--average-decay", "none"),
        (["--flip", "0"], "--flip", "0.5"),
        (["--smaller-epochs", "1"], "--smaller-epochs", "0"),
        (["--device", "cuda"], "--device", "cpu"),
        (["--keep-single-votes"], "--keep-single-votes", "false"),
    ])
    func anOptionThatTheRunCannotFollowIsRefusedByName(
        _ options: [String], _ name: String, _ own: String
    ) throws {
        let outcome = try Program.run(
            Program.url, ["train", "--resume", Self.finished.run] + options)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(name) && (own.isEmpty || outcome.errors.contains(own)),
            "\(outcome.errors)")
        if name != "--device" {
            #expect(outcome.errors.contains("mien train --init RUN --out NEW"), "\(outcome.errors)")
        }
    }

    @Test func theRunsOwnOptionsAreNoOthers() throws {
        let outcome = try Program.run(
            Program.url,
            [
                "train", "--resume", Self.finished.run, "--recipe", "paper", "--epochs", "2",
                "--init", "scratch",
            ]
                + ShortRun.small)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func aSecondProcessIsRefusedAndTheFirstIsNamed() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        let first = try Program.start(
            ["train", "--out", run] + ShortRun.data + [
                "--labels", "fer2013", "--image-size", "32", "--batch-size", "8", "--threads", "1",
                "--epochs", "500", "--checkpoint-every", "1", "--no-report",
            ])
        defer { if first.isRunning { kill(first.processIdentifier, SIGKILL) } }
        let checkpoints = RunFolder(URL(fileURLWithPath: run)).checkpointsURL.path
        let deadline = Date.now.addingTimeInterval(120)
        while first.isRunning, Date.now < deadline,
            (try? FileManager.default.contentsOfDirectory(atPath: checkpoints))?.isEmpty ?? true
        { usleep(2000) }
        let second = try Program.run("train", "--resume", run)
        #expect(second.status == 2, "\(second.errors)")
        #expect(
            second.errors.contains("process \(first.processIdentifier) on "), "\(second.errors)")
        // Killed, it owns nothing any more.
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        let lock = try RunLock(
            RunFolder(URL(fileURLWithPath: run)), subject: "\(setting: "resume")")
        #expect(lock.isHeld)
    }

    @Test func aLockIsOfOneOwnerAndGoesWithIt() throws {
        let temporary = try TemporaryFolder()
        let folder = RunFolder(temporary.url)
        // What an owner left that is gone, with a number that is in use again.
        try Data("process 1 on here\n".utf8).write(
            to: folder.url.appendingPathComponent("lock"))
        var first: RunLock? = try RunLock(folder, subject: "\(setting: "out")")
        #expect(first?.isHeld == true)
        let error = #expect(throws: UsageError.self) {
            try RunLock(folder, subject: "\(setting: "resume")")
        }
        #expect(error?.found.contains("process \(getpid()) on ") == true, "\(error?.found ?? "")")
        first = nil
        #expect(try RunLock(folder, subject: "\(setting: "resume")").isHeld)
    }

    @Test func checkpointsThatAreDamagedAreNamed() throws {
        let folder = try TemporaryFolder()
        let run = try ShortRun.train(in: folder, ["--checkpoint-every", "1"])
        let checkpoints = RunFolder(URL(fileURLWithPath: run)).checkpointsURL
        func cut(_ name: String) throws {
            let file = checkpoints.appendingPathComponent(name)
            try Data(contentsOf: file).prefix(5000).write(to: file)
        }
        func resumed() throws -> String { try Program.run("train", "--resume", run).errors }
        try cut("step-00000002.safetensors")
        let one = try resumed()
        #expect(one.contains("step-00000002.safetensors. The run goes on after step 1."), "\(one)")
        try cut("step-00000001.safetensors")
        try cut("step-00000002.safetensors")
        let both = try resumed()
        #expect(both.contains("The run begins anew."), "\(both)")
        #expect(try !resumed().contains("Damaged"))
    }

    /// Refused by the data, after the options and the first weights were read.
    @Test func aStartThatWasRefusedLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        for arguments in [
            ["--data", "synthetic:seed=5,train=1,valid=0,test=0"],
            ShortRun.data + ["--labels", "ferplus"],
            ShortRun.data + ["--init", "nowhere.pth"],
        ] {
            let refused = try Program.run(
                Program.url, ["train", "--labels", "fer2013", "--out", run] + arguments)
            #expect(refused.status == 2, "\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: run))
        }
        _ = try ShortRun.train(in: folder)
    }

    @Test func aRunThatCameToNoCheckpointIsReplaced() throws {
        let folder = try TemporaryFolder()
        try folder.write("{}", to: "run/recipe.json")
        try folder.write("old\n", to: "run/events.jsonl")
        let run = try ShortRun.train(in: folder)
        let events = try String(
            contentsOf: RunFolder(URL(fileURLWithPath: run)).eventsURL, encoding: .utf8)
        #expect(!events.contains("old"))
        let again = try Program.run(Program.url, ["train", "--out", run] + ShortRun.small)
        #expect(again.status == 2 && again.errors.contains("--resume"))
    }

    @Test func aRunGoesOnFromAnotherFolderAndAfterItWasMoved() throws {
        let folder = try TemporaryFolder()
        let rows = (0 ..< 40).map { row in
            let pixels = (0 ..< 2304).map { "\(($0 * (row + 3)) % 251)" }.joined(separator: " ")
            return "\(row % 2 == 0 ? 4 : 3),\(pixels),Training"
        }
        try folder.write(
            "emotion,pixels,Usage\n" + rows.joined(separator: "\n") + "\n", to: "project/rows.csv")
        let arguments =
            [
                "--labels", "fer2013", "--image-size", "32", "--batch-size", "8", "--threads", "1",
                "--max-steps", "1", "--no-report",
            ]
        let begun = try Program.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            [
                "--chdir", folder.path("project"), Program.url.path, "train", "--data", "rows.csv",
                "--out", "runs/one",
            ] + arguments)
        #expect(begun.status == 0, "\(begun.errors)")
        let start = try RunFolder(folder.url.appendingPathComponent("project/runs/one")).start()
        #expect(start.data.hasPrefix("/") && start.data.hasSuffix("/project/rows.csv"))
        #expect(try Program.run("train", "--resume", folder.path("project/runs/one")).status == 0)
        // Of an earlier version, which recorded paths as they were given.
        let recipe = folder.url.appendingPathComponent("project/runs/one/recipe.json")
        let text = try String(contentsOf: recipe, encoding: .utf8)
        try Data(text.replacing(start.data, with: "rows.csv").utf8).write(to: recipe)
        let old = try Program.run("train", "--resume", folder.path("project/runs/one"))
        #expect(old.status == 0, "\(old.errors)")
        // Moved away from its data.
        try FileManager.default.moveItem(
            atPath: folder.path("project/runs/one"), toPath: folder.path("moved"))
        let lost = try Program.run("train", "--resume", folder.path("moved"))
        #expect(lost.status == 2)
        #expect(
            lost.errors.contains("looked for rows.csv, ") && lost.errors.contains("--data"),
            "\(lost.errors)")
        let found = try Program.run(
            "train", "--resume", folder.path("moved"), "--data", folder.path("project/rows.csv"))
        #expect(found.status == 0, "\(found.errors)")
    }

    /// One finished run for all cases, which only reads it.
    private struct Finished {
        let folder: TemporaryFolder
        let run: String
    }

    private static let finished: Finished = {
        do {
            let folder = try TemporaryFolder()
            return Finished(folder: folder, run: try ShortRun.train(in: folder))
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
