/// Factors and shifts of a layer's output channels, with the batch normalisation after it:
/// w' = w gamma / sqrt(variance + epsilon), b' = beta + (b - mean) gamma / sqrt(variance + epsilon),
/// computed in double precision.
public struct ChannelFolding: Sendable {
    /// [outputs], multiplied into the weights.
    public let factors: [Double]
    /// [outputs]
    public let bias: [Double]

    /// - Parameters:
    ///   - node: a convolution or linear layer of `network`.
    ///   - tensor: the values of a parameter by its path.
    public init(
        _ node: Network.Node, outputs: Int, hasBias: Bool, in network: Network,
        tensor: (String) -> [Float]
    ) {
        func values(_ path: String) -> [Double] { tensor(path).map(Double.init) }
        let bias =
            hasBias ? values("\(node.name).bias") : [Double](repeating: 0, count: outputs)
        let readers = network.readers(of: node.name)
        guard readers.count == 1, case .batchNorm(_, let epsilon) = readers[0].operation else {
            factors = [Double](repeating: 1, count: outputs)
            self.bias = bias
            return
        }
        let norm = readers[0].name
        let (gamma, beta) = (values("\(norm).weight"), values("\(norm).bias"))
        let (mean, variance) = (values("\(norm).running_mean"), values("\(norm).running_var"))
        let factors = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
        self.factors = factors
        self.bias = bias.indices.map { beta[$0] + (bias[$0] - mean[$0]) * factors[$0] }
    }
}

/// The weights of a convolution with the batch normalisation after it multiplied in.
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
        let folding = ChannelFolding(
            node, outputs: convolution.outputs, hasBias: convolution.hasBias, in: network,
            tensor: tensor)
        let kernel = shape.dropFirst().reduce(1, *)
        for (channel, factor) in folding.factors.enumerated() where factor != 1 {
            for index in channel * kernel ..< (channel + 1) * kernel {
                weight[index] = Float(Double(weight[index]) * factor)
            }
        }
        bias = folding.bias.map { Float($0) }
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
