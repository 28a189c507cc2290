internal import Foundation

/// How an image is moved about its centre on its way to the model's input.
public struct Warp: Sendable, Equatable {
    /// Counter-clockwise as seen.
    public var rotationDegrees: Double
    /// Above 1 the face appears larger.
    public var scale: Double
    /// Mirrored left to right, before the rotation.
    public var flipped: Bool
    /// How far the face is moved to the right, and down, after all else, in sides of the result.
    public var shiftX: Double, shiftY: Double

    public init(
        rotationDegrees: Double = 0, scale: Double = 1, flipped: Bool = false,
        shiftX: Double = 0, shiftY: Double = 0
    ) {
        self.rotationDegrees = rotationDegrees
        self.scale = scale
        self.flipped = flipped
        self.shiftX = shiftX
        self.shiftY = shiftY
    }

    public static let identity = Warp()
}

/// Resizes, flips, rotates, scales and shifts in one bilinear interpolation.
///
/// The whole source is stretched over the square; pixel centres correspond as with PyTorch's
/// `align_corners=False`, and the edge pixels go on for ever outside. With `Warp.identity` it
/// equals `interpolate(mode="bilinear")`, else `affine_grid` and `grid_sample(
/// padding_mode="border")`. There is no smoothing: reduce a much larger source first.
///
/// - Parameters:
///   - source: `height` x `width` grey values.
///   - size: the side of the square result.
///   - target: `size` x `size` values from 0 to 255.
public func warp(
    _ source: UnsafeBufferPointer<UInt8>, width: Int, height: Int, by warp: Warp, size: Int,
    into target: UnsafeMutableBufferPointer<Float>
) {
    precondition(
        width > 0 && height > 0 && source.count == width * height,
        "expected \(width) x \(height) = \(width * height) grey values, got \(source.count)")
    precondition(
        size > 0 && target.count == size * size,
        "expected room for \(size) x \(size) = \(size * size) values, got \(target.count)")
    precondition(
        0.001 ... 1000 ~= warp.scale && abs(warp.rotationDegrees) <= 3600
            && abs(warp.shiftX) <= 10 && abs(warp.shiftY) <= 10,
        "expected a scale of 0.001 to 1000, ten turns and ten sides at most, got \(warp)")
    guard width > 1, height > 1 else {
        // The loops below read pixels in pairs: double a single row or column.
        let (wide, tall) = (max(width, 2), max(height, 2))
        let doubled = (0 ..< wide * tall).map { index in
            source[min(index / wide, height - 1) * width + min(index % wide, width - 1)]
        }
        doubled.withUnsafeBufferPointer {
            Imaging.warp($0, width: wide, height: tall, by: warp, size: size, into: target)
        }
        return
    }
    guard let target = target.baseAddress else { return }
    let map = SourceMap(of: warp, width: width, height: height, size: size)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: source.count) { plane in
        guard let pixels = plane.baseAddress else { return }
        for index in 0 ..< source.count { pixels[index] = Float(source[index]) }
        if map.isUpright {
            resampleUpright(pixels, width, height, map, size, into: target)
        } else {
            resample(pixels, width, height, map, size, into: target)
        }
    }
}

extension Image {
    /// The grey image warped to `size` x `size`, to the nearest levels: what `warp` gives, to be
    /// looked at.
    public func warped(by warp: Warp, size: Int) -> Image {
        let source = grey()
        let values = [Float](unsafeUninitializedCapacity: size * size) { target, count in
            source.pixels.withUnsafeBufferPointer {
                Imaging.warp(
                    $0, width: width, height: height, by: warp, size: size,
                    into: UnsafeMutableBufferPointer(rebasing: target[0 ..< size * size]))
            }
            count = size * size
        }
        return Image(
            width: size, height: size, channels: 1,
            pixels: values.map { UInt8(level: $0) })
    }
}

/// Where in the source, in pixels, the output pixel (column, row) lies:
/// x = column * xByColumn + row * xByRow + xOrigin, and so for y.
private struct SourceMap {
    let xByColumn, xByRow, xOrigin, yByColumn, yByRow, yOrigin: Double

    init(of warp: Warp, width: Int, height: Int, size: Int) {
        let turn = warp.rotationDegrees * .pi / 180
        let along = cos(turn) / warp.scale
        let across = sin(turn) / warp.scale
        let mirror: Double = warp.flipped ? -1 : 1
        // From -1...1 over the output to -1...1 over the source, y pointing down.
        let (halfWidth, halfHeight) = (Double(width) / 2, Double(height) / 2)
        let step = 2 / Double(size)
        let (firstX, firstY) = (step / 2 - 1 - 2 * warp.shiftX, step / 2 - 1 - 2 * warp.shiftY)
        xByColumn = mirror * along * step * halfWidth
        xByRow = -mirror * across * step * halfWidth
        xOrigin = (mirror * (along * firstX - across * firstY) + 1) * halfWidth - 0.5
        yByColumn = across * step * halfHeight
        yByRow = along * step * halfHeight
        yOrigin = (across * firstX + along * firstY + 1) * halfHeight - 0.5
    }

    /// Whether columns stay columns and rows stay rows.
    var isUpright: Bool { xByRow == 0 && yByColumn == 0 }
}

/// Four positions along one axis.
private typealias Lanes = SIMD4<Float>

@inline(__always)
private func clamped(_ values: Lanes, to last: Float) -> Lanes {
    let low = values.replacing(with: 0, where: values .< 0)
    return low.replacing(with: last, where: low .> last)
}

/// The pixel at or before each position, but never the last one, and how far behind it the
/// position is, 0...1.
@inline(__always)
private func split(_ positions: Lanes, last: Float) -> (index: SIMD4<Int32>, fraction: Lanes) {
    let inside = clamped(positions, to: last)
    // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits. Which way a tie
    // goes does not matter: the end of one pair of pixels is the start of the next.
    let shifted = clamped(inside - 0.5, to: last - 1) + 0x1.8p23
    let index =
        unsafeBitCast(shifted, to: SIMD4<Int32>.self)
        &- Int32(bitPattern: (0x1.8p23 as Float).bitPattern)
    return (index, inside - (shifted - 0x1.8p23))
}

private func resample(
    _ pixels: UnsafePointer<Float>, _ width: Int, _ height: Int, _ map: SourceMap, _ size: Int,
    into target: UnsafeMutablePointer<Float>
) {
    let (lastX, lastY) = (Float(width - 1), Float(height - 1))
    let (xByColumn, yByColumn) = (Float(map.xByColumn), Float(map.yByColumn))
    for row in 0 ..< size {
        let xStart = Float(Double(row) * map.xByRow + map.xOrigin)
        let yStart = Float(Double(row) * map.yByRow + map.yOrigin)
        let output = target + row * size
        for column in stride(from: 0, to: size, by: 4) {
            let columns = Float(column) + Lanes(0, 1, 2, 3)
            let x = split(columns * xByColumn + xStart, last: lastX)
            let y = split(columns * yByColumn + yStart, last: lastY)
            let offset = y.index &* Int32(width) &+ x.index
            var (left, right, leftBelow, rightBelow) = (Lanes(), Lanes(), Lanes(), Lanes())
            for lane in 0 ..< 4 {
                let corner = pixels + Int(offset[lane])
                (left[lane], right[lane]) = (corner[0], corner[1])
                (leftBelow[lane], rightBelow[lane]) = (corner[width], corner[width + 1])
            }
            let first = left + (leftBelow - left) * y.fraction
            let second = right + (rightBelow - right) * y.fraction
            let values = first + (second - first) * x.fraction
            if column + 4 <= size {
                UnsafeMutableRawPointer(output + column).storeBytes(of: values, as: Lanes.self)
            } else {
                for lane in 0 ..< size - column { output[column + lane] = values[lane] }
            }
        }
    }
}

/// The same arithmetic as `resample`, in the same order, without what is the same in every row.
private func resampleUpright(
    _ pixels: UnsafePointer<Float>, _ width: Int, _ height: Int, _ map: SourceMap, _ size: Int,
    into target: UnsafeMutablePointer<Float>
) {
    let columns = (0 ..< size).map { column in
        let position = Float(column) * Float(map.xByColumn) + Float(map.xOrigin)
        let x = split(Lanes(repeating: position), last: Float(width - 1))
        return (index: Int(x.index[0]), fraction: x.fraction[0])
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { line in
        guard let between = line.baseAddress else { return }
        for row in 0 ..< size {
            let position = Float(Double(row) * map.yByRow + map.yOrigin)
            let y = split(Lanes(repeating: position), last: Float(height - 1))
            let (top, fraction) = (pixels + Int(y.index[0]) * width, y.fraction[0])
            for x in 0 ..< width {
                between[x] = top[x] + (top[x + width] - top[x]) * fraction
            }
            let output = target + row * size
            for (column, x) in columns.enumerated() {
                let (left, right) = (between[x.index], between[x.index + 1])
                output[column] = left + (right - left) * x.fraction
            }
        }
    }
}
