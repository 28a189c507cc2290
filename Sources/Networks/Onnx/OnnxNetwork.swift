/// A network and its tensors, read from the computation of an ONNX file.
package struct OnnxNetwork {
    /// Nodes have the names of what they put out in the file.
    package private(set) var network: Network
    /// By parameter path.
    package private(set) var tensors: [String: OnnxGraph.Tensor] = [:]

    /// The name in the network for a name in the file: nodes that change nothing are left out.
    private var names: [String: String] = [:]
    /// Channels of what nodes put out, where they are known.
    private var channels: [String: Int] = [:]

    /// - Throws: `OnnxError` for an operator that Mien does not compute, by its name and node.
    package init(_ graph: OnnxGraph) throws(OnnxError) {
        guard let image = graph.nodes.first?.inputs.first else {
            throw OnnxError("the ONNX file has no node that reads an image")
        }
        let first = graph.nodes.first { ["Conv", "ConvTranspose"].contains($0.operation) }
        let weight = first.flatMap { $0.inputs.dropFirst().first }.flatMap { graph.tensors[$0] }
        let groups = first?.integers["group"]?.first ?? 1
        let planes = weight.map { $0.shape.count == 4 ? $0.shape[1] * max(groups, 1) : 0 } ?? 0
        guard (1 ... 4).contains(planes) else {
            throw OnnxError("the first convolution reads \(planes) planes, expected 1 to 4")
        }
        network = Network(name: "onnx", inputChannels: planes)
        names[image] = Network.input
        channels[Network.input] = planes
        for node in graph.nodes { try add(node, graph) }
    }

    private func problem(_ node: OnnxGraph.Node, _ found: String) -> OnnxError {
        OnnxError(
            "node \(node.outputs.joined(separator: ", ")): the operator \(node.operation) has "
                + "\(found) that Mien does not compute")
    }

    private mutating func add(_ node: OnnxGraph.Node, _ graph: OnnxGraph) throws(OnnxError) {
        guard node.outputs.count == 1, let output = node.outputs.first, names[output] == nil,
            network[output] == nil, output != Network.input
        else { throw problem(node, "outputs") }
        let inputs = node.inputs.filter { graph.tensors[$0] == nil }.compactMap { names[$0] }
        let given = node.inputs.filter { graph.tensors[$0] == nil }.count
        guard let input = inputs.first, inputs.count == given else {
            throw problem(node, "inputs")
        }
        let operation: Operation
        switch node.operation {
        case "Conv", "ConvTranspose": operation = try convolution(node, output, input, graph)
        case "BatchNormalization": operation = try batchNorm(node, output, graph)
        case "Relu": operation = .relu
        case "Sigmoid": operation = .sigmoid
        case "Add": operation = .add
        case "Concat": operation = .concatenate
        case "Flatten": operation = .flatten
        case "MaxPool": operation = .maxPool(try window(node))
        case "AveragePool":
            operation = .averagePool(
                try window(node),
                countsPadding: node.integers["count_include_pad"]?.first == 1)
        case "GlobalAveragePool": operation = .globalAveragePool
        case "Gemm": operation = try linear(node, output, graph)
        case "Dropout", "Identity":
            names[output] = input
            return
        default:
            throw OnnxError(
                "node \(output): the operator \(node.operation) is none that Mien computes")
        }
        let isWide = operation == .add || operation == .concatenate
        guard isWide ? inputs.count > 1 : inputs.count == 1,
            !isWide || inputs.count == node.inputs.count
        else { throw problem(node, "inputs") }
        if channels[output] == nil { channels[output] = channels[input] }
        if operation == .concatenate {
            channels[output] = inputs.reduce(0) { $0 + (channels[$1] ?? 0) }
        }
        names[output] = network.add(output, operation, from: inputs)
    }

    /// The value of an attribute that is given for each side alike.
    private func uniform(
        _ node: OnnxGraph.Node, _ name: String, count: Int, default value: Int
    ) throws(OnnxError) -> Int {
        let all = node.integers[name] ?? Array(repeating: value, count: count)
        guard all.count == count, Set(all).count == 1, (0 ... 64).contains(all[0]) else {
            throw problem(node, "\(name) \(all)")
        }
        return all[0]
    }

    private mutating func convolution(
        _ node: OnnxGraph.Node, _ output: String, _ input: String, _ graph: OnnxGraph
    ) throws(OnnxError) -> Operation {
        guard node.inputs.count >= 2, let weight = graph.tensors[node.inputs[1]],
            weight.shape.count == 4, weight.shape.allSatisfy({ (1 ... 4096).contains($0) })
        else { throw problem(node, "weights") }
        let isTransposed = node.operation == "ConvTranspose"
        let shape = weight.shape
        let pads = node.integers["pads"] ?? [0, 0, 0, 0]
        let stride = try uniform(node, "strides", count: 2, default: 1)
        let groups = node.integers["group"]?.first ?? 1
        guard pads.count == 4, pads[0] == pads[2], pads[1] == pads[3],
            pads.allSatisfy({ (0 ... 16).contains($0) }), (1 ... 16).contains(stride),
            (1 ... 4096).contains(groups),
            try uniform(node, "dilations", count: 2, default: 1) == 1
        else { throw problem(node, "pads, strides, dilations or groups") }
        let outputs = isTransposed ? shape[1] * groups : shape[0]
        let inputs = isTransposed ? shape[0] : shape[1] * groups
        guard outputs % groups == 0, inputs % groups == 0 else { throw problem(node, "groups") }
        if let found = channels[input], found != inputs {
            throw OnnxError(
                "node \(output): found \(found) channels before it, expected \(inputs)")
        }
        if isTransposed {
            guard groups == 1, pads == [0, 0, 0, 0], shape[2] == stride, shape[3] == stride,
                (node.integers["output_padding"] ?? []).allSatisfy({ $0 == 0 })
            else { throw problem(node, "a shape") }
        }
        channels[output] = outputs
        tensors["\(output).weight"] = weight
        let hasBias = node.inputs.count > 2
        if hasBias {
            guard let bias = graph.tensors[node.inputs[2]], bias.shape == [outputs] else {
                throw problem(node, "a bias")
            }
            tensors["\(output).bias"] = bias
        }
        let specification = ConvolutionSpecification(
            inputs: inputs, outputs: outputs, kernel: Extent(shape[2], shape[3]), stride: stride,
            padding: Extent(pads[0], pads[1]), groups: groups, hasBias: hasBias)
        return isTransposed
            ? .transposedConvolution(specification) : .convolution(specification)
    }

    private mutating func batchNorm(
        _ node: OnnxGraph.Node, _ output: String, _ graph: OnnxGraph
    ) throws(OnnxError) -> Operation {
        let given = node.inputs.dropFirst().compactMap { graph.tensors[$0] }
        let width = node.inputs.first.flatMap { names[$0] }.flatMap { channels[$0] } ?? -1
        guard given.count == 4, given.allSatisfy({ $0.shape == [width] }) else {
            throw problem(node, "inputs")
        }
        for (name, tensor) in zip(["weight", "bias", "running_mean", "running_var"], given) {
            tensors["\(output).\(name)"] = tensor
        }
        return .batchNorm(channels: width, epsilon: Double(node.floats["epsilon"] ?? 1e-5))
    }

    private mutating func linear(
        _ node: OnnxGraph.Node, _ output: String, _ graph: OnnxGraph
    ) throws(OnnxError) -> Operation {
        guard node.inputs.count == 3, let weight = graph.tensors[node.inputs[1]],
            let bias = graph.tensors[node.inputs[2]], weight.shape.count == 2,
            bias.shape == [weight.shape[0]], node.integers["transB"]?.first == 1,
            node.integers["transA"]?.first ?? 0 == 0, node.floats["alpha"] ?? 1 == 1,
            node.floats["beta"] ?? 1 == 1
        else { throw problem(node, "weights") }
        tensors["\(output).weight"] = weight
        tensors["\(output).bias"] = bias
        channels[output] = weight.shape[0]
        return .linear(inputs: weight.shape[1], outputs: weight.shape[0])
    }

    private func window(_ node: OnnxGraph.Node) throws(OnnxError) -> Window {
        let side = try uniform(node, "kernel_shape", count: 2, default: 0)
        let stride = try uniform(node, "strides", count: 2, default: 1)
        let padding = try uniform(node, "pads", count: 4, default: 0)
        guard side > 0, stride > 0, 2 * padding <= side,
            node.integers["ceil_mode"]?.first ?? 0 == 0,
            try uniform(node, "dilations", count: 2, default: 1) == 1
        else { throw problem(node, "a window") }
        return Window(side, stride: stride, padding: padding)
    }
}
