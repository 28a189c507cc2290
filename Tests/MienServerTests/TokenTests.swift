import Foundation
import Logging
import Mien
import ProgramSupport
import Testing

@testable import MienServer

/// Tokens: the file, the command and the service.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct TokenTests {
    @Test func tokensAreMadeKnownAndRevoked() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("tokens.json")
        var file = TokenFile()
        let text = try file.add("phone", scopes: [.score], days: 1)
        #expect(text.hasPrefix("mien_") && text.count == 48)
        try file.write(to: url)
        #expect(try !folder.text("tokens.json").contains(text))
        #expect(try FileManager.default.rights(url.path) == 0o600)
        var read = try TokenFile(contentsOf: url)
        #expect(read == file && read.token(text)?.name == "phone")
        #expect(read.token(text, now: .now + 2 * 86_400) == nil)
        #expect(read.token(text + "x") == nil)
        #expect(throws: UsageError.self) { try read.add("phone", scopes: [], days: nil) }
        #expect(throws: UsageError.self) { try read.add("a b", scopes: [], days: nil) }
        try read.revoke("phone")
        #expect(read.token(text) == nil)
        #expect(throws: UsageError.self) { try read.revoke("phone") }
    }

    /// It opens nothing, and says so once.
    @Test func aFileThatIsDamagedLaterIsLogged() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("tokens.json")
        var file = TokenFile()
        let text = try file.add("phone", scopes: [.score], days: nil)
        try file.write(to: url)
        let log = LogLines()
        let store = try TokenStore(url, logger: Logger(label: "test") { _ in log })
        #expect(store.token(text)?.name == "phone" && log.lines.isEmpty)
        try "{".write(to: url, atomically: true, encoding: .utf8)
        #expect(store.token(text) == nil && store.token(text) == nil)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.hasPrefix("No token is accepted: \(url.path)") == true)
    }

    @Test func aServiceWithTokensAsksForThem() async throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("tokens.json")
        var file = TokenFile()
        let score = try file.add("phone", scopes: [.score], days: nil)
        let metrics = try file.add("prometheus", scopes: [.metrics], days: nil)
        try file.write(to: url)
        let server = try await TestServer(tokens: url)
        func status(_ path: String, _ token: String?) async throws -> Int {
            try await server.send(
                "GET", path, token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
            )
            .status
        }
        #expect(try await status("/livez", nil) == 200)
        #expect(try await status("/v1/model", nil) == 401)
        #expect(try await status("/v1/model", "mien_no") == 401)
        #expect(try await status("/v1/model?token=\(score)", nil) == 401)
        #expect(try await status("/v1/model", metrics) == 403)
        #expect(try await status("/v1/model", score) == 200)
        try file.revoke("phone")
        try file.write(to: url)
        #expect(try await status("/v1/model", score) == 401)
    }

    @Test func theCommandMakesListsAndRevokes() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tokens.json")
        let made = try Program.run("token", "add", "phone", "--tokens", path, "--days", "30")
        let text = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(made.status == 0 && text.hasPrefix("mien_"), "\(made.errors)")
        let listed = try Program.run("token", "list", "--tokens", path, "--json")
        #expect(listed.output.contains("\"name\" : \"phone\"") && !listed.output.contains(text))
        #expect(try Program.run("token", "revoke", "phone", "--tokens", path).status == 0)
        #expect(try Program.run("token", "revoke", "phone", "--tokens", path).status == 2)
        #expect(
            try Program.run("token", "add", "x", "--tokens", path, "--scope", "all").status == 2)
    }

    /// Whoever changes a file takes what others have written: no token is lost, none comes back.
    @Test func changesAtOnceAreAllKept() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("tokens.json")
        try TokenFile.change(url, makesOne: true) { tokens in
            for number in 0 ..< 12 {
                _ = try tokens.add("old-\(number)", scopes: [.score], days: nil)
            }
        }
        DispatchQueue.concurrentPerform(iterations: 24) { number in
            try? TokenFile.change(url) { (tokens: inout TokenFile) -> Void in
                if number < 12 {
                    try tokens.revoke("old-\(number)")
                } else {
                    _ = try tokens.add("new-\(number)", scopes: [.score], days: nil)
                }
            }
        }
        let names = try TokenFile(contentsOf: url).tokens.map(\.name)
        #expect(Set(names) == Set((12 ..< 24).map { "new-\($0)" }) && names.count == 12)
    }

    @Test func commandsAtOnceAreAllKept() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tokens.json")
        #expect(try Program.run("token", "add", "old", "--tokens", path).status == 0)
        let started = try (0 ..< 6).map { number in
            try Program.start(["token", "add", "new-\(number)", "--tokens", path])
        }
        #expect(try Program.run("token", "revoke", "old", "--tokens", path).status == 0)
        for process in started {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let names = try TokenFile(contentsOf: URL(fileURLWithPath: path)).tokens.map(\.name)
        #expect(Set(names) == Set((0 ..< 6).map { "new-\($0)" }) && names.count == 6)
    }

    @Test func aChangeThatIsRefusedLeavesTheFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tokens.json")
        // A wrong path or name makes nothing.
        #expect(try Program.run("token", "revoke", "phone", "--tokens", path).status == 2)
        #expect(try Program.run("token", "add", "a b", "--tokens", path).status == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(try Program.run("token", "add", "phone", "--tokens", path).status == 0)
        let text = try folder.text("tokens.json")
        #expect(try Program.run("token", "add", "phone", "--tokens", path).status == 2)
        #expect(try Program.run("token", "revoke", "other", "--tokens", path).status == 2)
        #expect(try folder.text("tokens.json") == text)
        #expect(try FileManager.default.rights(path + ".lock") == 0o600)
    }
}
