import Foundation
import ProgramSupport
import Testing

/// Pages name files that are there.
struct PagesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Paths in backticks that begin with a folder of the repository.
    private func paths(in page: String) throws -> [String] {
        let text = try String(contentsOf: Self.root.appendingPathComponent(page), encoding: .utf8)
        return text.matches(of: /`((?:Sources|Tests|docs|scripts|Models|Benchmarks)\/[^`*\s]*)`/)
            .map { String($0.output.1) }
    }

    @Test func contributingNamesFilesThatAreThere() throws {
        let paths = try paths(in: "CONTRIBUTING.md")
        #expect(paths.count > 30)
        for path in paths {
            let url = Self.root.appendingPathComponent(path)
            #expect(FileManager.default.fileExists(atPath: url.path), "\(path)")
        }
    }

    @Test func theReadMeIsShort() throws {
        let text = try String(
            contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
    }
}
