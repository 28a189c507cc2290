internal import Foundation

extension Image {
    /// The part of the image that `map` takes a `width` x `height` picture's pixels to: each pixel is
    /// the mean over the area that it covers, so that nothing is aliased. Outside, the edge goes on.
    func resampled(under map: Similarity, width: Int, height: Int) -> Image {
        let source = SampledPart(of: self, under: map, width: width, height: height)
        let samples = min(64, max(1, Int((map.scale / source.reduction - 1e-9).rounded(.up))))
        let weight = 1 / Float(samples * samples)
        var values = [UInt8](repeating: 0, count: width * height * channels)
        source.image.pixels.withUnsafeBufferPointer { pixels in
            var sums: (Float, Float, Float)
            for index in 0 ..< width * height {
                sums = (0, 0, 0)
                for sample in 0 ..< samples * samples {
                    let x = (Double(sample % samples) + 0.5) / Double(samples)
                    let y = (Double(sample / samples) + 0.5) / Double(samples)
                    let point = map(
                        Point(x: Double(index % width) + x, y: Double(index / width) + y))
                    let corner = source.corner(at: point)
                    sums.0 += corner.value(in: pixels, channel: 0)
                    if channels == 3 {
                        sums.1 += corner.value(in: pixels, channel: 1)
                        sums.2 += corner.value(in: pixels, channel: 2)
                    }
                }
                values[index * channels] = UInt8((sums.0 * weight).rounded())
                if channels == 3 {
                    values[index * 3 + 1] = UInt8((sums.1 * weight).rounded())
                    values[index * 3 + 2] = UInt8((sums.2 * weight).rounded())
                }
            }
        }
        return Image(width: width, height: height, channels: channels, pixels: values)
    }
}

/// The part of an image that is read, reduced to about two pixels per pixel that is wanted.
private struct SampledPart {
    let image: Image
    /// Pixels of the whole image per pixel of `image`, about.
    let reduction: Double
    private let left, top, scaleX, scaleY: Double

    init(of whole: Image, under map: Similarity, width: Int, height: Int) {
        let corners = [(0, 0), (width, 0), (0, height), (width, height)].map { x, y in
            map(Point(x: Double(x), y: Double(y)))
        }
        let columns = Self.range(corners.map(\.x), in: whole.width)
        let rows = Self.range(corners.map(\.y), in: whole.height)
        let part = whole.cropped(
            left: columns.lowerBound, top: rows.lowerBound, width: columns.count,
            height: rows.count)
        reduction = max(1, map.scale / 2)
        image =
            reduction > 1
            ? part.resized(
                width: max(1, Int((Double(part.width) / reduction).rounded())),
                height: max(1, Int((Double(part.height) / reduction).rounded()))) : part
        left = Double(columns.lowerBound)
        top = Double(rows.lowerBound)
        scaleX = Double(image.width) / Double(part.width)
        scaleY = Double(image.height) / Double(part.height)
    }

    /// The pixels from the lowest to the highest value with one to spare; at least one of them.
    private static func range(_ values: [Double], in count: Int) -> Range<Int> {
        let last = Double(count - 1)
        let low = Int(max(0, min((values.min() ?? 0).rounded(.down) - 1, last)))
        let high = Int(max(0, min((values.max() ?? 0).rounded(.up) + 1, last)))
        return low ..< max(low, high) + 1
    }

    /// Four neighbouring pixels and how far between them a point lies.
    struct Corner {
        let offsets: SIMD4<Int>
        let fractionX, fractionY: Float

        @inline(__always)
        func value(in pixels: UnsafeBufferPointer<UInt8>, channel: Int) -> Float {
            let (a, b) = (Float(pixels[offsets[0] + channel]), Float(pixels[offsets[1] + channel]))
            let (c, d) = (Float(pixels[offsets[2] + channel]), Float(pixels[offsets[3] + channel]))
            let (upper, lower) = (a + (b - a) * fractionX, c + (d - c) * fractionX)
            return upper + (lower - upper) * fractionY
        }
    }

    @inline(__always)
    func corner(at point: Point) -> Corner {
        let x = max(0, min((point.x - left) * scaleX - 0.5, Double(image.width - 1)))
        let y = max(0, min((point.y - top) * scaleY - 0.5, Double(image.height - 1)))
        let (column, row) = (Int(x), Int(y))
        let (nextColumn, nextRow) = (
            min(column + 1, image.width - 1), min(row + 1, image.height - 1)
        )
        let (start, below) = (row * image.width, nextRow * image.width)
        return Corner(
            offsets: SIMD4(start + column, start + nextColumn, below + column, below + nextColumn)
                &* image.channels,
            fractionX: Float(x - Double(column)), fractionY: Float(y - Double(row)))
    }
}
