import Foundation

/// The three streams that a process is started with, any of which may be closed.
enum StandardStreams {
    /// Opens `/dev/null` in place of a closed stream, so that no file is opened under its number
    /// and gets what is meant for it. Output stays one that cannot be written.
    static func reserve() {
        for (descriptor, mode) in [
            (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
        ] where fcntl(descriptor, F_GETFD) < 0 {
            // The system gives the lowest number that is free.
            _ = open("/dev/null", mode)
        }
    }

    /// Writes all of a text.
    /// - Returns: 0, or the system's number of what went wrong.
    static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let count = Foundation.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count < 0, errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, 1000)
                } else if count == 0 || errno != EINTR {
                    return count == 0 ? EIO : errno
                }
            }
            return 0
        }
    }

    /// Closes standard output: some file systems tell of a full disk only then.
    static func finishOutput() throws(OutputError) {
        guard close(STDOUT_FILENO) == 0 else { throw OutputError(code: errno) }
    }
}
