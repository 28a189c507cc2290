import Foundation
import Torch

/// Lets one process or thread at a time work on a file: `flock` on a lock file, which stays, since
/// to remove it would let two in.
///
/// The lock goes with its process, however that ends. Where the file system has no locks, nobody
/// waits.
struct FileLock {
    private let descriptor: Int32

    /// Waits until nobody else has the lock.
    /// - Parameters:
    ///   - path: of the lock file, which is made where it is missing.
    ///   - name: the path in errors; `nil` for the lock file's.
    ///   - rights: of a lock file that is made.
    ///   - waiting: called once where another has it.
    /// - Throws: `FileError` where the lock file cannot be made.
    init(
        _ path: String, name: String? = nil, rights: mode_t = 0o644, waiting: () -> Void = {}
    ) throws(FileError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, rights)
        guard descriptor >= 0 else {
            throw FileError(
                path: name ?? path, reason: "cannot be written: \(String(cString: strerror(errno)))"
            )
        }
        var isFirst = true
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            if isFirst { waiting() }
            isFirst = false
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    func release() { close(descriptor) }
}
