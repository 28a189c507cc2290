/// Writes a network with its weights as an ONNX file for other programs.
///
/// Batch normalisation is folded into the convolution before it, dropout is left out. Operators:
/// Conv, Relu, MaxPool, Add, Concat, GlobalAveragePool, Flatten, Gemm and Softmax, which mean the
/// same in operator sets 9 to 21 and which OpenCV 4.6 reads too.
public struct OnnxExport: Sendable {
    /// How the file's input is given.
    public enum Pixels: Sendable, Equatable {
        /// [N, channels, H, W], normalised by whoever calls.
        case normalized
        /// [N, 1, H, W], grey and normalised: the first convolution's weights are summed over its
        /// channels. Exact where all channels are normalised alike.
        case normalizedGrey
        /// [N, 1, H, W], grey values 0 to 255, which the file normalises by mean and standard
        /// deviation of each channel, both for values 0 to 1.
        case grey(mean: [Float], standardDeviation: [Float])
        /// [N, 3, H, W], RGB values 0 to 255, normalised likewise.
        case rgb(mean: [Float], standardDeviation: [Float])
    }

    public static let operatorSets = 9 ... 21

    public var operatorSet = 13
    /// Images of a run; `nil` leaves the number open.
    public var batch: Int?
    public var imageSize: Int
    public var pixels = Pixels.normalized
    /// The logits are divided by it.
    public var temperature = 1.0
    /// Whether the softmax of the logits is an output too.
    public var hasProbabilities = false
    /// The outputs whose probabilities are added up to the output `score`; `nil` for none.
    public var positives: [Int]?
    public var producerVersion = ""
    public var metadata: [(key: String, value: String)] = []

    public init(imageSize: Int) { self.imageSize = imageSize }

    /// The bytes of the file.
    /// - Parameter tensor: the values of a parameter by its path, row by row.
    /// - Throws: ``NetworkError`` for a network that has no form in these operators at this size.
    public func file(
        of network: Network, tensor: @escaping (_ path: String) -> [Float]
    ) throws(NetworkError) -> [UInt8] {
        precondition(
            Self.operatorSets.contains(operatorSet),
            "expected an operator set in \(Self.operatorSets), got \(operatorSet)")
        var writer = OnnxGraphWriter(
            network, shapes: try network.shapes(imageSize: imageSize), self, tensor: tensor)
        return try writer.file()
    }
}

/// One file in the making.
private struct OnnxGraphWriter {
    private let network: Network
    private let shapes: [String: [Int]]
    private let export: OnnxExport
    private let tensor: (String) -> [Float]
    private var model: OnnxModel
    /// What stands for a node's output in the file.
    private var names: [String: String] = [:]

    init(
        _ network: Network, shapes: [String: [Int]], _ export: OnnxExport,
        tensor: @escaping (String) -> [Float]
    ) {
        self.network = network
        self.shapes = shapes
        self.export = export
        self.tensor = tensor
        model = OnnxModel(operatorSet: export.operatorSet)
    }

    mutating func file() throws(NetworkError) -> [UInt8] {
        addInput()
        for node in network.scoringNodes { try add(node) }
        let batch = dimension
        let classes = (shapes[network.output] ?? []).reduce(1, *)
        model.add(output: "logits", [batch, .fixed(classes)])
        if export.hasProbabilities || export.positives != nil {
            model.add("Softmax", "probabilities", ["logits"], ["axis": .integer(1)])
        }
        if export.hasProbabilities {
            model.add(output: "probabilities", [batch, .fixed(classes)])
        }
        if let positives = export.positives {
            let row = (0 ..< classes).map { positives.contains($0) ? Float(1) : 0 }
            gemm("score", "probabilities", weight: [1, classes], row, bias: [0])
            model.add(output: "score", [batch, .fixed(1)])
        }
        return model.file(
            graph: network.name, producer: "mien", version: export.producerVersion,
            metadata: export.metadata)
    }

    private var dimension: OnnxModel.Dimension {
        export.batch.map { .fixed($0) } ?? .symbol("N")
    }

    private mutating func addInput() {
        let channels =
            switch export.pixels {
            case .normalized, .rgb: network.inputChannels
            case .normalizedGrey, .grey: 1
            }
        let side = OnnxModel.Dimension.fixed(export.imageSize)
        model.add(input: "images", [dimension, .fixed(channels), side, side])
        names[Network.input] = "images"
        let (mean, deviation): ([Float], [Float])
        switch export.pixels {
        case .grey(let means, let deviations), .rgb(let means, let deviations):
            (mean, deviation) = (means, deviations)
        case .normalized, .normalizedGrey: return
        }
        let weight = model.add(
            tensor: "preprocessing.weight", [network.inputChannels, 1, 1, 1],
            deviation.map { Float(1 / (255 * Double($0))) })
        let bias = model.add(
            tensor: "preprocessing.bias", [network.inputChannels],
            zip(mean, deviation).map { Float(-Double($0) / Double($1)) })
        names[Network.input] = model.add(
            "Conv", "preprocessing", ["images", weight, bias],
            [
                "kernel_shape": .integers([1, 1]), "strides": .integers([1, 1]),
                "pads": .integers([0, 0, 0, 0]), "dilations": .integers([1, 1]),
                "group": .integer(channels),
            ])
    }

    private mutating func add(_ node: Network.Node) throws(NetworkError) {
        let inputs = node.inputs.compactMap { names[$0] }
        switch node.operation {
        case .convolution(let convolution): addConvolution(node, convolution, inputs[0])
        case .batchNorm:
            // Folded into the convolution that it reads.
            guard case .convolution? = network[node.inputs[0]]?.operation,
                network.readers(of: node.inputs[0]).count == 1
            else {
                throw problem(
                    node, "\(node.inputs[0]) before batch normalisation",
                    "a convolution that nothing else reads")
            }
            names[node.name] = inputs[0]
        case .transposedConvolution:
            throw problem(node, "a transposed convolution", "operations of a classifier")
        case .sigmoid: names[node.name] = model.add("Sigmoid", node.name, inputs)
        case .relu: names[node.name] = model.add("Relu", node.name, inputs)
        case .maxPool(let window):
            names[node.name] = model.add(
                "MaxPool", node.name, inputs,
                attributes(window, over: shapes[node.inputs[0]] ?? [], to: shapes[node.name] ?? []))
        case .averagePool(let window, let countsPadding):
            guard countsPadding || window.padding == 0 else {
                throw problem(node, "an average that leaves padding out", "one that counts it")
            }
            addAverage(node, window, inputs[0])
        case .adaptiveAveragePool(let side):
            guard let shape = shapes[node.inputs[0]], shape[1] == side, shape[2] == side else {
                throw problem(
                    node, "images of \(export.imageSize) x \(export.imageSize)",
                    "the size at which this pooling changes nothing (224 x 224 for VGG)")
            }
            names[node.name] = inputs[0]
        case .globalAveragePool:
            let pooled = model.add("GlobalAveragePool", node.name, inputs)
            names[node.name] = model.add(
                "Flatten", node.name + ".flatten", [pooled], ["axis": .integer(1)])
        case .add: names[node.name] = model.add("Add", node.name, inputs)
        case .concatenate:
            names[node.name] = model.add("Concat", node.name, inputs, ["axis": .integer(1)])
        case .flatten:
            names[node.name] = model.add("Flatten", node.name, inputs, ["axis": .integer(1)])
        case .linear(let width, let outputs):
            let isHead = node.name == network.output
            let scale = isHead ? 1 / export.temperature : 1
            names[node.name] = gemm(
                isHead ? "logits" : node.name, inputs[0], weight: [outputs, width],
                scaled(tensor("\(node.name).weight"), by: scale),
                bias: scaled(tensor("\(node.name).bias"), by: scale))
        case .dropout: names[node.name] = inputs[0]
        }
    }

    private func scaled(_ values: [Float], by factor: Double) -> [Float] {
        factor == 1 ? values : values.map { Float(Double($0) * factor) }
    }

    @discardableResult
    private mutating func gemm(
        _ name: String, _ input: String, weight shape: [Int], _ weight: [Float], bias: [Float]
    ) -> String {
        let weight = model.add(tensor: "\(name).weight", shape, weight)
        let bias = model.add(tensor: "\(name).bias", [shape[0]], bias)
        return model.add(
            "Gemm", name, [input, weight, bias],
            ["alpha": .float(1), "beta": .float(1), "transB": .integer(1)])
    }

    private mutating func addConvolution(
        _ node: Network.Node, _ convolution: ConvolutionSpecification, _ input: String
    ) {
        var folded = FoldedWeights(convolution, node: node, in: network, tensor: tensor)
        if node.inputs[0] == Network.input, export.pixels == .normalizedGrey {
            folded.sumInputChannels()
        }
        let weight = model.add(tensor: "\(node.name).weight", folded.shape, folded.weight)
        let bias = model.add(tensor: "\(node.name).bias", [convolution.outputs], folded.bias)
        let (vertical, horizontal) = (convolution.padding.height, convolution.padding.width)
        names[node.name] = model.add(
            "Conv", node.name, [input, weight, bias],
            [
                "kernel_shape": .integers([convolution.kernel.height, convolution.kernel.width]),
                "strides": .integers([convolution.stride, convolution.stride]),
                "pads": .integers([vertical, horizontal, vertical, horizontal]),
                "dilations": .integers([1, 1]), "group": .integer(convolution.groups),
            ])
    }

    /// As a convolution of each channel by itself: OpenCV 4.6 passes over AveragePool's
    /// count_include_pad.
    private mutating func addAverage(_ node: Network.Node, _ window: Window, _ input: String) {
        let channels = shapes[node.inputs[0]]?[0] ?? 0
        let count = window.side * window.side
        let weight = model.add(
            tensor: "\(node.name).weight", [channels, 1, window.side, window.side],
            [Float](repeating: Float(1 / Double(count)), count: channels * count))
        let bias = model.add(
            tensor: "\(node.name).bias", [channels], [Float](repeating: 0, count: channels))
        names[node.name] = model.add(
            "Conv", node.name, [input, weight, bias],
            [
                "kernel_shape": .integers([window.side, window.side]),
                "strides": .integers([window.stride, window.stride]),
                "pads": .integers(Array(repeating: window.padding, count: 4)),
                "dilations": .integers([1, 1]), "group": .integer(channels),
            ])
    }

    /// A window that lies partly behind the image gets padding there, in place of ceil_mode, which
    /// opset 9 does not have.
    private func attributes(
        _ window: Window, over input: [Int], to output: [Int]
    ) -> KeyValuePairs<String, OnnxModel.Attribute> {
        let behind = (1 ... 2).map { axis in
            max(
                (output[axis] - 1) * window.stride + window.side - input[axis] - window.padding,
                window.padding)
        }
        return [
            "kernel_shape": .integers([window.side, window.side]),
            "strides": .integers([window.stride, window.stride]),
            "pads": .integers([window.padding, window.padding] + behind),
        ]
    }

    private func problem(_ node: Network.Node, _ found: String, _ expected: String) -> NetworkError
    {
        NetworkError(network: network.name, node: node.name, found: found, expected: expected)
    }
}
