import Foundation

/// Something to look for faces in.
public enum PredictionSource: Sendable, Equatable {
    case image(FileName)
    case video(FileName)
    case camera(Int)
    /// A path that stands for nothing that could be read: why, without the name.
    case unreadable(FileName, String)
}

/// The sources that paths stand for, one after the other: what a folder holds is listed when its
/// turn comes, so that a long list takes no memory.
///
/// Paths are files; folders, with all below them in the order of the names' bytes; patterns
/// (`*`, `?`, `[a-z]`) where no file has that name; `camera:0`; `-`, a list of paths on standard
/// input. Hidden files, and in folders files whose ending is of no image or video, are left out.
public final class SourceList {
    public static let imageEndings: Set = [
        "jpg", "jpeg", "jpe", "png", "webp", "bmp", "dib", "tif", "tiff", "pgm", "ppm", "pnm",
        "gif",
    ]
    public static let videoEndings: Set = [
        "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "wmv", "flv", "ogv", "3gp", "ts",
    ]

    /// Files in folders that were left out because of their ending.
    public private(set) var leftOut = 0
    /// Folders that were met again, through a link, and not entered twice.
    public private(set) var foldersMetAgain = 0

    private enum Pending {
        /// As it was given.
        case named(FileName)
        /// Found in a folder.
        case found(FileName)
        case list(PathList)
    }

    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64
    }

    /// The next one last.
    private var pending: [Pending]
    private var visited: Set<Identity> = []
    private let standardInput: PathList

    /// - Parameters:
    ///   - paths: as the user gave them.
    ///   - standardInput: what `-` stands for.
    public init(_ paths: [FileName], standardInput: PathList = PathList(descriptor: 0)) {
        pending = paths.reversed().map { .named($0) }
        self.standardInput = standardInput
    }

    /// The next source, or `nil` after the last.
    public func next() -> PredictionSource? {
        while let item = pending.popLast() {
            switch item {
            case .named(let path):
                if path.bytes == Array("-".utf8) {
                    pending.append(.list(standardInput))
                } else if let source = named(path) {
                    return source
                }
            case .found(let path):
                if let source = found(path) { return source }
            case .list(let list):
                guard let path = list.next() else { continue }
                pending.append(.list(list))
                if let source = named(path) { return source }
            }
        }
        return nil
    }

    private func named(_ path: FileName) -> PredictionSource? {
        if let number = Self.camera(path) { return .camera(number) }
        if let status = path.status() { return source(path, status) }
        let reason = systemReason()
        // A name that no file has may be a pattern; a link to nothing is a name.
        var link = stat()
        guard path.withPath({ lstat($0, &link) }) != 0 else {
            return .unreadable(path, "is a link to something that is not there")
        }
        let matches = Self.matches(path)
        guard !matches.isEmpty else { return .unreadable(path, "cannot be read: \(reason)") }
        pending += matches.reversed().map { .found($0) }
        return nil
    }

    private func found(_ path: FileName) -> PredictionSource? {
        if let status = path.status() { return source(path, status) }
        let reason = systemReason()
        var link = stat()
        let isLink = path.withPath { lstat($0, &link) } == 0 && link.st_mode & S_IFMT == S_IFLNK
        return .unreadable(
            path,
            isLink ? "is a link to something that is not there" : "cannot be read: \(reason)")
    }

    /// The source that a file is; a folder is put in line instead.
    private func source(_ path: FileName, _ status: stat) -> PredictionSource? {
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return Self.videoEndings.contains(path.ending) ? .video(path) : .image(path)
        }
        let identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        guard visited.insert(identity).inserted else {
            foldersMetAgain += 1
            return nil
        }
        guard let names = Self.names(in: path) else {
            return .unreadable(path, "is a folder that cannot be read: \(systemReason())")
        }
        for name in names.sorted(by: { $1.lexicographicallyPrecedes($0) }) {
            let child = path.appending(name)
            let ending = child.ending
            if Self.imageEndings.contains(ending) || Self.videoEndings.contains(ending)
                || child.isFolder
            {
                pending.append(.found(child))
            } else {
                leftOut += 1
            }
        }
        return nil
    }

    /// The number in `camera:0`.
    private static func camera(_ path: FileName) -> Int? {
        let prefix = Array("camera:".utf8)
        guard path.bytes.starts(with: prefix) else { return nil }
        return Int(String(decoding: path.bytes.dropFirst(prefix.count), as: UTF8.self))
            .flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The names in a folder, hidden ones left out; `nil` when it cannot be read.
    private static func names(in folder: FileName) -> [[UInt8]]? {
        guard let handle = folder.withPath({ opendir($0) }) else { return nil }
        defer { closedir(handle) }
        var names: [[UInt8]] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name.first != UInt8(ascii: ".") { names.append(name) }
        }
        return names
    }

    private static func matches(_ pattern: FileName) -> [FileName] {
        guard pattern.bytes.contains(where: { "*?[".utf8.contains($0) }) else { return [] }
        var result = glob_t()
        defer { globfree(&result) }
        guard pattern.withPath({ glob($0, 0, nil, &result) }) == 0 else { return [] }
        return (0 ..< Int(result.gl_pathc)).compactMap { index in
            result.gl_pathv[index].map { path in
                FileName(bytes: UnsafeRawBufferPointer(start: path, count: strlen(path)).map { $0 })
            }
        }
    }
}

/// Paths on an open file, one after the other, read when they are asked for.
public final class PathList {
    private let descriptor: Int32
    private let separator: UInt8
    private let isCancelled: () -> Bool
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

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

    /// The next path; empty ones are passed over.
    public func next() -> FileName? {
        while true {
            if let end = buffer[start...].firstIndex(of: separator) {
                let path = buffer[start ..< end]
                start = end + 1
                if !path.isEmpty { return FileName(bytes: Array(path)) }
            } else if isAtEnd {
                let path = buffer[start...]
                start = buffer.count
                return path.isEmpty ? nil : FileName(bytes: Array(path))
            } else {
                fill()
            }
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
        guard count > 0 else { return isAtEnd = true }
        buffer += part.prefix(count)
    }
}
