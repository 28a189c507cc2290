import Common
import Crypto
import Foundation

/// One picture of a shard's list: its path, and what tells whether the file is the one that was
/// planned.
struct BatchEntry: Codable, Sendable {
    let path: String
    /// The exact bytes of a path that is not UTF-8.
    let pathBase64: String?
    /// In bytes; `nil` where the file could not be read when the job was planned.
    let size: Int?
    /// When the file was last changed, in nanoseconds since 1970; `nil` where its hash is compared.
    let modified: Int?
    let sha256: String?
    /// Why the file could not be read when the job was planned.
    let reason: String?

    enum CodingKeys: String, CodingKey {
        case path
        case pathBase64 = "path_base64"
        case size
        case modified = "mtime_ns"
        case sha256, reason
    }

    /// - Parameter hashing: compare the SHA-256 of the file, not the time of its last change: for
    ///   files that an engine copies.
    init(_ name: FileName, hashing: Bool) {
        let status = name.status()
        reason = status == nil ? "cannot be read: \(systemReason())" : nil
        path = name.text
        pathBase64 = Self.base64(name)
        size = status.map { Int($0.st_size) }
        modified = hashing ? nil : status?.modified
        sha256 = hashing ? Self.hash(of: name) : nil
    }

    init(_ name: FileName, reason: String) {
        path = name.text
        pathBase64 = Self.base64(name)
        (size, modified, sha256) = (nil, nil, nil)
        self.reason = reason
    }

    private static func base64(_ name: FileName) -> String? {
        name.isUTF8 ? nil : Data(name.bytes).base64EncodedString()
    }

    var name: FileName {
        pathBase64.flatMap { Data(base64Encoded: $0) }.map { FileName(bytes: Array($0)) }
            ?? FileName(path)
    }

    /// Where the file lies: relative paths lie below `root`.
    func place(below root: String) -> FileName {
        name.bytes.first == UInt8(ascii: "/")
            ? name : FileName(root).appending(name.bytes)
    }

    /// How the file stands to the plan.
    enum State: Equatable {
        case unchanged
        case missing
        case changed
        /// Storage that cannot be reached: the system's words.
        case unreachable(String)
    }

    func state(below root: String) -> State {
        let place = place(below: root)
        guard let status = place.status() else {
            let code = errno
            return code == ENOENT || code == ENOTDIR || code == EACCES
                ? .missing : .unreachable(String(cString: strerror(code)))
        }
        guard let size else { return .unchanged }
        guard Int(status.st_size) == size, modified.map({ $0 == status.modified }) ?? true else {
            return .changed
        }
        return sha256 == nil || sha256 == Self.hash(of: place) ? .unchanged : .changed
    }

    /// SHA-256 of a file's bytes; `nil` for one that cannot be read.
    private static func hash(of name: FileName) -> String? {
        guard let file = try? name.withPath({ try RegularFile(path: $0) }) else { return nil }
        var hash = SHA256()
        var offset = 0
        while true {
            guard let bytes = try? file.bytes(1 << 20, at: offset) else { return nil }
            guard !bytes.isEmpty else { return hash.finalize().hexadecimal }
            hash.update(data: bytes)
            offset += bytes.count
        }
    }
}

extension stat {
    /// When the content was last changed, in nanoseconds since 1970.
    fileprivate var modified: Int { st_mtim.tv_sec * 1_000_000_000 + st_mtim.tv_nsec }
}
