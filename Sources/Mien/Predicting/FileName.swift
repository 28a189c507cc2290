import Common
import Foundation

/// A path as the system knows it: bytes, which need not be UTF-8.
public struct FileName: Sendable, Hashable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public init(_ text: String) { bytes = Array(text.utf8) }

    /// Whether ``text`` says it all.
    public var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// The path as text. A byte that is not part of valid UTF-8 is written `\xNN`.
    public var text: String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var result = ""
        var rest = bytes[...]
        while let first = rest.first {
            let length = (1 ... 4).first { length in
                String(validating: rest.prefix(length), as: UTF8.self) != nil
            }
            let part = length.flatMap { String(validating: rest.prefix($0), as: UTF8.self) }
            result += part ?? "\\x" + String(first, radix: 16, uppercase: true)
            rest = rest.dropFirst(length ?? 1)
        }
        return result
    }

    /// The text on one line, for people: see ``Swift/StringProtocol/printable(keepingLines:)``.
    public var line: String { text.printable() }

    /// The last part of the path.
    public var last: FileName {
        FileName(bytes: Array(bytes.split(separator: UInt8(ascii: "/")).last ?? []))
    }

    /// The folder that it lies in.
    var folder: FileName {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return FileName(".") }
        return FileName(bytes: slash == 0 ? [bytes[0]] : Array(bytes[..<slash]))
    }

    /// Whether Mien has drawn on this picture.
    public var isDrawing: Bool { start(DrawnPicture.head).map(DrawnPicture.isMarked) == true }

    /// What follows the last dot of the last part, in lower case; empty without one.
    var ending: String {
        let name = last.bytes
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return "" }
        return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
    }

    /// Where a path that begins with `~/` leads for a shell; `nil` for others.
    var atHome: FileName? {
        guard bytes.starts(with: "~/".utf8), let home = getenv("HOME") else { return nil }
        return FileName(bytes: Array(String(cString: home).utf8)).appending(
            Array(bytes.dropFirst(2)))
    }

    func appending(_ name: [UInt8]) -> FileName {
        FileName(bytes: bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name)
    }

    /// Lends the path to a function of the system.
    func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("an empty path") }
            return try body(start)
        }
    }

    /// What `stat` says of it, links followed.
    func status() -> stat? {
        var status = stat()
        return withPath { stat($0, &status) } == 0 ? status : nil
    }

    /// Whether it is a text whose first line leads to a file.
    var isPathList: Bool {
        guard ["txt", "lst", "list"].contains(ending), let start = start(4096) else { return false }
        let line = start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return !line.isEmpty && !line.contains(0) && FileName(bytes: Array(line)).status() != nil
    }

    /// Whether it is a folder, links followed.
    var isFolder: Bool { status().map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// The file's first bytes; `nil` for what is no regular file or cannot be read.
    func start(_ count: Int) -> [UInt8]? {
        try? withPath { try RegularFile(path: $0).bytes(count) }
    }
}

/// The system's words for the last error.
func systemReason() -> String { String(cString: strerror(errno)) }
