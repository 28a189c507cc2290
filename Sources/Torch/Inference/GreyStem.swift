/// How a grey value becomes the input of a network that was made for three channels.
///
/// Each channel c of that network's input is (g - mean[c]) / deviation[c] of the same g in 0...1.
/// With v = (g - m) / s, m and s being the means of mean and deviation, a channel is
/// v s / deviation[c] + (m - mean[c]) / deviation[c], so that the three channels of weights sum to
/// one over v and one over a plane of ones; both are zero in the padding, as the channels are.
/// Where the three channels are scaled alike the second vanishes.
public struct PixelScaling: Sendable, Equatable {
    /// A grey value p of 0...255 becomes v = p scale + offset.
    public let scale: Double
    public let offset: Double
    /// What the weights of each channel count over v, and over the plane of ones.
    let shares: [Double]
    let constants: [Double]

    /// - Parameters:
    ///   - mean: of the three channels, for values 0...1.
    ///   - deviation: likewise.
    public init(mean: [Double], deviation: [Double]) {
        precondition(
            mean.count == 3 && deviation.count == 3,
            "expected 3 means and deviations, got \(mean.count) and \(deviation.count)")
        let isUniform = Set(mean).count == 1 && Set(deviation).count == 1
        let m = isUniform ? mean[0] : mean.reduce(0, +) / 3
        let s = isUniform ? deviation[0] : deviation.reduce(0, +) / 3
        scale = 1 / (255 * s)
        offset = -m / s
        shares = deviation.map { s / $0 }
        constants = zip(mean, deviation).map { (m - $0) / $1 }
    }

    /// Whether the three channels are scaled alike, so that there is no plane of ones.
    public var isUniform: Bool { constants.allSatisfy { $0 == 0 } && shares == [1, 1, 1] }

    /// The largest magnitude that a pixel can have; at least 1, which marks what is image.
    var range: Double { max(abs(offset), abs(255 * scale + offset), 1) }

    /// A 7x7 convolution of three channels, stride 2 and padding 3, as a 4x4 convolution of stride
    /// 1 over cells of 2x2 pixels, its eighth row and column zero: four channels, row parity * 2 +
    /// column parity, of v, and where needed four more of the plane of ones. All of it is exact but
    /// for rounding.
    public func stem(_ folded: FoldedConvolution) -> FoldedConvolution {
        let shape = folded.weight.shape
        precondition(
            shape.dropFirst() == [3, 7, 7] && folded.stride == 2 && folded.padding == 3,
            "expected a 7x7 convolution of 3 channels, stride 2 and padding 3, got \(shape)")
        let planes = isUniform ? [shares] : [shares, constants]
        let weights = folded.weight.floats
        var cells = [Float](repeating: 0, count: shape[0] * planes.count * 4 * 16)
        for output in 0 ..< shape[0] {
            for (plane, factors) in planes.enumerated() {
                for row in 0 ..< 7 {
                    for column in 0 ..< 7 {
                        let channel = plane * 4 + row % 2 * 2 + column % 2
                        let target = ((output * planes.count * 4 + channel) * 4 + row / 2) * 4
                        var sum = 0.0
                        for input in 0 ..< 3 {
                            let index = ((output * 3 + input) * 7 + row) * 7 + column
                            sum += Double(weights[index]) * factors[input]
                        }
                        cells[target + column / 2] = Float(sum)
                    }
                }
            }
        }
        return FoldedConvolution(
            weight: RawTensor(cells, shape: [shape[0], planes.count * 4, 4, 4]),
            factors: folded.factors, bias: folded.bias, stride: 1, padding: 0)
    }
}
