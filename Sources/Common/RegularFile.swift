package import Foundation

/// A regular file that is open for reading. Pipes and devices, which could keep a reader for ever,
/// are refused.
package final class RegularFile: Sendable {
    package enum Problem: Error {
        /// The system's words.
        case system(String)
        case folder
        /// A pipe, a device, a socket.
        case special

        package var words: String {
            switch self {
            case .system(let reason): reason
            case .folder, .special: "it is not a regular file"
            }
        }

        fileprivate static var last: Problem { .system(String(cString: strerror(errno))) }
    }

    /// In bytes, when it was opened.
    package let size: Int
    private let descriptor: Int32

    /// - Parameter path: as the system takes it; it need not be UTF-8.
    package init(path: UnsafePointer<CChar>) throws(Problem) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .last }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let problem = Problem.last
            close(descriptor)
            throw problem
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            close(descriptor)
            throw kind == S_IFDIR ? .folder : .special
        }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// The bytes from `offset` on: `count` of them, or fewer where the file ends.
    package func bytes(_ count: Int, at offset: Int = 0) throws(Problem) -> [UInt8] {
        var problem: Problem?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let start = buffer.baseAddress {
                let got = pread(descriptor, start + filled, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { problem = .last }
                guard got > 0 else { return }
                filled += got
            }
        }
        if let problem { throw problem }
        return bytes
    }

    /// All of it, read from the disk page by page as it is used.
    package func mapped() throws(Problem) -> Data {
        guard size > 0 else { return Data() }
        let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start, start != MAP_FAILED else { throw .last }
        return Data(bytesNoCopy: start, count: size, deallocator: .custom { munmap($0, $1) })
    }
}
