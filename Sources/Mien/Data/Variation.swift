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

    /// Changes the levels of one plane of `size` x `size` values from 0 to 255, and erases.
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
    /// What a model sees of an image: its largest centred square, varied.
    /// - Parameter target: [channels, size, size] values from 0 to 255. A grey image has equal
    ///   planes.
    func draw(
        _ index: Int, varied variation: Variation, size: Int,
        channels: InputSpecification.Channels = .grey,
        into target: UnsafeMutableBufferPointer<Float>
    ) {
        let planes = (0 ..< channels.count).map { channel in
            UnsafeMutableBufferPointer(
                rebasing: target[channel * size * size ..< (channel + 1) * size * size])
        }
        var drawn = 0
        withSquarePlanes(of: index, channels) { pixels, side in
            Imaging.warp(
                pixels, width: side, height: side, by: variation.warp, size: size,
                into: planes[drawn])
            drawn += 1
        }
        for plane in planes[drawn...] { _ = plane.update(fromContentsOf: planes[0]) }
        for plane in planes { variation.retouch(plane, size: size) }
    }

    /// Lends the planes of the largest centred square of an image one by one: one plane of an image
    /// without colour, or where grey is wanted.
    private func withSquarePlanes(
        of index: Int, _ channels: InputSpecification.Channels,
        _ body: (UnsafeBufferPointer<UInt8>, _ side: Int) -> Void
    ) {
        let (width, height) = size(of: index)
        if channels == .grey, width == height {
            return withPixels(of: index) { pixels, width, _ in body(pixels, width) }
        }
        let square = image(at: index).centreSquare()
        let planes = channels == .grey ? [square.grey().pixels] : square.planes
        for plane in planes { plane.withUnsafeBufferPointer { body($0, square.width) } }
    }
}
