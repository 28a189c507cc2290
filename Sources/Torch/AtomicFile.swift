public import Foundation

/// A file that could not be written or read: which, and the system's reason.
public struct FileError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path): \(reason)" }

    /// The error with how much was done before it, and is kept: 11 "faces".
    public func keeping(_ count: Int, _ things: String) -> FileError {
        guard count > 0 else { return self }
        return FileError(path: path, reason: "\(reason); kept: \(count) \(things) before it")
    }
}

/// Writes files whole: whoever reads the path sees the old content or the new, never a part.
public enum AtomicFile {
    /// Writes to a temporary file in the same folder, syncs it to the disk, renames it over
    /// `url`, and syncs the folder. A link stays: the file that it leads to is replaced.
    /// - Parameter syncing: `false` for one of many files that can be made again: it is whole or
    ///   not there unless the machine itself stops.
    /// - Throws: `FileError`, also for a file that ``FileRoles`` knows as an input.
    public static func write(
        _ parts: [UnsafeRawBufferPointer], to url: URL, syncing: Bool = true
    ) throws(FileError) {
        let path = url.path
        let place = try destination(of: url)
        let temporary = Self.temporary(for: place.path)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot be written", path) }
        do throws(FileError) {
            for part in parts { try write(part, to: descriptor, path) }
            guard !syncing || fsync(descriptor) == 0 else {
                throw failure("cannot be written", path)
            }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        // Some file systems tell of a full disk only here.
        guard close(descriptor) == 0 else {
            let error = failure("cannot be written", path)
            unlink(temporary)
            throw error
        }
        do throws(FileError) {
            try move(URL(fileURLWithPath: temporary), to: place, syncing: syncing)
        } catch {
            unlink(temporary)
            throw FileError(path: path, reason: error.reason)
        }
    }

    /// The file that a write to `url` replaces or makes: where links lead, so that they stay.
    /// - Throws: `FileError` for what is no regular file, and for a file that ``FileRoles`` knows as
    ///   an input.
    package static func destination(of url: URL) throws(FileError) -> URL {
        let path = url.path
        var status = stat()
        let isThere = stat(path, &status) == 0
        guard isThere || errno != ELOOP else { throw failure("cannot be written", path) }
        if isThere {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw FileError(path: path, reason: "cannot be written: it is not a regular file")
            }
            guard !FileRoles.isInput(FileIdentity(status)) else {
                throw FileError(
                    path: path,
                    reason: "is an input of this command and stays as it is: name another file")
            }
        }
        guard let end = endOfLinks(path) else { return url }
        // Not so for an open file whose name is gone.
        guard !isThere || FileIdentity(path: end) == FileIdentity(status) else {
            throw FileError(
                path: path, reason: "cannot be written: it is a link to a file without a name")
        }
        return URL(fileURLWithPath: end, isDirectory: false)
    }

    /// Where a link leads in the end, whether or not a file is there; `nil` for what is no link.
    private static func endOfLinks(_ path: String) -> String? {
        var end = path
        var buffer = [CChar](repeating: 0, count: 4096)
        // The system follows as many.
        for _ in 0 ..< 40 {
            let count = readlink(end, &buffer, buffer.count)
            guard count > 0 else { break }
            let target = String(
                decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let folder = end.lastIndex(of: "/").map { String(end[...$0]) } ?? ""
            end = target.hasPrefix("/") ? target : folder + target
        }
        return end == path ? nil : end
    }

    /// Gives a finished file of the same folder, synced to the disk already, its name, and syncs
    /// the folder.
    public static func move(
        _ finished: URL, to url: URL, syncing: Bool = true
    ) throws(FileError) {
        guard rename(finished.path, url.path) == 0 else {
            throw failure("cannot be put in place", url.path)
        }
        guard syncing else { return }
        let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// Writes a file whole, or leaves the one that was there.
    public static func write(_ data: Data, to url: URL) throws(FileError) {
        try write([UInt8](data), to: url)
    }

    /// Writes a file whole, or leaves the one that was there.
    public static func write(
        _ bytes: [UInt8], to url: URL, syncing: Bool = true
    ) throws(FileError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(FileError) in try write([buffer], to: url, syncing: syncing) }
        }
        try result.get()
    }

    /// Writes a file whole, or leaves the one that was there.
    public static func write(_ text: String, to url: URL) throws(FileError) {
        try write(Data(text.utf8), to: url)
    }

    /// The name that a file has until it is whole. The system takes names of up to 255 bytes.
    package static func temporary(for path: String) -> String {
        let ending = ".\(getpid()).partial"
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
        guard name.count + ending.utf8.count > 255 else { return path + ending }
        let checksum = String(CRC32.zip.checksum(Array(name)), radix: 16)
        return String(decoding: path.utf8.dropLast(name.count), as: UTF8.self)
            + "mien-\(checksum)-\(name.count)\(ending)"
    }

    static func write(
        _ bytes: [UInt8], to descriptor: Int32, _ path: String
    ) throws(FileError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(FileError) in try write(buffer, to: descriptor, path) }
        }
        try result.get()
    }

    private static func write(
        _ part: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
    ) throws(FileError) {
        var rest = part[...]
        while !rest.isEmpty {
            let count = Foundation.write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot be written", path) }
            rest = rest.dropFirst(count)
        }
    }

    static func failure(_ what: String, _ path: String) -> FileError {
        FileError(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
