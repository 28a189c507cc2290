import Foundation

/// Paths on an open file, one after the other, read when they are asked for.
///
/// Lines end with a line feed, also behind a carriage return; a byte order mark of UTF-8 is passed
/// over. With `nul`, a zero byte ends each path, as `find -print0` writes it.
public final class PathList {
    enum Entry {
        case path(FileName)
        /// Something that is no path: what stands there, and why not, without it.
        case bad(FileName, String)
    }

    /// The system takes paths of up to 4,096 bytes.
    private static let longest = 1 << 16

    private let descriptor: Int32
    private let separator: UInt8
    private let isCancelled: () -> Bool
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtStart = true
    private var isAtEnd = false
    private var problem: String?
    private var line = 0

    /// - Parameters:
    ///   - nul: whether a zero byte ends each path, not a line feed.
    ///   - isCancelled: asked while nothing comes; `true` ends the list.
    public init(
        descriptor: Int32, nul: Bool = false, isCancelled: @escaping () -> Bool = { false }
    ) {
        self.descriptor = descriptor
        separator = nul ? 0 : UInt8(ascii: "\n")
        self.isCancelled = isCancelled
    }

    /// The next entry, `nil` after the last; empty lines are passed over.
    func next() -> Entry? {
        while true {
            if isAtStart { skipMark() }
            if let problem {
                self.problem = nil
                return .bad(FileName("-"), problem)
            }
            if let end = buffer[start...].firstIndex(of: separator) {
                let bytes = buffer[start ..< end]
                start = end + 1
                line += 1
                if let entry = entry(bytes) { return entry }
            } else if isAtEnd {
                let bytes = buffer[start...]
                start = buffer.count
                line += 1
                return entry(bytes)
            } else if buffer.count - start > Self.longest {
                return skipRest()
            } else {
                fill()
            }
        }
    }

    private func entry(_ bytes: ArraySlice<UInt8>) -> Entry? {
        var name = FileName(bytes: Array(bytes))
        guard separator != 0 else {
            guard !bytes.isEmpty else { return nil }
            guard bytes.contains(UInt8(ascii: "\n")), name.status() == nil else {
                return checked(name)
            }
            return .bad(
                Self.beginning(bytes),
                "is entry \(line) of the list: where each line is a path, let line feeds end the "
                    + "paths"
            )
        }
        guard !bytes.contains(0) else {
            return .bad(
                Self.beginning(bytes),
                "is line \(line) of the list and holds a zero byte: for a list of find -print0, "
                    + "let zero bytes end the paths")
        }
        if bytes.last == UInt8(ascii: "\r"), name.status() == nil {
            name = FileName(bytes: Array(bytes.dropLast()))
        }
        return name.bytes.isEmpty ? nil : checked(name)
    }

    private func checked(_ name: FileName) -> Entry {
        guard name.bytes.count > 4096 else { return .path(name) }
        return .bad(
            Self.beginning(name.bytes[...]),
            "is entry \(line) of the list, with \(name.bytes.count) bytes longer than any path")
    }

    /// Passes over an entry of which no end is seen.
    private func skipRest() -> Entry {
        let beginning = Self.beginning(buffer[start...])
        line += 1
        while !isAtEnd {
            if let end = buffer[start...].firstIndex(of: separator) {
                start = end + 1
                break
            }
            start = buffer.count
            fill()
        }
        return .bad(
            beginning,
            "is entry \(line) of the list, longer than any path"
                + (separator == 0
                    ? ": where each line is a path, let line feeds end the paths" : ""))
    }

    private static func beginning(_ bytes: ArraySlice<UInt8>) -> FileName {
        FileName(bytes: bytes.prefix(80) + (bytes.count > 80 ? Array("...".utf8) : []))
    }

    /// What editors and systems write before a text.
    private func skipMark() {
        while buffer.count < 4, !isAtEnd { fill() }
        isAtStart = false
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) {
            start = 3
        } else if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
            problem =
                "is a list in UTF-16, which is not read: convert it with iconv -f UTF-16 -t UTF-8"
            isAtEnd = true
            start = buffer.count
        }
    }

    private func fill() {
        buffer.removeFirst(start)
        start = 0
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, 200) == 0 {
            guard !isCancelled() else { return isAtEnd = true }
        }
        var part = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &part, part.count)
        if count < 0, errno == EINTR, !isCancelled() { return }
        if count < 0 { problem = "is standard input, which cannot be read: \(systemReason())" }
        guard count > 0 else { return isAtEnd = true }
        buffer += part.prefix(count)
    }
}
