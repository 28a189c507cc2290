import Common
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
            return try decode(bytes, limits: limits, longerSideAtLeast: longerSideAtLeast)
        } catch {
            throw Problem(reason: error.problem.explanation(of: name.line))
        }
    }

    /// Reads an image file held in memory.
    static func decode(
        _ bytes: [UInt8], limits: DecodingLimits, longerSideAtLeast: Int
    ) throws(ImageError) -> Photo {
        let reduced = try ReducedImage(
            decoding: bytes, limits: limits, longerSideAtLeast: longerSideAtLeast)
        return Photo(
            image: Self.halved(reduced.image, longerSideAtLeast),
            width: reduced.width, height: reduced.height)
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

    /// The bytes of a regular file of at most `limit` bytes.
    private static func content(of name: FileName, limit: Int) throws(Problem) -> [UInt8] {
        do {
            let file = try name.withPath { try RegularFile(path: $0) }
            guard file.size <= limit else {
                throw Problem(
                    reason: "has \(file.size) bytes, over the limit of \(limit): save it smaller, "
                        + "or raise the limit")
            }
            return try file.bytes(file.size)
        } catch let problem as RegularFile.Problem {
            switch problem {
            case .system(let reason): throw Problem(reason: "cannot be read: \(reason)")
            case .folder: throw Problem(reason: "is a folder; expected an image file")
            case .special: throw Problem(reason: "is not a regular file")
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(reason: "cannot be read: \(error)")
        }
    }
}
