public import Foundation

/// An image that was decoded smaller than its file, where no more is needed: less time and memory.
public struct ReducedImage: Sendable, Equatable {
    public let image: Image
    /// Of the file, orientation applied, in pixels.
    public let width: Int
    public let height: Int

    /// Pixels of the file per pixel of `image`; 1 when it was not reduced.
    public var fileScale: Double { Double(width) / Double(image.width) }

    /// Reads an image file as `Image(contentsOf:)` does. A JPEG is decoded at 1/2, 1/4 or 1/8 of its
    /// sides as long as the longer one keeps `longerSideAtLeast` pixels; other formats are read whole.
    ///
    /// - Throws: `ImageError`, which names the file.
    public init(
        contentsOf url: URL, limits: DecodingLimits = .init(), longerSideAtLeast: Int
    ) throws(ImageError) {
        do {
            let bytes = try readFile(url, limit: limits.maximumBytes)
            try self.init(bytes, limits, longerSideAtLeast)
        } catch {
            throw ImageError(source: url.path, problem: error)
        }
    }

    /// Decodes an image file held in memory; `name` says in errors which one it was.
    public init(
        decoding bytes: [UInt8], name: String = "the image", limits: DecodingLimits = .init(),
        longerSideAtLeast: Int
    ) throws(ImageError) {
        do {
            try self.init(bytes, limits, longerSideAtLeast)
        } catch {
            throw ImageError(source: name, problem: error)
        }
    }

    private init(
        _ bytes: [UInt8], _ limits: DecodingLimits, _ longerSideAtLeast: Int
    ) throws(ImageError.Problem) {
        let header = try ImageHeader(of: bytes, within: limits)
        let longerSide = max(header.width, header.height)
        let reduction =
            header.format == .jpeg
            ? [8, 4, 2].first { longerSide / $0 >= max(1, longerSideAtLeast) } ?? 1 : 1
        image = try header.image(bytes, reduction: reduction)
        // EXIF orientation may have turned it.
        let isTurned = (header.width > header.height) != (image.width > image.height)
        (width, height) =
            isTurned && image.width != image.height
            ? (header.height, header.width) : (header.width, header.height)
    }
}
