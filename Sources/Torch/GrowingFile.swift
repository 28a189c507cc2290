public import Foundation

/// A file that is written line after line. A line that cannot be written whole leaves nothing.
public final class GrowingFile {
    private let path: String
    private var descriptor: Int32
    private var size: off_t = 0

    /// Makes the file, or empties it.
    /// - Parameter name: the path in errors, of a file that is yet to get its name; `nil` for its own.
    /// - Throws: `FileError` with the system's reason.
    public init(_ url: URL, name: String? = nil) throws(FileError) {
        path = name ?? url.path
        descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw AtomicFile.failure("cannot be written", path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Adds a text at the end, whole or not at all.
    public func append(_ text: String) throws(FileError) { try append(Array(text.utf8)) }

    /// Adds bytes at the end, whole or not at all.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        do throws(FileError) {
            try AtomicFile.write(bytes, to: descriptor, path)
        } catch {
            ftruncate(descriptor, size)
            lseek(descriptor, size, SEEK_SET)
            throw error
        }
        size += off_t(bytes.count)
    }

    /// Syncs the file to the disk and closes it.
    public func finish() throws(FileError) {
        let synced = fsync(descriptor) == 0 ? nil : AtomicFile.failure("cannot be written", path)
        // Some file systems tell of a full disk only when the file is closed.
        let closed = close(descriptor) == 0 ? nil : AtomicFile.failure("cannot be written", path)
        descriptor = -1
        if let failure = synced ?? closed { throw failure }
    }
}
