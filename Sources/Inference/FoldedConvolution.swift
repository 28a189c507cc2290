public import Common
public import Networks

/// The weights of a convolution or linear layer, and the factors and biases of its output channels:
/// what is left of batch normalisation when nothing is learned any more.
public struct FoldedConvolution: Sendable {
    /// Float32, float16, or int8 when quantised: [outputs, inputs / groups, height, width],
    /// transposed [inputs, outputs, height, width], linear [outputs, inputs].
    public let weight: RawTensor
    /// [outputs]: multiplied into the weights of each output channel.
    public let factors: [Double]
    /// [outputs]
    public let bias: [Double]
    public let stride: Int
    public let padding: Extent
    /// The largest magnitude of the output, after addition and activation; 0 where it was not
    /// measured.
    public var outputRange: Double

    public init(
        weight: RawTensor, factors: [Double], bias: [Double], stride: Int = 1,
        padding: Extent = 0, outputRange: Double = 0
    ) {
        precondition(
            [2, 4].contains(weight.shape.count) && factors.count == bias.count
                && weight.shape.prefix(2).contains(factors.count)
                && [.float32, .float16, .int8].contains(weight.dtype),
            "expected weights [O, I, H, W] or [O, I] with O factors and biases, got "
                + "\(weight.dtype) \(weight.shape), \(factors.count) and \(bias.count)")
        self.weight = weight
        self.factors = factors
        self.bias = bias
        self.stride = stride
        self.padding = padding
        self.outputRange = outputRange
    }

    /// The same with int8 weights: each output channel has a scale of its own, its largest
    /// magnitude / 127. What were factors become those scales.
    public func quantized() -> FoldedConvolution {
        let values = weight.floats
        let count = values.count / max(factors.count, 1)
        var levels = [UInt8](repeating: 0, count: values.count)
        var scales = [Double](repeating: 1, count: factors.count)
        for output in factors.indices {
            let range = output * count ..< (output + 1) * count
            let largest = values[range].reduce(0) { max($0, abs($1)) }
            guard largest > 0, factors[output] != 0 else { continue }
            // A negative factor changes the sign of the levels: scales stay positive.
            let step = Double(largest) / 127 * (factors[output] < 0 ? -1 : 1)
            scales[output] = step * factors[output]
            for index in range {
                let level = (Double(values[index]) / step).rounded(.toNearestOrEven)
                levels[index] = UInt8(bitPattern: Int8(level))
            }
        }
        return FoldedConvolution(
            weight: RawTensor(dtype: .int8, shape: weight.shape, bytes: levels),
            factors: scales, bias: bias, stride: stride, padding: padding,
            outputRange: outputRange)
    }
}
