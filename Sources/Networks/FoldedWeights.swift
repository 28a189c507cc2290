/// The weights of a convolution with the batch normalisation after it multiplied in.
///
/// w' = w gamma / sqrt(variance + epsilon), b' = beta + (b - mean) gamma / sqrt(variance + epsilon),
/// computed in double precision.
struct FoldedWeights {
    private(set) var shape: [Int]
    private(set) var weight: [Float]
    let bias: [Float]

    /// - Parameter tensor: the values of a parameter by its path.
    init(
        _ convolution: ConvolutionSpecification, node: Network.Node, in network: Network,
        tensor: (String) -> [Float]
    ) {
        shape = convolution.weightShape
        weight = tensor("\(node.name).weight")
        var bias =
            convolution.hasBias
            ? tensor("\(node.name).bias").map(Double.init)
            : [Double](repeating: 0, count: convolution.outputs)
        let readers = network.readers(of: node.name)
        if readers.count == 1, case .batchNorm(_, let epsilon) = readers[0].operation {
            let norm = readers[0].name
            func values(_ name: String) -> [Double] { tensor("\(norm).\(name)").map(Double.init) }
            let (gamma, beta) = (values("weight"), values("bias"))
            let (mean, variance) = (values("running_mean"), values("running_var"))
            let kernel = shape.dropFirst().reduce(1, *)
            for channel in 0 ..< convolution.outputs {
                let factor = gamma[channel] / (variance[channel] + epsilon).squareRoot()
                for index in channel * kernel ..< (channel + 1) * kernel {
                    weight[index] = Float(Double(weight[index]) * factor)
                }
                bias[channel] = beta[channel] + (bias[channel] - mean[channel]) * factor
            }
        }
        self.bias = bias.map { Float($0) }
    }

    /// The convolution of one plane that stands for equal input channels.
    mutating func sumInputChannels() {
        let (outputs, inputs) = (shape[0], shape[1])
        let kernel = shape[2] * shape[3]
        var summed: [Float] = []
        summed.reserveCapacity(outputs * kernel)
        for output in 0 ..< outputs {
            for position in 0 ..< kernel {
                let sum = (0 ..< inputs).reduce(0.0) {
                    $0 + Double(weight[(output * inputs + $1) * kernel + position])
                }
                summed.append(Float(sum))
            }
        }
        shape[1] = 1
        weight = summed
    }
}
