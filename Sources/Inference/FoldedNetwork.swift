public import Common
public import Networks

/// A network as it is when it only scores: batch normalisation, activations and additions are part
/// of the convolutions before them.
public struct FoldedNetwork: Sendable {
    public enum Activation: Sendable { case identity, relu, logistic }

    public struct Layer: Sendable {
        /// That of its first node, and of its weights.
        public let name: String
        public let operation: Operation
        /// Names of earlier layers, or ``Network/input``.
        public internal(set) var inputs: [String]
        public internal(set) var activation = Activation.identity
        /// The layer whose output is added after the activation.
        public internal(set) var addend: String?
        /// Whether a ReLU follows the addition.
        public internal(set) var rectifiesSum = false
        public internal(set) var weights: FoldedConvolution?
    }

    /// What the weights of a layer must look like.
    public struct WeightForm: Sendable {
        public let name: String
        public let shape: [Int]
        public let outputs: Int
        public let stride: Int
        public let padding: Extent
        /// Whether it is a linear layer that puts out a result: its weights stay float.
        public let isHead: Bool
    }

    /// In the order in which they are computed.
    public internal(set) var layers: [Layer]
    /// The layers whose outputs are wanted.
    public let results: [String]
    /// The layers of whose outputs the means over space can be asked for.
    public let probes: [String]
    public let pixels: PixelScaling
    /// The image's planes, and the first convolution where it was rewritten.
    let inputChannels: Int
    let first: FirstConvolution?

    /// - Parameters:
    ///   - network: what only training uses is left out.
    ///   - results: the nodes whose outputs are wanted; `nil` for the network's logits.
    ///   - probes: paths of nodes, see ``Network/node(at:)``.
    ///   - weights: those of a layer.
    /// - Throws: `NetworkError` for operations that the engine does not compute; what `weights`
    ///   throws.
    public init(
        _ network: Network, results: [String]? = nil, probes: [String] = [], pixels: PixelScaling,
        weights: (WeightForm, Network.Node) throws -> FoldedConvolution
    ) throws {
        let probes = try probes.map { path in
            guard let node = network.node(at: path) else {
                throw NetworkError(
                    network: network.name, node: path, found: "no such node", expected: "one")
            }
            return node.name
        }
        let results = results ?? [network.output]
        var folding = GraphFolding(network, keeping: results + probes)
        try folding.run()
        layers = folding.layers
        self.results = try results.map { try folding.layer(of: $0) }
        self.probes = try probes.map { try folding.layer(of: $0) }
        self.pixels = pixels
        inputChannels = network.inputChannels
        if let node = network.withoutAuxiliary.firstConvolution,
            case .convolution(let convolution) = node.operation
        {
            first = FirstConvolution(convolution, pixels)
        } else {
            first = nil
        }
        guard first != nil || pixels.pixels == .colour || inputChannels == 1 else {
            throw NetworkError(
                network: network.name, node: network.nodes.first?.name ?? "",
                found: "images that several nodes read",
                expected: "one convolution, for grey images"
            )
        }
        for index in layers.indices {
            guard let form = form(of: layers[index]), let node = network[layers[index].name] else {
                continue
            }
            layers[index].weights = try weights(form, node)
        }
    }

    /// Float weights.
    /// - Parameter tensor: a parameter by its path.
    public init(
        _ network: Network, results: [String]? = nil, probes: [String] = [], pixels: PixelScaling,
        tensor: (String) -> RawTensor
    ) throws {
        let first = network.withoutAuxiliary.firstConvolution?.name
        try self.init(network, results: results, probes: probes, pixels: pixels) { form, node in
            let hasBias = node.parameters.contains { $0.path == "\(node.name).bias" }
            let folding = ChannelFolding(
                node, outputs: form.outputs, hasBias: hasBias, in: network,
                tensor: { tensor($0).floats })
            var weight = tensor("\(node.name).weight")
            if node.name == first, case .convolution(let convolution) = node.operation,
                let first = FirstConvolution(convolution, pixels)
            {
                weight = first.weight(weight)
            }
            return FoldedConvolution(
                weight: weight, factors: folding.factors, bias: folding.bias, stride: form.stride,
                padding: form.padding)
        }
    }

    /// `nil` for a layer without weights.
    private func form(of layer: Layer) -> WeightForm? {
        switch layer.operation {
        case .convolution(let convolution):
            let rewritten = layer.inputs == [Network.input] ? first : nil
            return WeightForm(
                name: layer.name, shape: rewritten?.weightShape ?? convolution.weightShape,
                outputs: convolution.outputs, stride: rewritten?.stride ?? convolution.stride,
                padding: rewritten?.padding ?? convolution.padding, isHead: false)
        case .transposedConvolution(let convolution):
            let kernel = convolution.kernel
            return WeightForm(
                name: layer.name,
                shape: [convolution.inputs, convolution.outputs, kernel.height, kernel.width],
                outputs: convolution.outputs, stride: convolution.stride, padding: 0,
                isHead: false)
        case .linear(let inputs, let outputs):
            return WeightForm(
                name: layer.name, shape: [outputs, inputs], outputs: outputs, stride: 1,
                padding: 0, isHead: results.contains(layer.name))
        default: return nil
        }
    }

    public subscript(name: String) -> Layer? { layers.first { $0.name == name } }

    /// The layers whose weights are int8 in a quantised network.
    public var quantizable: [Layer] {
        layers.filter { form(of: $0)?.isHead == false }
    }

    public var isQuantized: Bool {
        quantizable.allSatisfy { $0.weights?.weight.dtype == .int8 }
    }

    /// How many weights and biases there are.
    public var parameterCount: Int {
        layers.compactMap(\.weights).reduce(0) { $0 + $1.weight.count + $1.bias.count }
    }

    /// With int8 weights.
    /// - Parameter outputRanges: the largest magnitudes of the outputs by layer.
    public func quantized(outputRanges: [String: Double]) -> FoldedNetwork {
        let names = Set(quantizable.map(\.name))
        var result = self
        for index in layers.indices where names.contains(layers[index].name) {
            guard let range = outputRanges[layers[index].name] else {
                preconditionFailure("expected a range of \(layers[index].name)")
            }
            result.layers[index].weights = layers[index].weights?.quantized()
            result.layers[index].weights?.outputRange = range
        }
        return result
    }
}
