internal import Foundation

extension Image {
    /// The part of the image that `map` takes a `width` x `height` picture's pixels to: each pixel is
    /// the mean over the area that it covers, so that nothing is aliased. Outside, the edge goes on.
    package func resampled(under map: Similarity, width: Int, height: Int) -> Image {
        let source = SampledPart(of: self, under: map, width: width, height: height)
        let pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) {
            target, count in
            source.image.pixels.withUnsafeBufferPointer { pixels in
                guard let from = pixels.baseAddress, let target = target.baseAddress else { return }
                if channels == 3 {
                    source.resample(
                        from, width, height,
                        load: { .init(Float($0[0]), Float($0[1]), Float($0[2])) },
                        store: { target, index, value in
                            for channel in 0 ..< 3 {
                                target[3 * index + channel] = UInt8(value[channel].rounded())
                            }
                        }, into: target)
                } else {
                    source.resample(
                        from, width, height, load: { .init(repeating: Float($0[0])) },
                        store: { $0[$1] = UInt8($2[0].rounded()) }, into: target)
                }
            }
            count = width * height * channels
        }
        return Image(width: width, height: height, channels: channels, pixels: pixels)
    }
}

/// The part of an image that is read, reduced to about two pixels per pixel that is wanted.
private struct SampledPart {
    let image: Image
    /// Where in `image`, in pixels, a pixel of the picture lies: `origin` for the first, and what
    /// a column and a row add.
    private let origin, perColumn, perRow: SIMD2<Double>
    /// Samples along each side of a pixel of the picture.
    private let samples: Int

    init(of whole: Image, under map: Similarity, width: Int, height: Int) {
        let corners = [(0, 0), (width, 0), (0, height), (width, height)].map { x, y in
            map(Point(x: Double(x), y: Double(y)))
        }
        let columns = Self.range(corners.map(\.x), in: whole.width)
        let rows = Self.range(corners.map(\.y), in: whole.height)
        let part = whole.cropped(
            left: columns.lowerBound, top: rows.lowerBound, width: columns.count,
            height: rows.count)
        let reduction = max(1, map.scale / 2)
        image =
            reduction > 1
            ? part.resized(
                width: max(1, Int((Double(part.width) / reduction).rounded())),
                height: max(1, Int((Double(part.height) / reduction).rounded()))) : part
        let scale = SIMD2(
            Double(image.width) / Double(part.width), Double(image.height) / Double(part.height))
        perColumn = SIMD2(map.along, map.across) * scale
        perRow = SIMD2(-map.across, map.along) * scale
        origin =
            SIMD2(map.shiftX - Double(columns.lowerBound), map.shiftY - Double(rows.lowerBound))
            * scale - 0.5
        samples = min(64, max(1, Int((map.scale / reduction - 1e-9).rounded(.up))))
    }

    /// The pixels from the lowest to the highest value with one to spare; at least one of them.
    private static func range(_ values: [Double], in count: Int) -> Range<Int> {
        let last = Double(count - 1)
        let low = Int(max(0, min((values.min() ?? 0).rounded(.down) - 1, last)))
        let high = Int(max(0, min((values.max() ?? 0).rounded(.up) + 1, last)))
        return low ..< max(low, high) + 1
    }

    /// The picture: each pixel the mean of the samples on it, each of those between four pixels.
    @inline(__always)
    func resample(
        _ pixels: UnsafePointer<UInt8>, _ width: Int, _ height: Int,
        load: (UnsafePointer<UInt8>) -> SIMD3<Float>,
        store: (UnsafeMutablePointer<UInt8>, Int, SIMD3<Float>) -> Void,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let side = Double(samples)
        let offsets: [SIMD2<Double>] = (0 ..< samples * samples).map { sample in
            let (column, row) = (Double(sample % samples), Double(sample / samples))
            return origin + perColumn * ((column + 0.5) / side) + perRow * ((row + 0.5) / side)
        }
        let last = SIMD2(Double(image.width - 1), Double(image.height - 1))
        let (pixel, line) = (image.channels, image.width * image.channels)
        let weight = 1 / Float(offsets.count)
        for row in 0 ..< height {
            for column in 0 ..< width {
                let place: SIMD2<Double> = perColumn * Double(column) + perRow * Double(row)
                var sum = SIMD3<Float>()
                for offset in offsets {
                    let point = pointwiseMax(.zero, pointwiseMin(place + offset, last))
                    let (x, y) = (Int(point.x), Int(point.y))
                    let fractionX = Float(point.x - Double(x))
                    let fractionY = Float(point.y - Double(y))
                    let upper = pixels + y * line + x * pixel
                    let right = x < image.width - 1 ? pixel : 0
                    let lower = upper + (y < image.height - 1 ? line : 0)
                    let (a, b, c, d) = (
                        load(upper), load(upper + right), load(lower), load(lower + right)
                    )
                    let above: SIMD3<Float> = a + (b - a) * fractionX
                    let below: SIMD3<Float> = c + (d - c) * fractionX
                    sum += above + (below - above) * fractionY
                }
                store(target, row * width + column, sum * weight)
            }
        }
    }
}
