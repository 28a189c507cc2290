import Crypto
import Foundation
import Imaging

/// An image as a data set takes it, and what its file holds.
struct FileImage: Sendable {
    /// Reduced where it is large; in colour where that is wanted and there is some.
    let held: Image
    /// The same without colour.
    let grey: Image
    /// Width and height in the file, upright; of the part that was taken.
    let size: (width: Int, height: Int)
    /// Whether the channels of any pixel differ.
    let isColour: Bool
}

/// Reads the image files that a folder or a manifest names, makes them grey unless colour is wanted,
/// and reduces large ones.
struct ImageFileReader: Sendable {
    let channels: InputSpecification.Channels
    private let longestShorterSide: Int

    /// The bytes of a file, as they go into the hash of a data set.
    struct Content: Sendable {
        let count: Int
        let digest: SHA256.Digest
    }

    /// - Parameter input: what the images are for; `nil` stands for grey pixels.
    init(for input: InputSpecification? = nil) {
        channels = input?.channels ?? .grey
        longestShorterSide = Self.longestShorterSide(for: input)
    }

    /// Larger images are reduced until their shorter side is this long, in pixels.
    static func longestShorterSide(for input: InputSpecification? = nil) -> Int {
        input?.channels == .rgb ? max(224, input?.size ?? 0) : 224
    }

    /// - Parameters:
    ///   - url: the image file.
    ///   - part: the part of it to take; all of it where there is none.
    ///   - listedIn: the manifest and its line, for errors.
    func image(
        _ url: URL, part: PicturePart? = nil, listedIn list: (file: String, line: Int)? = nil
    ) throws(DataError) -> (Content, FileImage) {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: url)
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw unreadable(url, list, exists ? error.localizedDescription : "no file there")
        }
        var image: Image
        do {
            image = try Image(decoding: [UInt8](bytes), name: url.lastPathComponent)
        } catch {
            throw unreadable(url, list, "\"\(error)\"")
        }
        if let part {
            guard let cut = part.cut(out: image) else {
                throw unreadable(
                    url, list, "\(image.width) x \(image.height) pixels, beside the box")
            }
            image = cut
        }
        let content = Content(count: bytes.count, digest: SHA256.hash(data: bytes))
        let (isColour, size) = (image.isColour, (image.width, image.height))
        let grey = image.grey().reduced(shorterSide: longestShorterSide)
        let held =
            channels == .rgb && isColour ? image.reduced(shorterSide: longestShorterSide) : grey
        return (content, FileImage(held: held, grey: grey, size: size, isColour: isColour))
    }

    private func unreadable(
        _ url: URL, _ list: (file: String, line: Int)?, _ found: String
    ) -> DataError {
        guard let list else {
            return .row(url.path, line: nil, found: found, expected: "an image")
        }
        return .row(
            list.file, line: list.line, column: "path", found: "\(url.path): \(found)",
            expected: "an image")
    }
}

extension Image {
    /// Reduced where its shorter side is longer than this.
    func reduced(shorterSide side: Int) -> Image {
        min(width, height) > side ? resized(shorterSide: side) : self
    }

    fileprivate var isColour: Bool {
        guard channels >= 3 else { return false }
        return pixels.withUnsafeBufferPointer { values in
            for start in stride(from: 0, to: values.count - 2, by: channels) {
                let first = values[start]
                if first != values[start + 1] || first != values[start + 2] { return true }
            }
            return false
        }
    }
}
