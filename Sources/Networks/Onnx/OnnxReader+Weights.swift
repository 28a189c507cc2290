/// Layers with weights.
extension OnnxReader {
    /// Side of a kernel with the gaps that a dilation leaves.
    private static let largestKernel = 128

    mutating func addConvolution(_ node: OnnxGraph.Node) throws(OnnxError) {
        let weight = try constant(node, 1)
        guard weight.shape.count == 4 else {
            throw unknown(node, "a kernel of shape \(weight.shape), expected two dimensions")
        }
        let strides = node.integers["strides"] ?? [1, 1]
        guard strides.count == 2, strides[0] == strides[1], 1 ... 64 ~= strides[0] else {
            throw unknown(node, "strides \(strides), expected two equal ones")
        }
        let dilations = node.integers["dilations"] ?? [1, 1]
        let sides = weight.shape.suffix(2)
        guard dilations.count == 2,
            zip(dilations, sides).allSatisfy({
                1 ... 64 ~= $0 && 1 ... 64 ~= $1 && ($1 - 1) * $0 < Self.largestKernel
            })
        else {
            throw unknown(
                node,
                "dilations \(dilations) of a kernel of \(Array(sides)), expected at most "
                    + "\(Self.largestKernel) pixels together")
        }
        let groups = node.integers["group"]?.first ?? 1
        var kernel = Kernel(weight)
        kernel.dilate(dilations)
        var (input, around) = ("", [0, 0, 0, 0])
        if case .padded(let name, let pads) = try value(node, 0) {
            (input, around) = (name, pads)
        } else {
            input = try source(node)
        }
        let own = try pads(
            node, [kernel.height, kernel.width], strides, shapes[input] ?? [], around)
        kernel.widen(before: [max(own[2] - own[0], 0), max(own[3] - own[1], 0)])
        kernel.widen(after: [max(own[0] - own[2], 0), max(own[1] - own[3], 0)])
        let padding = Extent(max(own[0], own[2]), max(own[1], own[3]))
        let outputs = weight.shape[0]
        guard groups >= 1, outputs % groups == 0, weight.shape[1] > 0 else {
            throw unknown(node, "\(groups) groups for \(outputs) outputs")
        }
        let bias = try biases(node, outputs)
        try add(
            node,
            .convolution(
                .init(
                    inputs: weight.shape[1] * groups, outputs: outputs,
                    kernel: Extent(kernel.height, kernel.width), stride: strides[0],
                    padding: padding, groups: groups, hasBias: true)),
            weights: node.inputs[1], from: [input])
        let name = try made(node)
        keep("\(name).weight", kernel.shape, kernel.values)
        keep("\(name).bias", [outputs], bias)
    }

    /// Enlarges each pixel to a square of the stride's side, as decoders of feature maps do.
    mutating func addTransposedConvolution(_ node: OnnxGraph.Node) throws(OnnxError) {
        let weight = try constant(node, 1)
        guard weight.shape.count == 4 else {
            throw unknown(node, "a kernel of shape \(weight.shape), expected two dimensions")
        }
        let strides = node.integers["strides"] ?? [1, 1]
        let groups = node.integers["group"]?.first ?? 1
        guard groups == 1, Array(weight.shape.suffix(2)) == strides, strides[0] == strides[1],
            1 ... 16 ~= strides[0], node.integers["pads"] ?? [0, 0, 0, 0] == [0, 0, 0, 0],
            node.integers["dilations"] ?? [1, 1] == [1, 1],
            (node.integers["output_padding"] ?? []).allSatisfy({ $0 == 0 })
        else {
            throw unknown(
                node,
                "a kernel of \(weight.shape.suffix(2)) with strides \(strides), expected both "
                    + "equal, one group and no padding")
        }
        let outputs = weight.shape[1]
        let bias = try biases(node, outputs)
        try add(
            node,
            .transposedConvolution(
                .init(
                    inputs: weight.shape[0], outputs: outputs,
                    kernel: Extent(strides[0], strides[0]), stride: strides[0], hasBias: true)),
            weights: node.inputs[1])
        let name = try made(node)
        keep("\(name).weight", weight.shape, weight.values)
        keep("\(name).bias", [outputs], bias)
    }

    /// The biases of a convolution; zeros where it has none.
    private func biases(_ node: OnnxGraph.Node, _ outputs: Int) throws(OnnxError) -> [Float] {
        guard node.inputs.count > 2, !node.inputs[2].isEmpty else {
            return [Float](repeating: 0, count: outputs)
        }
        let values = try constant(node, 2).values
        guard values.count == outputs else {
            throw unknown(node, "\(values.count) biases, expected \(outputs)")
        }
        return values
    }

    /// Top, left, bottom, right.
    func pads(
        _ node: OnnxGraph.Node, _ window: [Int], _ strides: [Int], _ shape: [Int],
        _ around: [Int] = [0, 0, 0, 0]
    ) throws(OnnxError) -> [Int] {
        var own = node.integers["pads"] ?? [0, 0, 0, 0]
        let auto = node.texts["auto_pad"] ?? "NOTSET"
        if auto.hasPrefix("SAME"), shape.count == 3 {
            own = [0, 0, 0, 0]
            for axis in 0 ..< 2 {
                let side = shape[axis + 1]
                let outputs = (side + strides[axis] - 1) / strides[axis]
                let all = max((outputs - 1) * strides[axis] + window[axis] - side, 0)
                own[axis] = auto == "SAME_UPPER" ? all / 2 : all - all / 2
                own[axis + 2] = all - own[axis]
            }
        }
        guard own.count == 4, (own + around).allSatisfy({ 0 ... 64 ~= $0 }) else {
            throw unknown(node, "pads \(own) of an image with \(around) zeros around it")
        }
        return zip(own, around).map { $0 + $1 }
    }

    mutating func addBatchNorm(_ node: OnnxGraph.Node) throws(OnnxError) {
        var numbers: [[Float]] = []
        for index in 1 ... 4 { numbers.append(try constant(node, index).values) }
        let channels = numbers[0].count
        guard numbers.allSatisfy({ $0.count == channels }), channels > 0 else {
            throw unknown(node, "tensors of \(numbers.map(\.count)) numbers, expected equal counts")
        }
        let epsilon = node.floats["epsilon"] ?? 1e-5
        guard epsilon >= 0, epsilon < 1 else {
            throw unknown(node, "an epsilon of \(epsilon), expected 0 up to 1")
        }
        let input = try source(node)
        let isFolded =
            switch network[input]?.operation {
            case .convolution, .transposedConvolution: uses[node.inputs[0]] == 1
            default: false
            }
        guard isFolded else {
            let factors = zip(numbers[0], numbers[3]).map { $0 / ($1 + epsilon).squareRoot() }
            let bias = numbers[1].indices.map { numbers[1][$0] - numbers[2][$0] * factors[$0] }
            return try addAffine(node, factors: factors, bias: bias, to: input)
        }
        try add(
            node, .batchNorm(channels: channels, epsilon: Double(epsilon)),
            weights: node.inputs[1])
        let name = try made(node)
        for (suffix, values) in zip(["weight", "bias", "running_mean", "running_var"], numbers) {
            keep("\(name).\(suffix)", [channels], values)
        }
        keep("\(name).num_batches_tracked", [], [0])
    }

    mutating func addDense(
        _ node: OnnxGraph.Node, isTransposed: Bool
    ) throws(OnnxError) {
        let weight = try constant(node, 1)
        guard weight.shape.count == 2, node.integers["transA"]?.first ?? 0 == 0 else {
            throw unknown(node, "a matrix of shape \(weight.shape), expected two dimensions")
        }
        let (outputs, inputs) =
            isTransposed ? (weight.shape[0], weight.shape[1]) : (weight.shape[1], weight.shape[0])
        var rows = weight.values
        if !isTransposed {
            rows = (0 ..< outputs).flatMap { output in
                (0 ..< inputs).map { weight.values[$0 * outputs + output] }
            }
        }
        let alpha = node.floats["alpha"] ?? 1
        if alpha != 1 { rows = rows.map { $0 * alpha } }
        // Keras flattens with the channels last: the columns are put into the order of planes.
        if case .node(let name, channelsLast: true) = try value(node, 0),
            let flat = network[name], case .flatten = flat.operation,
            let shape = shapes[flat.inputs[0]], shape.reduce(1, *) == inputs
        {
            let (channels, places) = (shape[0], shape[1] * shape[2])
            var planes = rows
            for output in 0 ..< outputs {
                for channel in 0 ..< channels {
                    for place in 0 ..< places {
                        planes[output * inputs + channel * places + place] =
                            rows[output * inputs + place * channels + channel]
                    }
                }
            }
            rows = planes
        }
        var bias = [Float](repeating: 0, count: outputs)
        if node.operation == "Gemm", node.inputs.count > 2 {
            let beta = node.floats["beta"] ?? 1
            let given = try constant(node, 2).values.map { $0 * beta }
            guard given.count == outputs || given.count == 1 else {
                throw unknown(node, "\(given.count) biases, expected \(outputs)")
            }
            bias = given.count == outputs ? given : bias.map { _ in given[0] }
        }
        guard case .node(let input, _) = try value(node, 0) else {
            throw unknown(node, "input 0 is no feature")
        }
        try add(
            node, .linear(inputs: inputs, outputs: outputs), weights: node.inputs[1],
            from: [input])
        let name = try made(node)
        keep("\(name).weight", [outputs, inputs], rows)
        keep("\(name).bias", [outputs], bias)
    }
}
