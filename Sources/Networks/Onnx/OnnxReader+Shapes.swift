/// Operations without weights.
extension OnnxReader {
    func window(_ node: OnnxGraph.Node) throws(OnnxError) -> Window {
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
        guard shape.count == 3, around[0] == around[1], around[2] == around[3],
            around[0] <= around[2], 2 * around[0] <= sides[0]
        else {
            throw unknown(
                node, "pads \(around), expected equal ones of at most half a window on both axes")
        }
        let window = Window(sides[0], stride: strides[0], padding: around[0])
        let isCeiled = node.integers["ceil_mode"]?.first ?? 0 == 1
        if around[0] == around[2], !isCeiled { return window }
        // Windows that lie partly behind the image: by ceil_mode, or by more padding there.
        let covering = Window(
            sides[0], stride: strides[0], padding: around[0], coversEdge: true)
        let positions = shape[1...].map { side in
            isCeiled && around[0] == around[2]
                ? covering.positions(along: side)
                : max(side + around[0] + around[2] - sides[0], -1) / strides[0] + 1
        }
        if shape[1...].map(window.positions(along:)) == positions { return window }
        guard node.operation == "MaxPool", !isCeiled || around[0] == around[2],
            shape[1...].map(covering.positions(along:)) == positions
        else { throw unknown(node, "windows that lie partly outside the image, pads \(around)") }
        return covering
    }

    mutating func addMean(_ node: OnnxGraph.Node) throws(OnnxError) {
        var axes = node.integers["axes"] ?? []
        if axes.isEmpty, node.inputs.count > 1 { axes = try constant(node, 1).integers }
        guard case .node(let name, let isLast) = try value(node, 0),
            Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == (isLast ? [1, 2] : [2, 3])
        else { throw unknown(node, "axes \(axes), expected those of height and width") }
        try add(node, .globalAveragePool, from: [name])
    }

    mutating func addArithmetic(_ node: OnnxGraph.Node) throws(OnnxError) {
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
        if sources[0] == Network.input, Set(constants[0].values).count == 1 {
            return try scaleInput(node, constants[0], constantFirst: isFirst)
        }
        try addAffine(node, constants[0], to: sources[0], constantFirst: isFirst)
    }

    /// What the file does to the pixels becomes part of the normalisation.
    mutating func scaleInput(
        _ node: OnnxGraph.Node, _ tensor: OnnxGraph.Tensor, constantFirst: Bool
    ) throws(OnnxError) {
        guard let number = tensor.values.first, number.isFinite, network.nodes.isEmpty,
            !constantFirst || ["Add", "Mul"].contains(node.operation),
            node.operation != "Div" || number != 0
        else { throw unknown(node, "pixels that are scaled where they are read elsewhere too") }
        switch node.operation {
        case "Mul": (scale, offset) = (scale * number, offset * number)
        case "Div": (scale, offset) = (scale / number, offset / number)
        case "Sub": offset -= number
        default: offset += number
        }
        try alias(aligned(node, constantFirst: constantFirst))
    }

    /// A node with the images as its first input.
    func aligned(_ node: OnnxGraph.Node, constantFirst: Bool) -> OnnxGraph.Node {
        guard constantFirst, node.inputs.count == 2 else { return node }
        var result = node
        result.inputs.swapAt(0, 1)
        return result
    }

    /// A number for each channel that is added or multiplied: what is left of a batch
    /// normalisation. What is added to the output of a layer with a bias becomes part of it.
    mutating func addAffine(
        _ node: OnnxGraph.Node, _ tensor: OnnxGraph.Tensor, to name: String, constantFirst: Bool
    ) throws(OnnxError) {
        let images = aligned(node, constantFirst: constantFirst)
        guard !constantFirst || ["Add", "Mul"].contains(node.operation) else {
            throw unknown(node, "a constant that features are taken from or divide")
        }
        var numbers = try channelNumbers(tensor, images, of: shapes[name] ?? [])
        if node.operation == "Sub" { numbers = numbers.map { -$0 } }
        if node.operation == "Div" { numbers = numbers.map { 1 / $0 } }
        let isSum = ["Add", "Sub"].contains(node.operation)
        if isSum, let place = tensors.firstIndex(where: { $0.path == "\(name).bias" }),
            network.readers(of: name).isEmpty
        {
            tensors[place] = .init(
                path: tensors[place].path, shape: tensors[place].shape,
                values: zip(tensors[place].values, numbers).map { $0 + $1 })
            return try alias(images)
        }
        let (ones, zeros) = (numbers.map { _ in Float(1) }, numbers.map { _ in Float(0) })
        try addAffine(
            node, factors: isSum ? ones : numbers, bias: isSum ? numbers : zeros, to: name)
        if case .node(_, channelsLast: true) = try value(images, 0) {
            try set(node, .node(try made(node), channelsLast: true))
        }
    }

    /// A number for each channel that is multiplied, and one that is added: a convolution of one
    /// pixel on each channel by itself; of rows, a diagonal dense layer.
    mutating func addAffine(
        _ node: OnnxGraph.Node, factors: [Float], bias: [Float], to name: String
    ) throws(OnnxError) {
        let channels = factors.count
        let isImage = shapes[name]?.count == 3
        guard isImage || channels <= Self.widestDiagonal else {
            throw unknown(node, "\(channels) features, expected up to \(Self.widestDiagonal)")
        }
        guard (factors + bias).allSatisfy(\.isFinite) else {
            throw unknown(node, "factors or sums that are not finite")
        }
        try add(
            node,
            isImage
                ? .convolution(
                    .init(
                        inputs: channels, outputs: channels, kernel: 1, groups: channels,
                        hasBias: true))
                : .linear(inputs: channels, outputs: channels), from: [name])
        let made = try made(node)
        if isImage {
            keep("\(made).weight", [channels, 1, 1, 1], factors)
        } else {
            var diagonal = [Float](repeating: 0, count: channels * channels)
            for index in 0 ..< channels { diagonal[index * channels + index] = factors[index] }
            keep("\(made).weight", [channels, channels], diagonal)
        }
        keep("\(made).bias", [channels], bias)
    }

    private static let widestDiagonal = 2048

    /// One number for each channel of [C, H, W] or [C], where all places of a channel share it.
    private func channelNumbers(
        _ tensor: OnnxGraph.Tensor, _ node: OnnxGraph.Node, of shape: [Int]
    ) throws(OnnxError) -> [Float] {
        guard case .node(_, let isLast) = try value(node, 0), let channels = shape.first else {
            throw unknown(node, "a constant that nothing reads")
        }
        let rank = shape.count == 3 ? 4 : 2
        let padded = [Int](repeating: 1, count: max(rank - tensor.shape.count, 0)) + tensor.shape
        var expected = [Int](repeating: 1, count: rank)
        expected[shape.count == 3 && isLast ? 3 : 1] = channels
        if padded == expected { return tensor.values }
        guard tensor.values.count == 1, padded.count == rank else {
            throw unknown(
                node, "a constant of shape \(tensor.shape), expected one number for each channel")
        }
        return [Float](repeating: tensor.values[0], count: channels)
    }

    mutating func addConcatenation(_ node: OnnxGraph.Node) throws(OnnxError) {
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
    mutating func flatten(_ node: OnnxGraph.Node) throws(OnnxError) {
        guard case .node(let name, let isLast) = try value(node, 0) else {
            // The weights of a dense layer in another shape.
            if case .constant(var tensor) = try value(node, 0), node.operation == "Reshape",
                case .constant(let target) = try value(node, 1)
            {
                guard let shape = Self.shape(target.integers, of: tensor.values.count) else {
                    throw unknown(node, "\(tensor.values.count) values for \(target.integers)")
                }
                tensor.shape = shape
                return try set(node, .constant(tensor))
            }
            return try setComputed(node)
        }
        let shape = shapes[name] ?? []
        if node.operation == "Reshape", case .constant(let target) = try value(node, 1) {
            let row = shape.reduce(1, *)
            let sides = target.integers
            // Of one channel it does not matter whether it comes first or last.
            if shape.count == 3, shape[0] == 1, [-1, 1].contains(sides.first) {
                let places = Array(shape[1...])
                if Array(sides.dropFirst()) == [1] + places {
                    return try set(node, .node(name, channelsLast: false))
                }
                if Array(sides.dropFirst()) == places + [1] {
                    return try set(node, .node(name, channelsLast: true))
                }
            }
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

    /// The shape that a target of a reshaping means, where one side may be -1; `nil` where it has
    /// another number of values.
    private static func shape(_ target: [Int], of count: Int) -> [Int]? {
        var known = 1
        for side in target where side != -1 {
            let (product, overflow) = known.multipliedReportingOverflow(by: side)
            guard side > 0, !overflow, product <= count else { return nil }
            known = product
        }
        let isOpen = target.contains(-1)
        guard target.count(where: { $0 == -1 }) <= 1, known > 0,
            isOpen ? count % known == 0 : count == known
        else { return nil }
        return target.map { $0 == -1 ? count / known : $0 }
    }

    mutating func transpose(_ node: OnnxGraph.Node) throws(OnnxError) {
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

    mutating func pad(_ node: OnnxGraph.Node) throws(OnnxError) {
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
        guard pads.allSatisfy({ 0 ... 64 ~= $0 }) else {
            throw unknown(node, "pads \(pads), expected at most 64 pixels")
        }
        try set(node, .padded(name, axes.map { pads[$0] }))
    }
}
