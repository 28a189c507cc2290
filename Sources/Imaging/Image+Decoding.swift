internal import CVision
public import Foundation

/// How large an image may be. Checked against the header, before memory is asked for.
public struct DecodingLimits: Sendable, Equatable {
    /// Of the file, in bytes.
    public var maximumBytes: Int
    /// Width times height.
    public var maximumPixels: Int
    /// The longer of width and height, in pixels.
    public var maximumSide: Int

    public init(
        maximumBytes: Int = 128 << 20, maximumPixels: Int = 100_000_000, maximumSide: Int = 30_000
    ) {
        self.maximumBytes = maximumBytes
        self.maximumPixels = maximumPixels
        self.maximumSide = maximumSide
    }
}

/// A file format that images are written in.
public enum ImageFormat: Sendable, Equatable {
    case png
    /// Quality from 1 to 100.
    case jpeg(quality: Int = 92)
}

extension Image {
    /// Reads a PNG, JPEG, BMP, WebP, TIFF (first page), PBM, PGM or PPM file. The content decides,
    /// not the name.
    ///
    /// EXIF orientation is applied. Alpha is dropped and the colour below it kept, as Pillow's
    /// `convert("RGB")` does. 16 bits per channel become 8, to the nearest level.
    ///
    /// - Throws: `ImageError`, which names the file, for whatever is not a whole image within
    ///   `limits`.
    public init(contentsOf url: URL, limits: DecodingLimits = .init()) throws(ImageError) {
        do {
            let bytes = try readFile(url, limit: limits.maximumBytes)
            self = try Self.decoded(bytes, limits)
        } catch {
            throw ImageError(source: url.path, problem: error)
        }
    }

    /// Decodes an image file held in memory; `name` says in errors which one it was.
    public init(
        decoding bytes: [UInt8], name: String = "the image", limits: DecodingLimits = .init()
    ) throws(ImageError) {
        do {
            self = try Self.decoded(bytes, limits)
        } catch {
            throw ImageError(source: name, problem: error)
        }
    }

    /// The image as the bytes of a file.
    public func encoded(as format: ImageFormat) throws(ImageError) -> [UInt8] {
        let (code, quality) =
            switch format {
            case .png: (VISION_PNG, 0)
            case .jpeg(let quality): (VISION_JPEG, min(max(quality, 1), 100))
            }
        var bytes = vision_bytes()
        let status = pixels.withUnsafeBufferPointer { source in
            codec_encode(
                &bytes, source.baseAddress, Int32(width), Int32(height), Int32(channels),
                Int32(code), Int32(quality))
        }
        guard status == 0 else {
            throw ImageError(
                source: "an image of \(width) x \(height)",
                problem: .cannotEncode(lastCodecError()))
        }
        defer { free(bytes.data) }
        return Array(UnsafeBufferPointer(start: bytes.data, count: bytes.count))
    }

    /// Writes the image as a whole file, or not at all: JPEG when the name ends in .jpg or .jpeg,
    /// else PNG.
    ///
    /// - Throws: `ImageError` when it cannot be encoded, Foundation's `CocoaError` when the file
    ///   cannot be written.
    public func write(to url: URL) throws {
        let isJPEG = ["jpg", "jpeg"].contains(url.pathExtension.lowercased())
        let bytes = try encoded(as: isJPEG ? .jpeg() : .png)
        try Data(bytes).write(to: url, options: .atomic)
    }

    private static func decoded(
        _ bytes: [UInt8], _ limits: DecodingLimits
    ) throws(ImageError.Problem) -> Image {
        try ImageHeader(of: bytes, within: limits).image(bytes, reduction: 1)
    }
}

extension ImageHeader {
    /// Checks what the header claims before memory is asked for.
    init(of bytes: [UInt8], within limits: DecodingLimits) throws(ImageError.Problem) {
        guard bytes.count <= limits.maximumBytes else {
            throw .tooManyBytes(found: bytes.count, limit: limits.maximumBytes)
        }
        try self.init(of: bytes)
        guard max(width, height) <= limits.maximumSide, width * height <= limits.maximumPixels
        else {
            throw .tooLarge(width: width, height: height, limits: limits)
        }
    }

    /// Decodes the bytes that this is the header of.
    /// - Parameter reduction: 1, 2, 4 or 8; above 1 for a JPEG only.
    func image(_ bytes: [UInt8], reduction: Int) throws(ImageError.Problem) -> Image {
        if format == .portableMap { return try PortableMap(bytes).image() }
        if format == .bmp { return try Bitmap(bytes).image() }
        var decoded = vision_image()
        let pixels = Int64(width * height)
        let problem = bytes.withUnsafeBufferPointer { file -> ImageError.Problem? in
            guard codec_reads(file.baseAddress, file.count) == 1 else {
                let status = media.decode(&decoded, file.baseAddress, file.count, pixels)
                return Self.problem(status, lastMediaError)
            }
            let status = codec_decode(
                &decoded, file.baseAddress, file.count, Int32(reduction), pixels)
            return Self.problem(status, lastCodecError)
        }
        if let problem { throw problem }
        return Image(taking: decoded)
    }
}

extension ImageHeader {
    private static func problem(
        _ status: vision_status, _ reason: () -> String
    ) -> ImageError.Problem? {
        switch Int(status) {
        case VISION_OK: nil
        case VISION_UNSUPPORTED: .unsupported(reason())
        default: .damaged(reason())
        }
    }
}

extension Image {
    /// Copies the pixels, and frees them.
    init(taking decoded: vision_image) {
        defer { free(decoded.pixels) }
        let (width, height) = (Int(decoded.width), Int(decoded.height))
        let channels = Int(decoded.channels)
        let size = width * height * channels
        self.init(
            width: width, height: height, channels: channels,
            pixels: [UInt8](unsafeUninitializedCapacity: size) { target, count in
                vision_ask_for_large_pages(target.baseAddress, size)
                guard let from = decoded.pixels, let to = target.baseAddress else { return }
                memcpy(to, from, size)
                count = size
            })
    }
}

/// The bytes of a regular file; a pipe or a device could keep the reader for ever.
func readFile(_ url: URL, limit: Int) throws(ImageError.Problem) -> [UInt8] {
    var status = stat()
    guard stat(url.path, &status) == 0 else {
        throw .unreadable(String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw .unreadable(
            status.st_mode & S_IFMT == S_IFDIR
                ? "it is a folder; expected an image file" : "it is not a regular file")
    }
    guard status.st_size <= limit else {
        throw .tooManyBytes(found: Int(status.st_size), limit: limit)
    }
    do {
        return [UInt8](try Data(contentsOf: url))
    } catch {
        throw .unreadable(error.localizedDescription)
    }
}
