import Foundation
import Imaging

/// Reads image files by the bytes of their names.
enum PhotoFile {
    struct Photo: Sendable {
        let image: Image
        /// Of the file, upright, in pixels.
        let width: Int
        let height: Int

        /// Pixels of the file per pixel of the image.
        var fileScale: Double { Double(width) / Double(image.width) }
    }

    /// Why a file could not be read, without its name.
    struct Problem: Error {
        let reason: String
    }

    static func read(
        _ name: FileName, limits: DecodingLimits, longerSideAtLeast: Int
    ) throws(Problem) -> Photo {
        let bytes = try content(of: name, limit: limits.maximumBytes)
        do {
            let reduced = try ReducedImage(
                decoding: bytes, limits: limits, longerSideAtLeast: longerSideAtLeast)
            return Photo(
                image: Self.halved(reduced.image, longerSideAtLeast),
                width: reduced.width, height: reduced.height)
        } catch {
            throw Problem(reason: error.problem.explanation(of: name.line))
        }
    }

    /// What was not reduced while it was decoded is so afterwards: what is found must not depend on
    /// the format.
    private static func halved(_ image: Image, _ longerSideAtLeast: Int) -> Image {
        var divisor = 1
        while max(image.width, image.height) / (2 * divisor) >= longerSideAtLeast { divisor *= 2 }
        guard divisor > 1 else { return image }
        return image.resized(
            width: max(1, image.width / divisor), height: max(1, image.height / divisor))
    }

    /// The bytes of a regular file of at most `limit` bytes. Pipes and devices, which could keep
    /// the reader for ever, are refused.
    private static func content(of name: FileName, limit: Int) throws(Problem) -> [UInt8] {
        let file = name.withPath { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard file >= 0 else { throw Problem(reason: "cannot be read: \(systemReason())") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            throw Problem(reason: "cannot be read: \(systemReason())")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Problem(reason: "is a folder; expected an image file")
        default: throw Problem(reason: "is not a regular file")
        }
        guard status.st_size <= limit else {
            throw Problem(
                reason: "has \(status.st_size) bytes, over the limit of \(limit): save it smaller, "
                    + "or raise the limit with --max-bytes")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(file, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Problem(reason: "cannot be read: \(systemReason())") }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }
}
