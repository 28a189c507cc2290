/// Makes a ``Network`` of the nodes of an ONNX file, one after the other.
struct OnnxReader {
    /// What a name of the file stands for.
    enum Value {
        /// What a node of the network puts out; `isLast` where channels come last, as Keras has them.
        case node(String, channelsLast: Bool)
        /// The same with zeros around it: top, left, bottom, right.
        case padded(String, [Int])
        case constant(OnnxGraph.Tensor)
        /// A number that the file computes from shapes, such as the target of a reshaping.
        case computed
    }

    private(set) var network: Network
    private(set) var tensors: [OnnxClassifier.Tensor] = []
    private(set) var scale: Float = 1
    private(set) var offset: Float = 0
    private(set) var notes: [String] = []
    private let imageSize: Int
    private var values: [String: Value] = [:]
    /// Of what each node puts out, [C, H, W] or [C].
    private var shapes: [String: [Int]] = [:]

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
            throw OnnxError("its input has the shape \(shape), expected 1 or 3 channels")
        }
        guard let side = height ?? width ?? imageSize else {
            throw OnnxError("it leaves the size of its images open: name it")
        }
        guard height ?? side == width ?? side, imageSize ?? side == side, 8 ... 1024 ~= side else {
            throw OnnxError(
                "its input has the shape \(shape), expected squares"
                    + (imageSize.map { " of \($0)" } ?? " of 8 to 1024") + " pixels")
        }
        self.imageSize = side
        network = Network(name: name, inputChannels: channels)
        values[inputs[0].name] = .node(Network.input, channelsLast: isLast)
        shapes[Network.input] = [channels, side, side]
        for (name, tensor) in graph.tensors { values[name] = .constant(tensor) }
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
        case "BatchNormalization": try addBatchNorm(node)
        case "Relu": try add(node, .relu)
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
        case "Softmax", "LogSoftmax":
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

// MARK: - Names and values

extension OnnxReader {
    func unknown(_ node: OnnxGraph.Node, _ found: String) -> OnnxError {
        OnnxError("node \(title(node)) (\(node.operation)): \(found)")
    }

    private func title(_ node: OnnxGraph.Node) -> String {
        node.name.isEmpty ? node.outputs.first ?? "" : node.name
    }

    private mutating func set(_ node: OnnxGraph.Node, _ value: Value) throws(OnnxError) {
        guard let output = node.outputs.first else { throw unknown(node, "no output") }
        values[output] = value
    }

    private mutating func setComputed(_ node: OnnxGraph.Node) throws(OnnxError) {
        try set(node, .computed)
    }

    private func value(_ node: OnnxGraph.Node, _ index: Int) throws(OnnxError) -> Value {
        guard node.inputs.indices.contains(index), let value = values[node.inputs[index]] else {
            throw unknown(node, "input \(index) is missing")
        }
        return value
    }

    private func constant(
        _ node: OnnxGraph.Node, _ index: Int
    ) throws(OnnxError) -> OnnxGraph.Tensor {
        guard case .constant(let tensor) = try value(node, index) else {
            throw unknown(node, "input \(index) is computed, expected a tensor of the file")
        }
        return tensor
    }

    /// The node that an input comes from.
    private func source(
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
    private func freshName(_ node: OnnxGraph.Node, weights: String? = nil) -> String {
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

    private mutating func add(
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

    private mutating func alias(_ node: OnnxGraph.Node) throws(OnnxError) {
        try set(node, try value(node, 0))
    }

    private mutating func keep(_ path: String, _ shape: [Int], _ values: [Float]) {
        tensors.append(.init(path: path, shape: shape, values: values))
    }

    /// The node that a node of the file has made.
    private func made(_ node: OnnxGraph.Node) throws(OnnxError) -> String {
        guard let output = node.outputs.first, case .node(let name, _)? = values[output] else {
            throw unknown(node, "no output")
        }
        return name
    }
}

// MARK: - Layers with weights

extension OnnxReader {
    private mutating func addConvolution(_ node: OnnxGraph.Node) throws(OnnxError) {
        let weight = try constant(node, 1)
        guard weight.shape.count == 4 else {
            throw unknown(node, "a kernel of shape \(weight.shape), expected two dimensions")
        }
        let strides = node.integers["strides"] ?? [1, 1]
        guard strides.count == 2, strides[0] == strides[1], 1 ... 64 ~= strides[0] else {
            throw unknown(node, "strides \(strides), expected two equal ones")
        }
        let dilations = node.integers["dilations"] ?? [1, 1]
        guard dilations.count == 2, dilations.allSatisfy({ 1 ... 64 ~= $0 }) else {
            throw unknown(node, "dilations \(dilations)")
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
        let bias = node.inputs.count > 2 ? try constant(node, 2).values : nil
        guard bias == nil || bias?.count == outputs else {
            throw unknown(node, "\(bias?.count ?? 0) biases, expected \(outputs)")
        }
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
        keep(
            "\(name).bias", [outputs], bias ?? [Float](repeating: 0, count: outputs))
    }

    /// Top, left, bottom, right.
    private func pads(
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
        let sums = zip(own, around).map { $0 + $1 }
        guard own.count == 4, sums.allSatisfy({ 0 ... 64 ~= $0 }) else {
            throw unknown(node, "pads \(own)")
        }
        return sums
    }

    private mutating func addBatchNorm(_ node: OnnxGraph.Node) throws(OnnxError) {
        var numbers: [[Float]] = []
        for index in 1 ... 4 { numbers.append(try constant(node, index).values) }
        let channels = numbers[0].count
        guard numbers.allSatisfy({ $0.count == channels }), channels > 0 else {
            throw unknown(node, "tensors of \(numbers.map(\.count)) numbers, expected equal counts")
        }
        try add(
            node,
            .batchNorm(channels: channels, epsilon: Double(node.floats["epsilon"] ?? 1e-5)),
            weights: node.inputs[1])
        let name = try made(node)
        for (suffix, values) in zip(["weight", "bias", "running_mean", "running_var"], numbers) {
            keep("\(name).\(suffix)", [channels], values)
        }
        keep("\(name).num_batches_tracked", [], [0])
    }

    private mutating func addDense(
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

// MARK: - Operations without weights

extension OnnxReader {
    private func window(_ node: OnnxGraph.Node) throws(OnnxError) -> Window {
        let sides = node.integers["kernel_shape"] ?? []
        let strides = node.integers["strides"] ?? [1, 1]
        guard sides.count == 2, sides[0] == sides[1], strides.count == 2, strides[0] == strides[1],
            1 ... 64 ~= sides[0], 1 ... 64 ~= strides[0],
            node.integers["dilations"] ?? [1, 1] == [1, 1]
        else {
            throw unknown(node, "windows \(sides), strides \(strides), expected equal sides")
        }
        let shape = shapes[try source(node)] ?? []
        let around = try pads(node, sides, strides, shape)
        guard shape.count == 3, Set(around).count == 1 else {
            throw unknown(node, "pads \(around), expected four equal ones")
        }
        let rest = (1 ... 2).map { (shape[$0] + 2 * around[0] - sides[0]) % strides[0] }
        guard node.integers["ceil_mode"]?.first ?? 0 == 0 || rest == [0, 0] else {
            throw unknown(node, "windows that lie partly outside (ceil_mode)")
        }
        return Window(sides[0], stride: strides[0], padding: around[0])
    }

    private mutating func addMean(_ node: OnnxGraph.Node) throws(OnnxError) {
        var axes = node.integers["axes"] ?? []
        if axes.isEmpty, node.inputs.count > 1 { axes = try constant(node, 1).integers }
        guard case .node(let name, let isLast) = try value(node, 0),
            Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == (isLast ? [1, 2] : [2, 3])
        else { throw unknown(node, "axes \(axes), expected those of height and width") }
        try add(node, .globalAveragePool, from: [name])
    }

    private mutating func addArithmetic(_ node: OnnxGraph.Node) throws(OnnxError) {
        var constants: [OnnxGraph.Tensor] = []
        var sources: [String] = []
        for index in node.inputs.indices {
            switch try value(node, index) {
            case .constant(let tensor): constants.append(tensor)
            case .node(let name, _): sources.append(name)
            default: return try setComputed(node)
            }
        }
        guard !sources.isEmpty else { return try setComputed(node) }
        if constants.isEmpty, ["Add", "Sum"].contains(node.operation) {
            for index in node.inputs.indices { _ = try source(node, index) }
            return try add(node, .add, from: sources)
        }
        guard constants.count == 1, sources.count == 1 else {
            throw unknown(node, "a combination that is no sum of features and no bias")
        }
        let isFirst: Bool = if case .constant = try value(node, 0) { true } else { false }
        if sources[0] == Network.input {
            return try scaleInput(node, constants[0], constantFirst: isFirst)
        }
        try addBias(node, constants[0], to: sources[0], constantFirst: isFirst)
    }

    /// What the file does to the pixels becomes part of the normalisation.
    private mutating func scaleInput(
        _ node: OnnxGraph.Node, _ tensor: OnnxGraph.Tensor, constantFirst: Bool
    ) throws(OnnxError) {
        guard let number = tensor.values.first, Set(tensor.values).count == 1, number.isFinite,
            network.nodes.isEmpty, !constantFirst || ["Add", "Mul"].contains(node.operation),
            node.operation != "Div" || number != 0
        else {
            throw unknown(node, "pixels that are scaled differently by channel or place")
        }
        switch node.operation {
        case "Mul": (scale, offset) = (scale * number, offset * number)
        case "Div": (scale, offset) = (scale / number, offset / number)
        case "Sub": offset -= number
        default: offset += number
        }
        try alias(aligned(node, constantFirst: constantFirst))
    }

    /// The same node with the images first.
    private func aligned(_ node: OnnxGraph.Node, constantFirst: Bool) -> OnnxGraph.Node {
        guard constantFirst, node.inputs.count == 2 else { return node }
        var result = node
        result.inputs.swapAt(0, 1)
        return result
    }

    /// A number for each channel that is added to what a layer puts out is a bias of it.
    private mutating func addBias(
        _ node: OnnxGraph.Node, _ tensor: OnnxGraph.Tensor, to name: String, constantFirst: Bool
    ) throws(OnnxError) {
        guard node.operation == "Add",
            let place = tensors.firstIndex(where: { $0.path == "\(name).bias" }),
            network.readers(of: name).isEmpty
        else {
            throw unknown(node, "a constant that is no bias of a convolution or dense layer")
        }
        let channels = tensors[place].shape[0]
        let isPlane = tensor.shape.filter { $0 != 1 } == (channels == 1 ? [] : [channels])
        guard tensor.values.count == channels, isPlane else {
            throw unknown(node, "a constant of shape \(tensor.shape), expected \(channels) biases")
        }
        tensors[place] = .init(
            path: tensors[place].path, shape: tensors[place].shape,
            values: zip(tensors[place].values, tensor.values).map { $0 + $1 })
        try alias(aligned(node, constantFirst: constantFirst))
    }

    private mutating func addConcatenation(_ node: OnnxGraph.Node) throws(OnnxError) {
        var sources: [String] = []
        for index in node.inputs.indices {
            guard case .node(let name, let isLast) = try value(node, index) else {
                return try setComputed(node)
            }
            let axis = node.integers["axis"]?.first ?? 1
            guard isLast ? [3, -1].contains(axis) : [1, -3].contains(axis) else {
                throw unknown(node, "axis \(axis), expected that of the channels")
            }
            sources.append(name)
        }
        try add(node, .concatenate, from: sources)
    }

    /// To one row of features an image.
    private mutating func flatten(_ node: OnnxGraph.Node) throws(OnnxError) {
        guard case .node(let name, let isLast) = try value(node, 0) else {
            // The weights of a dense layer in another shape.
            if case .constant(var tensor) = try value(node, 0), node.operation == "Reshape",
                case .constant(let target) = try value(node, 1)
            {
                tensor.shape = target.integers
                if let open = tensor.shape.firstIndex(of: -1) {
                    let known = tensor.shape.filter { $0 != -1 }.reduce(1, *)
                    tensor.shape[open] = known > 0 ? tensor.values.count / known : 0
                }
                guard tensor.shape.reduce(1, *) == tensor.values.count else {
                    throw unknown(node, "\(tensor.values.count) values for \(target.integers)")
                }
                return try set(node, .constant(tensor))
            }
            return try setComputed(node)
        }
        let shape = shapes[name] ?? []
        if node.operation == "Reshape", case .constant(let target) = try value(node, 1) {
            let row = shape.reduce(1, *)
            let sides = target.integers
            guard sides.count == 2, sides[1] == -1 || sides[1] == row || sides[0] == 1 else {
                if sides.count == 4, shape.count == 1 { return try alias(node) }
                throw unknown(node, "the shape \(sides), expected one row an image")
            }
        }
        guard shape.count == 3 else { return try alias(node) }
        try add(node, .flatten, from: [name])
        if isLast, let output = node.outputs.first {
            values[output] = .node(try made(node), channelsLast: true)
        }
    }

    private mutating func transpose(_ node: OnnxGraph.Node) throws(OnnxError) {
        let order = node.integers["perm"] ?? []
        switch try value(node, 0) {
        case .node(let name, let isLast) where order == (isLast ? [0, 3, 1, 2] : [0, 2, 3, 1]):
            try set(node, .node(name, channelsLast: !isLast))
        case .constant(let tensor) where tensor.shape.count == 2 && order == [1, 0]:
            let (rows, columns) = (tensor.shape[0], tensor.shape[1])
            let turned = (0 ..< columns).flatMap { column in
                (0 ..< rows).map { tensor.values[$0 * columns + column] }
            }
            try set(node, .constant(.init(shape: [columns, rows], values: turned)))
        default: throw unknown(node, "the order \(order), expected channels from first to last")
        }
    }

    private mutating func pad(_ node: OnnxGraph.Node) throws(OnnxError) {
        var pads = node.integers["pads"] ?? []
        if pads.isEmpty, node.inputs.count > 1 { pads = try constant(node, 1).integers }
        let filled =
            node.inputs.count > 2 && !node.inputs[2].isEmpty
            ? try constant(node, 2).values.first ?? 0 : node.floats["value"] ?? 0
        guard case .node(let name, let isLast) = try value(node, 0), pads.count == 8, filled == 0,
            node.texts["mode"] ?? "constant" == "constant"
        else { throw unknown(node, "pads \(pads), expected zeros around height and width") }
        let axes = isLast ? [1, 2, 5, 6] : [2, 3, 6, 7]
        guard (0 ..< 8).allSatisfy({ axes.contains($0) || pads[$0] == 0 }) else {
            throw unknown(node, "pads \(pads), expected zeros around height and width")
        }
        try set(node, .padded(name, axes.map { pads[$0] }))
    }
}
