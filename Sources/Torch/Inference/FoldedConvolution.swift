/// A convolution and the scaling and shift of its output channels: what is left of batch
/// normalisation when nothing is learned any more.
public struct FoldedConvolution {
    /// Float32, float16, or int8 when quantised: [outputs, inputs, kernel, kernel].
    public let weight: RawTensor
    /// [outputs]: multiplied into the weights of each output channel.
    public let factors: [Double]
    /// [outputs]
    public let bias: [Double]
    public let stride: Int
    public let padding: Int
    /// The largest magnitude of the output, after what is added to it and the ReLU; 0 where it was
    /// not measured.
    public var outputRange: Double

    public init(
        weight: RawTensor, factors: [Double], bias: [Double], stride: Int, padding: Int,
        outputRange: Double = 0
    ) {
        let shape = weight.shape
        precondition(
            shape.count == 4 && factors.count == shape[0] && bias.count == shape[0]
                && [.float32, .float16, .int8].contains(weight.dtype),
            "expected weights [O, I, K, K] with O factors and biases, got \(weight.dtype) \(shape), "
                + "\(factors.count) and \(bias.count)")
        self.weight = weight
        self.factors = factors
        self.bias = bias
        self.stride = stride
        self.padding = padding
        self.outputRange = outputRange
    }

    /// What batch normalisation does to a channel once it is trained.
    public struct Normalization {
        let weight, bias, mean, variance: [Float]
        let epsilon: Double

        /// - Parameters: of each channel, with the running statistics.
        public init(
            weight: [Float], bias: [Float], mean: [Float], variance: [Float], epsilon: Double
        ) {
            self.weight = weight
            self.bias = bias
            self.mean = mean
            self.variance = variance
            self.epsilon = epsilon
        }
    }

    /// Folds the running statistics into the convolution before them, in double:
    /// factor = weight / sqrt(variance + epsilon), bias = bias - mean factor.
    public init(weight: RawTensor, _ norm: Normalization, stride: Int, padding: Int) {
        let factors = zip(norm.weight, norm.variance).map {
            Double($0) / (Double($1) + norm.epsilon).squareRoot()
        }
        let bias = zip(zip(norm.bias, norm.mean), factors).map {
            Double($0.0) - Double($0.1) * $1
        }
        self.init(weight: weight, factors: factors, bias: bias, stride: stride, padding: padding)
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
