public import Imaging

/// What is done to an image on its way to the model's input: one warp, then a change of its
/// levels, then a part of it erased.
public struct Variation: Sendable, Equatable {
    /// A rectangle of one grey level, in shares of the side.
    public struct Erased: Sendable, Equatable {
        public var x, y, width, height: Double
        /// 0 to 255.
        public var level: Float

        package init(x: Double, y: Double, width: Double, height: Double, level: Float) {
            (self.x, self.y, self.width, self.height) = (x, y, width, height)
            self.level = level
        }
    }

    public var warp = Warp.identity
    /// Added to all levels, in shares of white.
    public var brightness: Float = 0
    /// Multiplies the distances from middle grey.
    public var contrast: Float = 1
    public var erased: Erased?

    public init(warp: Warp = .identity) {
        self.warp = warp
    }

    public static let identity = Variation()

    /// Changes the levels of a plane of `size` x `size` values from 0 to 255, and erases.
    package func retouch(_ plane: UnsafeMutableBufferPointer<Float>, size: Int) {
        if brightness != 0 || contrast != 1 {
            let middle: Float = 127.5
            let offset = middle - middle * contrast + brightness * 255
            for index in plane.indices {
                plane[index] = max(0, min(plane[index] * contrast + offset, 255))
            }
        }
        guard let erased else { return }
        let side = Double(size)
        let columns = Int(erased.x * side) ..< Int((erased.x + erased.width) * side)
        for row in Int(erased.y * side) ..< Int((erased.y + erased.height) * side) {
            for column in columns { plane[row * size + column] = erased.level }
        }
    }
}

extension Dataset {
    /// The plane of `size` x `size` values from 0 to 255 that a model sees of an image: its
    /// largest centred square, varied.
    func draw(
        _ index: Int, varied variation: Variation, size: Int,
        into plane: UnsafeMutableBufferPointer<Float>
    ) {
        withSquare(of: index) { pixels, side in
            Imaging.warp(
                pixels, width: side, height: side, by: variation.warp, size: size, into: plane)
        }
        variation.retouch(plane, size: size)
    }
}
