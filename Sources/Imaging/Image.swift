internal import CVision

/// An 8-bit image: grey (1 channel) or RGB (3 channels), row after row from the top left.
public struct Image: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// 1 for grey, 3 for RGB.
    public let channels: Int
    /// `height` x `width` x `channels` values, interleaved, without padding.
    public var pixels: [UInt8] {
        get { values }
        // In place: with `didSet`, every pixel that is set copies the image.
        _modify {
            defer { Self.check(values.count, width, height, channels) }
            yield &values
        }
        set {
            Self.check(newValue.count, width, height, channels)
            values = newValue
        }
    }

    private var values: [UInt8]

    /// - Precondition: at least one pixel, 1 or 3 channels, and as many values as they need.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
        precondition(
            width > 0 && height > 0 && (channels == 1 || channels == 3),
            "an image has at least 1 x 1 pixels and 1 or 3 channels, "
                + "got \(width) x \(height) x \(channels)")
        Self.check(pixels.count, width, height, channels)
        self.width = width
        self.height = height
        self.channels = channels
        values = pixels
    }

    /// An image of one grey level.
    public init(width: Int, height: Int, channels: Int, filledWith grey: UInt8) {
        self.init(
            width: width, height: height, channels: channels,
            pixels: [UInt8](repeating: grey, count: max(0, width * height * channels)))
    }

    /// Left and right exchanged.
    var mirrored: Image {
        var result = self
        pixels.withUnsafeBufferPointer { source in
            result.pixels.withUnsafeMutableBufferPointer { target in
                for row in 0 ..< height {
                    for column in 0 ..< width {
                        let from = (row * width + column) * channels
                        let to = (row * width + width - 1 - column) * channels
                        for channel in 0 ..< channels {
                            target[to + channel] = source[from + channel]
                        }
                    }
                }
            }
        }
        return result
    }

    /// The luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, to the nearest level.
    public func grey() -> Image {
        guard channels == 3 else { return self }
        let values = pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: width * height) { target, count in
                for pixel in 0 ..< width * height {
                    target[pixel] = Self.luma(
                        source[3 * pixel], source[3 * pixel + 1], source[3 * pixel + 2])
                }
                count = width * height
            }
        }
        return Image(width: width, height: height, channels: 1, pixels: values)
    }

    @inline(__always)
    static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        UInt8(
            truncatingIfNeeded: (19_595 * Int(red) + 38_470 * Int(green) + 7_471 * Int(blue)
                + 32_768) >> 16)
    }

    /// The same picture with three channels.
    public func rgb() -> Image {
        guard channels == 1 else { return self }
        return Image(
            width: width, height: height, channels: 3, pixels: pixels.flatMap { [$0, $0, $0] })
    }

    /// The channels one by one: one of a grey image, three of a colour image.
    package var planes: [[UInt8]] {
        guard channels == 3 else { return [pixels] }
        return pixels.withUnsafeBufferPointer { source in
            (0 ..< 3).map { channel in
                [UInt8](unsafeUninitializedCapacity: width * height) { target, count in
                    for pixel in 0 ..< width * height {
                        target[pixel] = source[3 * pixel + channel]
                    }
                    count = width * height
                }
            }
        }
    }

    /// The part of `width` x `height` pixels whose top left corner is (`left`, `top`).
    ///
    /// - Precondition: the part lies inside the image.
    public func cropped(left: Int, top: Int, width: Int, height: Int) -> Image {
        precondition(
            left >= 0 && top >= 0 && width > 0 && height > 0
                && width <= self.width - left && height <= self.height - top,
            "a crop of \(width) x \(height) at (\(left), \(top)) leaves the image of "
                + "\(self.width) x \(self.height)")
        var part: [UInt8] = []
        part.reserveCapacity(width * height * channels)
        for row in top ..< top + height {
            let start = (row * self.width + left) * channels
            part.append(contentsOf: pixels[start ..< start + width * channels])
        }
        return Image(width: width, height: height, channels: channels, pixels: part)
    }

    /// The largest square around the centre; half a pixel to the top left when it does not fit.
    public func centreSquare() -> Image {
        let side = min(width, height)
        guard width != height else { return self }
        return cropped(
            left: (width - side) / 2, top: (height - side) / 2, width: side, height: side)
    }

    /// The whole image at another size: area averages where it shrinks, bilinear where it grows.
    public func resized(width: Int, height: Int) -> Image {
        guard width != self.width || height != self.height else { return self }
        var result = Image(width: width, height: height, channels: channels, filledWith: 0)
        let status = result.pixels.withUnsafeMutableBufferPointer { target in
            pixels.withUnsafeBufferPointer { source in
                vision.resize(
                    target.baseAddress, Int32(width), Int32(height), source.baseAddress,
                    Int32(self.width), Int32(self.height), Int32(channels))
            }
        }
        precondition(status == 0, "resizing \(self.width) x \(self.height): \(lastVisionError())")
        return result
    }

    /// The image with its shorter side at `side` pixels and its proportions kept.
    public func resized(shorterSide side: Int) -> Image {
        let scale = Double(side) / Double(min(width, height))
        return resized(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded())))
    }

    private static func check(_ count: Int, _ width: Int, _ height: Int, _ channels: Int) {
        precondition(
            count == width * height * channels,
            "\(width) x \(height) x \(channels) pixels are \(width * height * channels) values, "
                + "got \(count)")
    }
}
