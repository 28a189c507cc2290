import Foundation
import ProgramSupport
import Testing

/// Ctrl-C: what is done is saved, and the exit code is 130.
struct InterruptTests {
    /// Starts a command that waits for its list of paths, sends SIGINT once it has worked on the
    /// first path, and waits for its end.
    private func interrupted(
        _ arguments: [String], in folder: TemporaryFolder, after file: String
    ) throws -> (status: Int32, errors: String) {
        let pipe = Pipe()
        let process = Process()
        process.executableURL = Program.url
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.standardInput = pipe
        process.standardOutput = try folder.handle("output")
        process.standardError = try folder.handle("errors")
        try process.run()
        try pipe.fileHandleForWriting.write(contentsOf: Data("a.png\n".utf8))
        for _ in 0 ..< 3000 where process.isRunning {
            let size = try? FileManager.default.attributesOfItem(atPath: folder.path(file))[.size]
            if let size = size as? Int, size > 0 { break }
            usleep(10_000)
        }
        process.interrupt()
        process.waitUntilExit()
        return (process.terminationStatus, try folder.text("errors"))
    }

    @Test(arguments: [
        (["predict", "-", "--whole-image", "--csv"], "output"),
        (["explain", "-", "--whole-image", "--out", "maps"], "maps/a-map.csv"),
    ])
    func whatWasDoneIsThere(_ arguments: [String], _ file: String) throws {
        let folder = try TemporaryFolder()
        try folder.writeImage(grey: 90, to: "a.png")
        let outcome = try interrupted(arguments, in: folder, after: file)
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(try folder.text("output").contains("a.png"))
        #expect(outcome.errors.contains("Stopped."))
    }

    @Test func synthesizeLeavesNoHalfFile() throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["data", "synthesize", "--train", "1000000", "--out", "s.csv"]
        process.currentDirectoryURL = folder.url
        process.standardError = try folder.handle("errors")
        try process.run()
        for _ in 0 ..< 3000 where process.isRunning {
            if FileManager.default.fileExists(atPath: folder.path("s.csv.partial")) { break }
            usleep(10_000)
        }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.contains { $0.hasPrefix("s.csv") }, "\(names)")
    }
}
