import ArgumentParser
import Foundation
import Mien
import ServeOptions
import Torch

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the page and the HTTP interface.",
        discussion: """
            Without options it serves this machine alone, with the released weights. The page takes \
            photos and the camera. Pictures leave memory with their answer. See docs/service.md.
            """)

    @OptionGroup var options: ServeOptions

    /// Becomes the server program, which lies beside this one: only who serves pays for its libraries.
    func run() throws {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("mien-server").path
        guard access(program, X_OK) == 0 else {
            throw UsageError(
                "mien serve", found: "no program at \(program)",
                expected: "the server program beside mien",
                advice: "Build it with 'make', or unpack the archive of Mien anew.")
        }
        let given = CommandLine.arguments.drop { $0 != "serve" }.dropFirst()
        var arguments = ([program] + given).map { strdup($0) }
        arguments.append(nil)
        execv(program, arguments)
        throw FileError(
            path: program, reason: "cannot be started: \(String(cString: strerror(errno)))")
    }
}
