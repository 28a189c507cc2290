public import Imaging

/// What is done to an image on its way to the model's input: one warp, then a change of its
/// levels, then a part of it erased.
public struct SampledTransform: Sendable, Equatable {
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

    public static let identity = SampledTransform()

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
        _ index: Int, varied variation: SampledTransform, size: Int,
        channels: InputSpecification.Channels = .grey,
        into target: UnsafeMutableBufferPointer<Float>
    ) {
        let (width, height) = self.size(of: index)
        guard channels == .grey, width == height, !isOnDisk else {
            return image(at: index).draw(
                varied: variation, size: size, channels: channels, into: target)
        }
        withPixels(of: index) { pixels, side, _ in
            Imaging.warp(
                pixels, width: side, height: side, by: variation.warp, size: size, into: target)
        }
        variation.retouch(target, size: size)
    }
}

extension Image {
    /// See ``Dataset/draw(_:varied:size:channels:into:)``.
    func draw(
        varied variation: SampledTransform, size: Int, channels: InputSpecification.Channels,
        into target: UnsafeMutableBufferPointer<Float>
    ) {
        let square = centreSquare()
        let sources = channels == .grey ? [square.grey().pixels] : square.planes
        let planes = (0 ..< channels.count).map { channel in
            UnsafeMutableBufferPointer(
                rebasing: target[channel * size * size ..< (channel + 1) * size * size])
        }
        for (source, plane) in zip(sources, planes) {
            source.withUnsafeBufferPointer {
                Imaging.warp(
                    $0, width: square.width, height: square.width, by: variation.warp, size: size,
                    into: plane)
            }
        }
        for plane in planes.dropFirst(sources.count) {
            _ = plane.update(fromContentsOf: planes[0])
        }
        for plane in planes { variation.retouch(plane, size: size) }
    }
}
