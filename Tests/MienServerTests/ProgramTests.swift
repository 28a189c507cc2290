import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

@testable import MienServer

/// The program `mien serve`: its start, its refusals, its end, and what it leaves behind.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct ProgramTests {
    @Test(arguments: [
        ["--bind", "0.0.0.0:0"], ["--bind", "0.0.0.0:0", "--tls", "auto"], ["--bind", "nowhere"],
        ["--tls", "one"], ["--metrics", "0.0.0.0:0"], ["--rate", "-1"], ["--tokens", "/nowhere"],
        ["--model", "/nowhere"], ["--no-such-option"],
        ["--authority", "0.0.0.0:0"], ["--tls", "auto", "--authority", "nowhere"],
    ])
    func wrongUseEndsWithTwo(options: [String]) throws {
        let outcome = try Program.run(Program.url, ["serve", "--bind", "127.0.0.1:0"] + options)
        #expect(outcome.status == 2 && !outcome.errors.isEmpty, "\(outcome)")
    }

    @Test func helpComesWithoutTheServer() throws {
        let help = try Program.run("serve", "--help")
        #expect(help.status == 0 && help.output.contains("--tls"))
    }

    /// A picture that holds a text which nothing else holds: it must be nowhere afterwards.
    @Test func picturesLeaveNothingBehindAndTheEndIsClean() async throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("home")
        let marker = "MARKED-\(UUID().uuidString)"
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["serve", "--bind", "127.0.0.1:0"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "TMPDIR": folder.path, "HOME": folder.path("home"),
        ]) { $1 }
        process.currentDirectoryURL = folder.url
        let output = try folder.handle("output")
        let errors = try folder.handle("errors")
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        var port: Int?
        for _ in 0 ..< 12_000 where port == nil {
            try await Task.sleep(for: .milliseconds(10))
            port = try folder.text("output").split(separator: "/").dropFirst().first?
                .split(separator: ":").last.flatMap { Int($0) }
        }
        let listening = try #require(port)
        // Behind the end of the picture, and in fields that are not to be logged.
        let picture = Pictures.two + Array(marker.utf8)
        let request = RawClient.request(
            "POST", "/v1/faces?limit=1",
            [
                "Content-Type": "image/png", "User-Agent": marker,
                "Authorization": "Bearer \(marker)",
            ],
            body: picture)
        let answer = try await onThread {
            try RawClient(port: listening).exchange(request, seconds: 300).first
        }
        #expect(answer?.status == 200, "\(answer?.text ?? "no answer")")
        process.interrupt()
        let end = Date(timeIntervalSinceNow: 300)
        while process.isRunning, end.timeIntervalSinceNow > 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(!process.isRunning && process.terminationStatus == 0)
        let files = FileManager.default.enumerator(at: folder.url, includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() {
            guard let data = try? Data(contentsOf: file) else { continue }
            #expect(data.firstRange(of: Data(marker.utf8)) == nil, "\(file.path)")
        }
    }
}
