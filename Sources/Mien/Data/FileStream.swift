import CZlib
import Crypto
import Foundation

/// The content of a file as a stream of bytes, unpacked if it is gzip, its SHA-256 taken on the
/// way so that the file is read once.
package final class FileStream {
    let path: String
    /// Of the file itself, not of what it unpacks to.
    let fileSize: Int
    package let isCompressed: Bool

    private let handle: Int32
    private var hash = SHA256()
    private var bytesRead = 0
    private var input: UnsafeMutableRawBufferPointer
    private var pending: UnsafeRawBufferPointer
    private var inflater: Inflater?

    private static let inputSize = 1 << 18

    package init(path: String) throws(DataError) {
        self.path = path
        handle = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard handle >= 0, fstat(handle, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            if handle >= 0 { close(handle) }
            throw DataError(
                .unreadable, file: path, found: "\"\(reason)\"", expected: "a file to read")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            close(handle)
            throw DataError(.unreadable, file: path, found: "a folder", expected: "a file to read")
        }
        fileSize = Int(status.st_size)
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.inputSize, alignment: 16)
        input = memory
        var magic: [UInt8] = [0, 0]
        let magicCount = pread(handle, &magic, 2, 0)
        isCompressed = magicCount == 2 && magic == [0x1F, 0x8B]
        inflater = isCompressed ? Inflater() : nil
        pending = UnsafeRawBufferPointer(rebasing: memory[..<0])
    }

    deinit {
        close(handle)
        input.deallocate()
    }

    /// A guess of how many bytes the stream will yield: exact for plain text, and for gzip what
    /// its last four bytes say, within what its compression can reach.
    var expectedSize: Int {
        guard isCompressed, fileSize >= 18 else { return fileSize }
        var tail: [UInt8] = [0, 0, 0, 0]
        guard pread(handle, &tail, 4, off_t(fileSize - 4)) == 4 else { return fileSize }
        let said = tail.reversed().reduce(0) { $0 << 8 | Int($1) }
        return min(said, fileSize * 1032, 1 << 30)
    }

    /// Fills the start of `target`.
    /// - Returns: how many bytes; 0 at the end.
    package func read(into target: UnsafeMutableRawBufferPointer) throws(DataError) -> Int {
        guard let inflater else {
            let count = try readFile(into: target)
            return count
        }
        while true {
            if pending.isEmpty {
                let count = try readFile(into: input)
                pending = UnsafeRawBufferPointer(rebasing: input[..<count])
                if count == 0 {
                    guard inflater.isBetweenMembers else { throw damaged("the end of the file") }
                    return 0
                }
            }
            let step = inflater.step(from: pending, into: target)
            pending = UnsafeRawBufferPointer(rebasing: pending[step.consumed...])
            if let fault = step.fault { throw damaged("\"\(fault)\"") }
            if step.produced > 0 { return step.produced }
        }
    }

    /// What was read, to be asked for when the stream has come to its end.
    package func source() -> Dataset.Source {
        Dataset.Source(path: path, sha256: hash.finalize().hexadecimal, bytes: bytesRead)
    }

    private func readFile(into target: UnsafeMutableRawBufferPointer) throws(DataError) -> Int {
        while true {
            let count = Foundation.read(handle, target.baseAddress, target.count)
            if count >= 0 {
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: target[..<count]))
                bytesRead += count
                return count
            }
            guard errno == EINTR else {
                throw DataError(
                    .unreadable, file: path, found: "\"\(String(cString: strerror(errno)))\"",
                    expected: "to read on after \(bytesRead) bytes")
            }
        }
    }

    private func damaged(_ found: String) -> DataError {
        DataError(
            .damaged, file: path, found: "\(found) after \(bytesRead) compressed bytes",
            expected: "whole gzip data", advice: "Download or copy the file again.")
    }
}

/// zlib's inflate over gzip data, which may hold several members one after the other.
private final class Inflater {
    /// zlib keeps the address of its stream, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isBetweenMembers = false

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzipWindow: Int32 = 15 + 16
        let status = inflateInit2_(
            stream, gzipWindow, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "expected zlib to start, got status \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func step(
        from input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (consumed: Int, produced: Int, fault: String?) {
        if isBetweenMembers {
            // Zeros after the last member are padding.
            let padding = input.prefix { $0 == 0 }.count
            if padding > 0 { return (padding, 0, nil) }
            inflateReset(stream)
            isBetweenMembers = false
        }
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let status = inflate(stream, Z_NO_FLUSH)
        let consumed = input.count - Int(stream.pointee.avail_in)
        let produced = output.count - Int(stream.pointee.avail_out)
        switch status {
        case Z_STREAM_END:
            isBetweenMembers = true
            return (consumed, produced, nil)
        case Z_OK, Z_BUF_ERROR:
            return (consumed, produced, nil)
        default:
            let message = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
            return (consumed, produced, message)
        }
    }
}

extension Sequence<UInt8> {
    /// Two lower-case digits per byte.
    var hexadecimal: String {
        var text = ""
        for byte in self {
            text.append(String(byte >> 4, radix: 16))
            text.append(String(byte & 15, radix: 16))
        }
        return text
    }
}
