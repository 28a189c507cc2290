import Foundation
import Logging
import Mien
import Synchronization

/// The tokens of a file, read again when it changes.
final class TokenStore: Sendable {
    private struct State {
        var file: TokenFile
        var stamp: Stamp
    }

    /// Tells one state of a file from another.
    private struct Stamp: Equatable {
        let inode: UInt64
        let seconds: Int
        let nanoseconds: Int

        init(_ url: URL) {
            var status = stat()
            _ = stat(url.path, &status)
            inode = UInt64(status.st_ino)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    private let url: URL
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: `UsageError` for a file that cannot be read or holds no token.
    init(_ url: URL, logger: Logger) throws(UsageError) {
        self.url = url
        self.logger = logger
        let stamp = Stamp(url)
        let file = try TokenFile(contentsOf: url)
        guard !file.tokens.isEmpty else {
            throw UsageError(
                url.path, found: "no token", expected: "at least one",
                advice: "Make one with mien token add.")
        }
        state = Mutex(State(file: file, stamp: stamp))
    }

    /// The token of a text. A file that can no longer be read opens nothing, which is logged.
    func token(_ text: String) -> TokenFile.Token? {
        let stamp = Stamp(url)
        return state.withLock { state in
            if stamp != state.stamp {
                do throws(UsageError) {
                    state.file = try TokenFile(contentsOf: url)
                } catch {
                    logger.error("No token is accepted: \(error)")
                    state.file = TokenFile()
                }
                state.stamp = stamp
            }
            return state.file.token(text)
        }
    }
}
