import Foundation

/// A file whose parts are read where they are needed, every read checked against its size.
final class InputFile {
    let path: String
    let size: Int
    private let content: Content

    private enum Content {
        case descriptor(Int32)
        case memory([UInt8])
    }

    init(path: String) throws(StateDictError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw StateDictError(path: path, reason: "cannot be read: \(reason)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw StateDictError(path: path, reason: "cannot be read: it is not a regular file")
        }
        self.path = path
        size = Int(status.st_size)
        content = .descriptor(descriptor)
    }

    init(bytes: [UInt8], name: String) {
        path = name
        size = bytes.count
        content = .memory(bytes)
    }

    deinit {
        if case .descriptor(let descriptor) = content { close(descriptor) }
    }

    /// - Parameter what: is named in the error when the file ends before it.
    func read(_ what: String, count: Int, at offset: Int) throws(StateDictError) -> [UInt8] {
        guard count >= 0, offset >= 0, offset <= size, count <= size - offset else {
            throw refused(
                "the file ends early: \(what) would take \(count) bytes at \(offset), "
                    + "but there are \(size) bytes in all")
        }
        switch content {
        case .memory(let bytes):
            return Array(bytes[offset ..< offset + count])
        case .descriptor(let descriptor):
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count, let start = buffer.baseAddress {
                    let got = pread(
                        descriptor, start + filled, count - filled, off_t(offset + filled))
                    if got < 0 && errno == EINTR { continue }
                    guard got > 0 else { return }
                    filled += got
                }
            }
            guard bytes.count == count else {
                throw StateDictError(
                    path: path,
                    reason: "\(what) cannot be read: \(bytes.count) of \(count) bytes came")
            }
            return bytes
        }
    }

    func refused(_ reason: String, isForeign: Bool = false) -> StateDictError {
        StateDictError(path: path, reason: reason, isForeign: isForeign)
    }
}

extension [UInt8] {
    /// The unsigned little-endian number of `count` bytes (at most 8) at `offset`, which the
    /// caller knows to be there.
    func number(at offset: Int, count: Int) -> UInt64 {
        self[offset ..< offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
