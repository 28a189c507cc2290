import Common
import Networks

/// How pixels become the input of a network.
///
/// Colour images are normalised plane by plane: (p / 255 - mean[c]) / deviation[c]. A grey image
/// stands for equal planes of such a network. With v = (g - m) / s of a grey value g in 0...1, m and
/// s being the means of mean and deviation, plane c is
/// v s / deviation[c] + (m - mean[c]) / deviation[c], so that the weights of all planes sum to those
/// of one over v and of one over a plane of ones; both are zero in the padding, as the planes are.
/// Where the planes are scaled alike the second vanishes.
public struct PixelScaling: Sendable, Equatable {
    public enum Pixels: Sendable { case grey, colour }

    public let pixels: Pixels
    /// Of each plane of pixels: a value p of 0...255 becomes p scale + offset.
    let scales, offsets: [Double]
    /// By plane of the rewritten convolution, the last for the ones where there is one: the share
    /// that the weights of each input channel have in its weights.
    let planes: [[Double]]
    /// Whether the last plane is one of ones.
    let hasOnes: Bool
    /// Whether the first convolution may be rewritten.
    let rewrites: Bool

    /// - Parameters:
    ///   - mean: of the network's input channels, for values 0...1.
    ///   - deviation: likewise.
    public init(mean: [Double], deviation: [Double], pixels: Pixels = .grey) {
        precondition(
            mean.count == deviation.count && !mean.isEmpty,
            "expected as many means as deviations, got \(mean.count) and \(deviation.count)")
        self.pixels = pixels
        rewrites = true
        if pixels == .colour {
            scales = deviation.map { 1 / (255 * $0) }
            offsets = zip(mean, deviation).map { -$0 / $1 }
            planes = mean.indices.map { plane in mean.indices.map { $0 == plane ? 1 : 0 } }
            hasOnes = false
            return
        }
        let isUniform = Set(mean).count == 1 && Set(deviation).count == 1
        let count = Double(mean.count)
        let m = isUniform ? mean[0] : mean.reduce(0, +) / count
        let s = isUniform ? deviation[0] : deviation.reduce(0, +) / count
        scales = [1 / (255 * s)]
        offsets = [-m / s]
        let shares = deviation.map { s / $0 }
        let constants = zip(mean, deviation).map { (m - $0) / $1 }
        hasOnes = !(constants.allSatisfy { $0 == 0 } && shares.allSatisfy { $0 == 1 })
        planes = hasOnes ? [shares, constants] : [shares]
    }

    private init(bytes planes: Int) {
        pixels = .colour
        rewrites = false
        scales = Array(repeating: 1, count: planes)
        offsets = Array(repeating: 0, count: planes)
        self.planes = []
        hasOnes = false
    }

    /// For networks that read the values 0...255 themselves.
    public static func unscaled(planes: Int) -> PixelScaling { PixelScaling(bytes: planes) }

    public var scale: Double { scales[0] }
    public var offset: Double { offsets[0] }
    /// Whether no plane of ones is needed.
    public var isUniform: Bool { !hasOnes }

    /// The largest magnitude that a pixel can have; at least 1, which marks what is image.
    var range: Double {
        zip(scales, offsets).reduce(1) { max($0, abs($1.1), abs(255 * $1.0 + $1.1)) }
    }
}

/// The convolution that reads the images, as the engine computes it.
struct FirstConvolution {
    /// 2 where it is one of stride 1 over cells of 2 x 2 pixels.
    let cell: Int
    let specification: ConvolutionSpecification
    private let pixels: PixelScaling

    /// A convolution of stride 2 becomes one of stride 1 over cells of 2 x 2 pixels, several times
    /// cheaper, its kernel filled up with zeros to an even size: of each plane four channels, row
    /// parity * 2 + column parity. All of it is exact but for rounding.
    /// - Returns: `nil` where it stays as it is.
    init?(_ convolution: ConvolutionSpecification, _ pixels: PixelScaling) {
        let isCellular = convolution.stride == 2
        guard pixels.rewrites, convolution.groups == 1,
            isCellular || pixels.pixels == .grey && convolution.inputs > 1
        else { return nil }
        cell = isCellular ? 2 : 1
        specification = convolution
        self.pixels = pixels
    }

    /// [outputs, planes * cell * cell, height, width]
    var weightShape: [Int] {
        let kernel = specification.kernel
        return [
            specification.outputs, pixels.planes.count * cell * cell,
            (kernel.height + cell - 1) / cell, (kernel.width + cell - 1) / cell,
        ]
    }

    var stride: Int { cell == 2 ? 1 : specification.stride }
    var padding: Extent { cell == 2 ? 0 : specification.padding }

    func weight(_ plain: RawTensor) -> RawTensor {
        let (shape, target) = (specification.weightShape, weightShape)
        let weights = plain.floats
        var result = [Float](repeating: 0, count: target.reduce(1, *))
        for output in 0 ..< shape[0] {
            for (plane, shares) in pixels.planes.enumerated() {
                for row in 0 ..< shape[2] {
                    for column in 0 ..< shape[3] {
                        var sum = 0.0
                        for input in 0 ..< shape[1] where shares[input] != 0 {
                            let index =
                                ((output * shape[1] + input) * shape[2] + row) * shape[3] + column
                            sum += Double(weights[index]) * shares[input]
                        }
                        let channel =
                            plane * cell * cell + row % cell * cell + column % cell
                        let place = (output * target[1] + channel) * target[2] + row / cell
                        result[place * target[3] + column / cell] = Float(sum)
                    }
                }
            }
        }
        return RawTensor(result, shape: target)
    }
}
