import Foundation
import Torch

/// The ownership of a run folder: one process trains in it at a time. Reading it needs none.
///
/// The lock is one of the system (`flock`) on the file `lock` in the folder. It goes with its
/// process, however that ends, and does not depend on process numbers, which are only written into
/// the file for people. On network file systems it holds between machines where these pass locks on
/// (NFS from version 3 on with its lock service, SMB); where there are none, `isHeld` is `false`.
public final class RunLock: Sendable {
    /// Whether the file system has locks.
    public let isHeld: Bool
    private let descriptor: Int32

    static let fileName = "lock"

    /// Takes the folder over.
    /// - Parameter subject: the setting or path that named the folder, for the error.
    /// - Throws: `UsageError` that names the process that has it; `FileError`.
    public init(_ folder: RunFolder, subject: Advice) throws {
        let path = folder.url.appendingPathComponent(Self.fileName).path
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw FileError(
                path: path, reason: "cannot be written: \(String(cString: strerror(errno)))")
        }
        if flock(file, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code != EWOULDBLOCK else {
                let owner = Self.text(of: file)
                close(file)
                throw UsageError(
                    subject: subject,
                    found: "\(folder.url.path), in which another process trains (\(owner))",
                    expected: "a run that no other process works on",
                    advice:
                        "Let it end, or stop it with Ctrl-C or kill: it saves, and "
                        + "\(setting: "resume") goes "
                        + "on from there.")
            }
            isHeld = false
        } else {
            isHeld = true
        }
        descriptor = file
        let owner = Array("\(Self.thisProcess)\n".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, owner, owner.count, 0) == owner.count else {
            throw FileError(
                path: path, reason: "cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    private static var thisProcess: String {
        let host = Machine.hostName ?? "a host without a name"
        return "process \(getpid()) on \(host), since \(Date.now.formatted(.iso8601))"
    }

    /// What the owner wrote.
    private static func text(of file: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 500)
        let count = pread(file, &buffer, buffer.count, 0)
        let line = buffer.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }
        return line.isEmpty ? "its number is not known" : String(decoding: line, as: UTF8.self)
    }
}
