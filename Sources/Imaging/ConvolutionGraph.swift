package import Networks

/// A network of convolutions as it computes: batch normalisation, activations and additions are
/// part of the convolution before them.
package struct ConvolutionGraph {
    package enum Activation { case linear, relu, logistic }

    package struct Layer {
        /// Tensors are numbered: 0 is the image, n + 1 what layer n puts out.
        package var input: Int
        /// Added to the output after the activation.
        package var added: Int?
        package var activation = Activation.linear
        /// Each place of the input becomes kernel x kernel places of the output.
        package var isTransposed: Bool
        package var inputs, outputs, groups, kernel, stride, padding: Int
        /// [outputs, inputs / groups, kernel, kernel], transposed [inputs, outputs, kernel, kernel].
        package var weight: [Float]
        /// [outputs]
        package var bias: [Float]
    }

    package private(set) var layers: [Layer] = []
    /// The layers that put out what was asked for.
    package private(set) var results: [Int] = []

    /// The number of the tensor that has a name, and how often names are read.
    private var numbers: [String: Int] = [:]
    private var uses: [String: Int] = [:]

    /// - Parameter results: the names of its outputs.
    /// - Throws: `OnnxError` for a network that has other operations, or not these outputs.
    package init(_ onnx: OnnxGraph, results names: [String]) throws(OnnxError) {
        if let image = onnx.nodes.first?.inputs.first { numbers[image] = 0 }
        for name in onnx.nodes.flatMap(\.inputs) { uses[name, default: 0] += 1 }
        for node in onnx.nodes {
            guard node.outputs.count == 1, !node.inputs.isEmpty else {
                throw Self.unknown(node, "inputs and outputs")
            }
            switch node.operation {
            case "Conv", "ConvTranspose": try convolve(node, onnx)
            case "BatchNormalization": try normalize(node, onnx)
            case "Relu": try activate(node, .relu)
            case "Sigmoid": try activate(node, .logistic)
            case "Add": try add(node)
            default: throw Self.unknown(node, "kind")
            }
        }
        for name in names {
            guard let number = numbers[name], number > 0 else {
                throw OnnxError("the network has no output \(name)")
            }
            results.append(number - 1)
        }
    }

    private static func unknown(_ node: OnnxGraph.Node, _ what: String) -> OnnxError {
        OnnxError(
            "the operation \(node.operation) that gives \(node.outputs.joined(separator: ", ")) "
                + "has \(what) that CenterFace has not")
    }

    private mutating func convolve(
        _ node: OnnxGraph.Node, _ onnx: OnnxGraph
    ) throws(OnnxError) {
        let isTransposed = node.operation == "ConvTranspose"
        guard let input = numbers[node.inputs[0]], node.inputs.count >= 2,
            let weight = onnx.tensors[node.inputs[1]], weight.shape.count == 4
        else { throw Self.unknown(node, "inputs") }
        func uniform(_ name: String, _ expected: Int, default value: Int) -> Int? {
            let all = node.integers[name] ?? Array(repeating: value, count: expected)
            return all.count == expected && Set(all).count == 1 ? all[0] : nil
        }
        let shape = weight.shape
        guard shape[2] == shape[3], let stride = uniform("strides", 2, default: 1),
            let padding = uniform("pads", 4, default: 0),
            let groups = node.integers["group"]?.first,
            uniform("dilations", 2, default: 1) == 1, (1 ... 4096).contains(groups),
            (1 ... 16).contains(stride), (0 ... 16).contains(padding),
            shape.allSatisfy({ (1 ... 4096).contains($0) })
        else { throw Self.unknown(node, "a shape") }
        let outputs = isTransposed ? shape[1] * groups : shape[0]
        var bias = OnnxGraph.Tensor(
            shape: [outputs], values: Array(repeating: 0, count: outputs))
        if node.inputs.count > 2 {
            guard let given = onnx.tensors[node.inputs[2]], given.shape == [outputs] else {
                throw Self.unknown(node, "a bias")
            }
            bias = given
        }
        layers.append(
            Layer(
                input: input, isTransposed: isTransposed,
                inputs: isTransposed ? shape[0] : shape[1] * groups, outputs: outputs,
                groups: groups, kernel: shape[2], stride: stride, padding: padding,
                weight: weight.values, bias: bias.values))
        numbers[node.outputs[0]] = layers.count
    }

    /// The layer whose output alone is what the node changes; nothing else reads it.
    private func layer(
        before node: OnnxGraph.Node, input: Int = 0
    ) throws(OnnxError) -> Int {
        let name = node.inputs[input]
        guard let number = numbers[name], number > 0, uses[name] == 1,
            layers[number - 1].added == nil
        else { throw Self.unknown(node, "an input") }
        return number - 1
    }

    private mutating func activate(
        _ node: OnnxGraph.Node, _ activation: Activation
    ) throws(OnnxError) {
        let index = try layer(before: node)
        guard layers[index].activation == .linear else { throw Self.unknown(node, "an input") }
        layers[index].activation = activation
        numbers[node.outputs[0]] = index + 1
    }

    private mutating func normalize(
        _ node: OnnxGraph.Node, _ onnx: OnnxGraph
    ) throws(OnnxError) {
        let index = try layer(before: node)
        let outputs = layers[index].outputs
        let given = node.inputs.dropFirst().compactMap { onnx.tensors[$0]?.values }
        guard given.count == 4, given.allSatisfy({ $0.count == outputs }),
            layers[index].activation == .linear, layers[index].isTransposed,
            layers[index].groups == 1
        else { throw Self.unknown(node, "inputs") }
        let epsilon = Double(node.floats["epsilon"] ?? 1e-5)
        let places = layers[index].kernel * layers[index].kernel
        for output in 0 ..< outputs {
            let factor =
                Double(given[0][output]) / (Double(given[3][output]) + epsilon).squareRoot()
            for input in 0 ..< layers[index].inputs {
                let start = (input * outputs + output) * places
                for place in start ..< start + places {
                    layers[index].weight[place] = Float(
                        Double(layers[index].weight[place]) * factor)
                }
            }
            let bias = Double(layers[index].bias[output]) - Double(given[2][output])
            layers[index].bias[output] = Float(bias * factor + Double(given[1][output]))
        }
        numbers[node.outputs[0]] = index + 1
    }

    /// The later of the two inputs is computed with the other added.
    private mutating func add(_ node: OnnxGraph.Node) throws(OnnxError) {
        guard node.inputs.count == 2, let first = numbers[node.inputs[0]],
            let second = numbers[node.inputs[1]], first != second
        else { throw Self.unknown(node, "inputs") }
        let index = try layer(before: node, input: first > second ? 0 : 1)
        guard !layers[index].isTransposed else { throw Self.unknown(node, "an input") }
        layers[index].added = min(first, second)
        numbers[node.outputs[0]] = index + 1
    }
}
