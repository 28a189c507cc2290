import Foundation
import Imaging
import Torch

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
/// input. Left out are hidden files, and in folders and patterns: files whose ending is of no image
/// or video, where ``FileRoles`` knows outputs, pictures that Mien has drawn on, and folders of
/// faces that it has cut.
public final class SourceList {
    public static let imageEndings: Set = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "dib", "tif", "tiff", "pgm", "ppm",
        "pnm",
        "gif",
    ]
    public static let videoEndings: Set = [
        "mp4", "m4v", "mov", "qt", "avi", "mkv", "webm", "mpg", "mpeg", "m2v", "vob", "wmv", "asf",
        "flv", "f4v", "ogv", "3gp", "3g2", "ts", "mts", "m2ts", "m2t",
    ]

    /// Endings of pictures that Mien does not read, under which phones and browsers also keep
    /// pictures that it does.
    private static let foreignEndings: Set = ["heic", "heif", "hif", "avif", "jxl"]

    /// Files in folders that were left out because of their ending.
    public var leftOut: Int { leftOutFiles.count }
    /// What was left out, a line for each kind; empty for nothing.
    public var notes: [Advice] {
        leftOutFiles.notes
            + (foldersMetAgain > 0
                ? ["\(foldersMetAgain) folders were met twice and entered once."] : [])
    }
    /// Sources to come, where no folder or list is among them whose content is not known yet.
    public var remaining: Int? { openEnds == 0 ? pending.count : nil }
    /// Folders that were met again, through a link, and not entered twice.
    public private(set) var foldersMetAgain = 0

    private enum Pending {
        /// As it was given.
        case named(FileName)
        /// Found in a folder, or by a pattern.
        case found(FileName, isFolder: Bool)
        case list(PathList)

        /// Whether it may be more than one source.
        var isOpen: Bool {
            switch self {
            case .named(let path): !SourceList.endsLikeSource(path) || SourceList.isPattern(path)
            case .found(_, let isFolder): isFolder
            case .list: true
            }
        }
    }

    /// The next one last.
    private var pending: [Pending] = []
    /// How many of them are open.
    private var openEnds = 0
    private var visited: Set<FileIdentity> = []
    private var leftOutFiles = LeftOutFiles()
    private let standardInput: PathList
    private let takesCrops: Bool

    /// - Parameters:
    ///   - paths: as the user gave them.
    ///   - standardInput: what `-` stands for.
    ///   - takesCrops: whether folders of faces that Mien has cut are entered.
    public init(
        _ paths: [FileName], standardInput: PathList = PathList(descriptor: 0),
        takesCrops: Bool = false
    ) {
        self.standardInput = standardInput
        self.takesCrops = takesCrops
        for path in paths.reversed() { push(.named(path)) }
    }

    private func push(_ item: Pending) {
        pending.append(item)
        if item.isOpen { openEnds += 1 }
    }

    private func pop() -> Pending? {
        guard let item = pending.popLast() else { return nil }
        if item.isOpen { openEnds -= 1 }
        return item
    }

    /// The next source, or `nil` after the last.
    public func next() -> PredictionSource? {
        while let item = pop() {
            switch item {
            case .named(let path):
                if path.bytes == Array("-".utf8) {
                    push(.list(standardInput))
                } else if let source = named(path) {
                    return source
                }
            case .found(let path, _):
                if let source = found(path) { return source }
            case .list(let list):
                guard let entry = list.next() else { continue }
                push(.list(list))
                switch entry {
                case .path(let path): if let source = named(path, inList: true) { return source }
                case .bad(let line, let reason): return .unreadable(line, reason)
                }
            }
        }
        return nil
    }

    /// - Parameter inList: a program may have listed it, which does not know what Mien has drawn.
    private func named(_ path: FileName, inList: Bool = false) -> PredictionSource? {
        if let number = Self.camera(path) { return .camera(number) }
        guard !path.bytes.contains(0) else {
            return .unreadable(path, "cannot be read: no path holds a zero byte")
        }
        if let status = path.status() {
            guard !FileRoles.isOutput(FileIdentity(status)) else {
                return .unreadable(
                    path, "is where this command writes: give its output another place")
            }
            if inList || FileRoles.isOutput(path.folder.text), path.isDrawing {
                leftOutFiles.addDrawing()
                return nil
            }
            guard !path.isPathList else {
                return .unreadable(
                    path, "is a list of paths, which is read from standard input: - < FILE")
            }
            return source(path, status)
        }
        let reason = systemReason()
        if let home = path.atHome, let status = home.status() { return source(home, status) }
        // A name that no file has may be a pattern; a link to nothing is a name.
        var link = stat()
        guard path.withPath({ lstat($0, &link) }) != 0 else {
            return .unreadable(path, "is a link to something that is not there")
        }
        let matches = Self.matches(path)
        guard !matches.isEmpty else { return .unreadable(path, "cannot be read: \(reason)") }
        for match in matches.reversed() { push(.found(match, isFolder: match.isFolder)) }
        return nil
    }

    private func found(_ path: FileName) -> PredictionSource? {
        if let status = path.status() {
            guard !isLeftOut(path, status) else { return nil }
            return source(path, status)
        }
        let reason = systemReason()
        var link = stat()
        let isLink = path.withPath { lstat($0, &link) } == 0 && link.st_mode & S_IFMT == S_IFLNK
        return .unreadable(
            path,
            isLink ? "is a link to something that is not there" : "cannot be read: \(reason)")
    }

    /// Whether this is something that Mien has written.
    private func isLeftOut(_ path: FileName, _ status: stat) -> Bool {
        if FileRoles.isOutput(FileIdentity(status)) {
            leftOutFiles.addOutput(path)
        } else if status.st_mode & S_IFMT == S_IFDIR {
            guard !takesCrops, FaceSetWriter.isManifest(path.appending(Array("manifest.csv".utf8)))
            else { return false }
            leftOutFiles.addCrops(path)
        } else {
            guard path.isDrawing else { return false }
            leftOutFiles.addDrawing()
        }
        return true
    }

    /// The source that a file is; a folder is put in line instead.
    private func source(_ path: FileName, _ status: stat) -> PredictionSource? {
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return isVideo(path) ? .video(path) : .image(path)
        }
        guard visited.insert(FileIdentity(status)).inserted else {
            foldersMetAgain += 1
            return nil
        }
        guard let names = Self.names(in: path) else {
            return .unreadable(path, "is a folder that cannot be read: \(systemReason())")
        }
        for name in names.sorted(by: { $1.lexicographicallyPrecedes($0) }) {
            let child = path.appending(name)
            if Self.endsLikeSource(child) {
                push(.found(child, isFolder: false))
            } else if let status = child.status(), status.st_mode & S_IFMT == S_IFDIR {
                push(.found(child, isFolder: true))
            } else {
                let start = child.start(512) ?? []
                if Self.foreignEndings.contains(child.ending),
                    start.starts(with: [0xFF, 0xD8, 0xFF])
                        || start.starts(with: [0x89, 0x50, 0x4E, 0x47])
                {
                    push(.found(child, isFolder: false))
                } else if !FileRoles.isOutput(child.text) {
                    leftOutFiles.add(child, start: start)
                }
            }
        }
        return nil
    }

    private static func endsLikeSource(_ path: FileName) -> Bool {
        let ending = path.ending
        return imageEndings.contains(ending) || videoEndings.contains(ending)
    }

    /// By its first bytes; by its ending where they are of no picture and no video.
    private func isVideo(_ path: FileName) -> Bool {
        switch path.start(MediaKind.length).flatMap(MediaKind.init(startingWith:)) {
        case .video: true
        case .image: false
        case nil: Self.videoEndings.contains(path.ending)
        }
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

    private static func isPattern(_ path: FileName) -> Bool {
        path.bytes.contains { "*?[".utf8.contains($0) }
    }

    private static func matches(_ pattern: FileName) -> [FileName] {
        guard isPattern(pattern) else { return [] }
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
