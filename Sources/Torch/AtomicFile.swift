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
}

/// Writes files whole: whoever reads the path sees the old content or the new, never a part.
public enum AtomicFile {
    /// Writes to a temporary file in the same folder, syncs it to the disk, renames it over
    /// `url`, and syncs the folder.
    public static func write(_ parts: [UnsafeRawBufferPointer], to url: URL) throws(FileError) {
        let path = url.path
        var status = stat()
        guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(path: path, reason: "cannot be written: it is not a regular file")
        }
        let temporary = "\(path).\(getpid()).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot be written", path) }
        do throws(FileError) {
            for part in parts { try write(part, to: descriptor, path) }
            guard fsync(descriptor) == 0 else { throw failure("cannot be written", path) }
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
            try move(URL(fileURLWithPath: temporary), to: url)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Gives a finished file of the same folder, synced to the disk already, its name, and syncs
    /// the folder.
    public static func move(_ finished: URL, to url: URL) throws(FileError) {
        guard rename(finished.path, url.path) == 0 else {
            throw failure("cannot be put in place", url.path)
        }
        let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    public static func write(_ data: Data, to url: URL) throws(FileError) {
        let bytes = [UInt8](data)
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(FileError) in try write([buffer], to: url) }
        }
        try result.get()
    }

    public static func write(_ text: String, to url: URL) throws(FileError) {
        try write(Data(text.utf8), to: url)
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

    private static func failure(_ what: String, _ path: String) -> FileError {
        FileError(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
