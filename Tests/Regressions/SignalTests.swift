import Foundation
import Mien
import ProgramSupport
import Testing

/// A terminal that is closed stops a run as Ctrl-C does: all is saved. A run under nohup stays.
@Suite(.serialized)
struct SignalTests {
    private static let long =
        ShortRun.data + [
            "--labels", "fer2013", "--image-size", "32", "--batch-size", "8", "--threads", "1",
            "--epochs", "500", "--checkpoint-every", "1", "--no-report",
        ]

    private func waitForCheckpoint(_ run: RunFolder, of process: Process) {
        let deadline = Date.now.addingTimeInterval(120)
        while process.isRunning, Date.now < deadline,
            (try? FileManager.default.contentsOfDirectory(atPath: run.checkpointsURL.path))?
                .contains(where: { $0.hasSuffix(".safetensors") }) != true
        { usleep(2000) }
    }

    @Test(arguments: [SIGHUP, SIGTERM]) func aRunThatIsToldToEndIsSaved(signal: Int32) throws {
        let folder = try TemporaryFolder()
        let run = RunFolder(folder.url.appendingPathComponent("run"))
        let errors = try folder.handle("errors")
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["train", "--out", run.url.path] + Self.long
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        waitForCheckpoint(run, of: process)
        // A terminal and its shell both send it.
        kill(process.processIdentifier, signal)
        if signal == SIGHUP { kill(process.processIdentifier, signal) }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(try folder.text("errors").contains("All is saved in "))
    }

    @Test func aRunUnderNohupGoesOn() throws {
        let folder = try TemporaryFolder()
        let run = RunFolder(folder.url.appendingPathComponent("run"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments =
            [
                "-c", "trap '' HUP; exec \"$@\"", "sh", Program.url.path, "train", "--out",
                run.url.path,
            ]
            + Self.long
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        waitForCheckpoint(run, of: process)
        func newest() throws -> String? {
            try FileManager.default.contentsOfDirectory(atPath: run.checkpointsURL.path)
                .filter { $0.hasSuffix(".safetensors") }.max()
        }
        kill(process.processIdentifier, SIGHUP)
        let before = try newest()
        let deadline = Date.now.addingTimeInterval(120)
        while process.isRunning, try newest() == before, Date.now < deadline { usleep(2000) }
        #expect(process.isRunning)
        #expect(try newest() != before)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
