/// Makes a ``Network`` of the nodes of an ONNX file, one after the other.
struct OnnxReader {
    /// What a name of the file stands for.
    enum Value {
        /// What a node of the network puts out; `isLast` where channels come last, as Keras has them.
        case node(String, channelsLast: Bool)
        /// A node's output with zeros around it: top, left, bottom, right.
        case padded(String, [Int])
        case constant(OnnxGraph.Tensor)
        /// A number that the file computes from shapes, such as the target of a reshaping.
        case computed

        /// The name of a node's output.
        var node: String? { if case .node(let name, _) = self { name } else { nil } }
    }

    var network: Network
    var tensors: [OnnxClassifier.Tensor] = []
    var scale: Float = 1
    var offset: Float = 0
    var notes: [String] = []
    let imageSize: Int
    /// Whether softmax at the end is left out, so that logits come out.
    let endsWithLogits: Bool
    var values: [String: Value] = [:]
    /// How many inputs of the file's nodes read a name.
    let uses: [String: Int]
    /// The types of tensors that are neither float32 nor int64.
    private let unread: [String: Int]
    /// Of what each node puts out, [C, H, W] or [C].
    var shapes: [String: [Int]] = [:]

    /// A classifier of square images, whose size the file declares or `imageSize` names.
    init(_ graph: OnnxGraph, name: String, imageSize: Int?) throws(OnnxError) {
        let inputs = graph.inputs.filter { graph.tensors[$0.name] == nil }
        guard inputs.count == 1, inputs[0].shape.count == 4 else {
            throw OnnxError(
                "it has \(inputs.count) inputs, expected one of images with four dimensions")
        }
        let shape = inputs[0].shape
        let isLast = shape[3].map { $0 == 1 || $0 == 3 } ?? false
        let (channels, height, width) =
            isLast ? (shape[3], shape[1], shape[2]) : (shape[1], shape[2], shape[3])
        guard let channels, channels == 1 || channels == 3 else {
            throw OnnxError(
                "its input has the shape \(Self.words(shape)), expected 1 or 3 channels")
        }
        guard let side = height ?? width ?? imageSize else {
            throw OnnxError("it leaves the size of its images open: name it")
        }
        guard height ?? side == width ?? side, imageSize ?? side == side, 8 ... 1024 ~= side else {
            throw OnnxError(
                "its input has the shape \(Self.words(shape)), expected squares"
                    + (imageSize.map { " of \($0)" } ?? " of 8 to 1024") + " pixels")
        }
        self.init(
            graph, Network(name: name, inputChannels: channels), image: inputs[0].name,
            channelsLast: isLast, side: side, endsWithLogits: true)
    }

    /// A network of convolutions that images of any size run through: what the first node reads is
    /// the image, of as many planes as the first convolution reads.
    /// - Parameter nominalSide: of images by which shapes are checked.
    init(_ graph: OnnxGraph, nominalSide: Int) throws(OnnxError) {
        guard let image = graph.nodes.first?.inputs.first else {
            throw OnnxError("the ONNX file has no node that reads an image")
        }
        let first = graph.nodes.first { ["Conv", "ConvTranspose"].contains($0.operation) }
        let shape = first.flatMap { $0.inputs.dropFirst().first }.flatMap { graph.tensors[$0] }?
            .shape
        let groups = first?.integers["group"]?.first ?? 1
        guard let shape, shape.count == 4,
            let planes = (1 ... 4).first(where: { planes in
                first?.operation == "Conv"
                    ? planes % max(groups, 1) == 0 && planes / max(groups, 1) == shape[1]
                    : planes == shape[0]
            })
        else {
            throw OnnxError("the first convolution does not read 1 to 4 planes")
        }
        self.init(
            graph, Network(name: "onnx", inputChannels: planes), image: image,
            channelsLast: false, side: nominalSide, endsWithLogits: false)
    }

    private static func words(_ shape: [Int?]) -> String {
        shape.map { $0.map { "\($0)" } ?? "open" }.joined(separator: " x ")
    }

    private init(
        _ graph: OnnxGraph, _ network: Network, image: String, channelsLast: Bool, side: Int,
        endsWithLogits: Bool
    ) {
        self.network = network
        self.endsWithLogits = endsWithLogits
        imageSize = side
        unread = graph.unread
        uses = Dictionary(
            graph.nodes.flatMap(\.inputs).map { ($0, 1) }, uniquingKeysWith: +)
        for (name, tensor) in graph.tensors { values[name] = .constant(tensor) }
        values[image] = .node(Network.input, channelsLast: channelsLast)
        shapes[Network.input] = [network.inputChannels, side, side]
    }

    func result(_ graph: OnnxGraph) throws(OnnxError) -> OnnxClassifier {
        guard let last = graph.outputs.first(where: { values[$0.name] != nil }),
            case .node(let name, _)? = values[last.name]
        else { throw OnnxError("it has no output that is computed of images") }
        var (network, tensors) = (network, tensors)
        network.output = name
        guard let node = network[name], let shape = shapes[name], shape.count == 1 else {
            throw OnnxError(
                "it ends with \(network[name].map { "\($0.operation)" } ?? "its input") "
                    + "(node \(name)), expected one number a class")
        }
        if case .linear = node.operation {
        } else {
            // A head that leaves its input as it is.
            let classes = shape[0]
            guard classes <= 1000 else {
                throw OnnxError("it ends with \(classes) numbers, expected one a class")
            }
            network.add("head", .linear(inputs: classes, outputs: classes), name)
            tensors += [
                .init(
                    path: "head.weight", shape: [classes, classes],
                    values: (0 ..< classes * classes).map {
                        $0 / classes == $0 % classes ? 1 : 0
                    }),
                .init(
                    path: "head.bias", shape: [classes],
                    values: [Float](repeating: 0, count: classes)),
            ]
        }
        return OnnxClassifier(
            network, tensors: tensors, imageSize: imageSize, scale: scale, offset: offset,
            notes: notes)
    }

    /// - Throws: `OnnxError` that names the node.
    mutating func add(_ node: OnnxGraph.Node) throws(OnnxError) {
        switch node.operation {
        case "Conv": try addConvolution(node)
        case "ConvTranspose": try addTransposedConvolution(node)
        case "BatchNormalization": try addBatchNorm(node)
        case "Relu": try add(node, .relu)
        case "Sigmoid": try add(node, .sigmoid)
        case "MaxPool": try add(node, .maxPool(try window(node)))
        case "AveragePool":
            try add(
                node,
                .averagePool(
                    try window(node), countsPadding: node.integers["count_include_pad"]?.first == 1)
            )
        case "GlobalAveragePool": try add(node, .globalAveragePool)
        case "ReduceMean": try addMean(node)
        case "Gemm": try addDense(node, isTransposed: node.integers["transB"]?.first == 1)
        case "MatMul": try addDense(node, isTransposed: false)
        case "Add", "Sub", "Mul", "Div", "Sum": try addArithmetic(node)
        case "Concat": try addConcatenation(node)
        case "Flatten", "Reshape", "Squeeze": try flatten(node)
        case "Transpose": try transpose(node)
        case "Pad": try pad(node)
        case "Dropout", "Identity", "Cast": try alias(node)
        case "Softmax" where endsWithLogits, "LogSoftmax" where endsWithLogits:
            notes.append("left \(node.operation) out, which gives probabilities of logits")
            try alias(node)
        case "Constant":
            guard let tensor = node.tensors["value"] else { return try setComputed(node) }
            try set(node, .constant(tensor))
        case "Shape", "Gather", "Unsqueeze", "Slice": try setComputed(node)
        default: throw unknown(node, "no operation that Mien knows")
        }
    }
}

// Names and values.
extension OnnxReader {
    func unknown(_ node: OnnxGraph.Node, _ found: String) -> OnnxError {
        OnnxError("node \(title(node)) (\(node.operation)): \(found)")
    }

    func title(_ node: OnnxGraph.Node) -> String {
        node.name.isEmpty ? node.outputs.first ?? "" : node.name
    }

    mutating func set(_ node: OnnxGraph.Node, _ value: Value) throws(OnnxError) {
        guard let output = node.outputs.first else { throw unknown(node, "no output") }
        values[output] = value
    }

    mutating func setComputed(_ node: OnnxGraph.Node) throws(OnnxError) {
        try set(node, .computed)
    }

    func value(_ node: OnnxGraph.Node, _ index: Int) throws(OnnxError) -> Value {
        guard node.inputs.indices.contains(index), let value = values[node.inputs[index]] else {
            if let kind = node.inputs.dropFirst(index).first.flatMap({ unread[$0] }) {
                throw unknown(
                    node, "input \(index) is a tensor of ONNX's type \(kind), expected float32")
            }
            throw unknown(node, "input \(index) is missing")
        }
        return value
    }

    func constant(
        _ node: OnnxGraph.Node, _ index: Int
    ) throws(OnnxError) -> OnnxGraph.Tensor {
        guard case .constant(let tensor) = try value(node, index) else {
            throw unknown(node, "input \(index) is computed, expected a tensor of the file")
        }
        return tensor
    }

    /// The node that an input comes from.
    func source(
        _ node: OnnxGraph.Node, _ index: Int = 0, channelsLast: Bool = false
    ) throws(OnnxError) -> String {
        guard case .node(let name, let isLast) = try value(node, index) else {
            throw unknown(node, "input \(index) is no image or feature")
        }
        guard isLast == channelsLast || (shapes[name]?.count ?? 1) == 1 else {
            throw unknown(node, "channels come last where they were expected first")
        }
        return name
    }

    /// A name that the network does not have yet: of the weights, or of the node.
    func freshName(_ node: OnnxGraph.Node, weights: String? = nil) -> String {
        var stem = weights ?? title(node)
        for suffix in [".weight", "/kernel", "/Conv2D", "_weight"] where stem.hasSuffix(suffix) {
            stem.removeLast(suffix.count)
        }
        stem = String(
            stem.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "." }
        ).split(separator: ".").joined(separator: ".")
        if stem.isEmpty { stem = node.operation }
        var (name, number) = (stem, 1)
        while network[name] != nil || name == Network.input {
            number += 1
            name = "\(stem)_\(number)"
        }
        return name
    }

    mutating func add(
        _ node: OnnxGraph.Node, _ operation: Operation, weights: String? = nil,
        from given: [String]? = nil
    ) throws(OnnxError) {
        var inputs = given ?? []
        if given == nil { inputs = [try source(node)] }
        let name = freshName(node, weights: weights)
        let new = Network.Node(name: name, operation: operation, inputs: inputs)
        do {
            shapes[name] = try new.shape(
                of: inputs.map { shapes[$0] ?? [] }, in: network.name)
        } catch {
            throw unknown(node, "found \(error.found), expected \(error.expected)")
        }
        network.add(name, operation, from: inputs)
        try set(node, .node(name, channelsLast: false))
    }

    mutating func alias(_ node: OnnxGraph.Node) throws(OnnxError) {
        try set(node, try value(node, 0))
    }

    mutating func keep(_ path: String, _ shape: [Int], _ values: [Float]) {
        tensors.append(.init(path: path, shape: shape, values: values))
    }

    /// The node that a node of the file has made.
    func made(_ node: OnnxGraph.Node) throws(OnnxError) -> String {
        guard let output = node.outputs.first, case .node(let name, _)? = values[output] else {
            throw unknown(node, "no output")
        }
        return name
    }
}
