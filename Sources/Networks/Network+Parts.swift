extension Network {
    /// The linear layer that puts out the logits.
    public var head: Node {
        guard let node = self[output], case .linear = node.operation else {
            preconditionFailure("expected \(name) to end with a linear layer, got \(output)")
        }
        return node
    }

    /// How many numbers the head reads.
    public var features: Int {
        guard case .linear(let inputs, _) = head.operation else { return 0 }
        return inputs
    }

    /// How many logits there are.
    public var outputCount: Int {
        guard case .linear(_, let outputs) = head.operation else { return 0 }
        return outputs
    }

    /// The convolution that reads the images; `nil` where several do.
    public var firstConvolution: Node? {
        let readers = readers(of: Self.input)
        guard readers.count == 1, case .convolution = readers[0].operation else { return nil }
        return readers[0]
    }

    /// The network without what only training uses.
    public var withoutAuxiliary: Network {
        guard auxiliaryOutput != nil else { return self }
        var result = Network(name: name, inputChannels: inputChannels)
        for node in scoringNodes { result.add(node.name, node.operation, from: node.inputs) }
        return result
    }

    /// Parts with weights, from the input on, without the head: what can be frozen and what is
    /// made random in turn. A part is a path below which nodes lie, or a node; "stem" are nodes at
    /// the top, such as `conv1` and `bn1` of a residual network.
    public var parts: [String] {
        var result: [String] = []
        for node in nodes where !node.parameters.isEmpty && node.name != output {
            let part = part(of: node.name)
            if result.last != part { result.append(part) }
        }
        return result
    }

    /// The part that a node, or a tensor by its path, belongs to.
    public func part(of path: String) -> String {
        let components = path.split(separator: ".", omittingEmptySubsequences: false)
        let head = output.split(separator: ".")
        if path == output || path.hasPrefix(output + ".") { return output }
        // A layer beside the head, such as classifier.0 of VGG, is a part of its own.
        if head.count > 1, components[0] == head[0] {
            return components.prefix(head.count).joined(separator: ".")
        }
        let isTop = self[String(components[0])] != nil
        return isTop ? "stem" : String(components[0])
    }

    /// Whether a tensor or node lies in a part: one of ``parts``, a path above it, or itself.
    public func contains(_ path: String, in part: String) -> Bool {
        path == part || path.hasPrefix(part + ".") || self.part(of: path) == part
    }
}

extension Network {
    /// The last node that all ways from the images to the logits lead through and that has 4 x 4
    /// places or more: maps of fewer tell only quarters of a face apart. By the shortest path that
    /// stands for it, such as `layer4`.
    public func lastMappable(imageSize: Int) throws(NetworkError) -> String {
        let shapes = try shapes(imageSize: imageSize)
        func side(_ node: Node) -> Int {
            guard let shape = shapes[node.name], shape.count == 3 else { return 0 }
            return min(shape[1], shape[2])
        }
        let pooled = scoringNodes.firstIndex {
            if case .adaptiveAveragePool = $0.operation { true } else { false }
        }
        let candidates = throughNodes(scoringNodes.prefix(pooled ?? .max)).filter { side($0) > 0 }
        let chosen =
            candidates.last { side($0) >= 4 }
            ?? candidates.max { side($0) < side($1) }
        guard let chosen else {
            throw NetworkError(
                network: name, node: output, found: "no layer with places", expected: "one")
        }
        return shortPath(of: chosen)
    }

    /// The first path of a node's components that ``node(at:)`` finds the node by.
    func shortPath(of node: Node) -> String {
        let components = node.name.split(separator: ".")
        for count in 1 ..< max(components.count, 1) {
            let path = components.prefix(count).joined(separator: ".")
            if self.node(at: path) == node { return path }
        }
        return node.name
    }

    /// Those of some first nodes that all ways lead through: nothing before them is read after them.
    private func throughNodes(_ first: some Collection<Node>) -> [Node] {
        var open: [String: Int] = [Self.input: scoringReaders(of: Self.input)]
        var result: [Node] = []
        for node in first {
            for input in node.inputs {
                open[input, default: 0] -= 1
                if open[input] ?? 0 <= 0 { open[input] = nil }
            }
            open[node.name] = scoringReaders(of: node.name)
            if open.count == 1 { result.append(node) }
        }
        return result
    }

    private func scoringReaders(of name: String) -> Int {
        scoringNodes.reduce(0) { $0 + $1.inputs.count { $0 == name } }
    }
}

extension Network {
    /// The paths of the nodes with weights, but for the head.
    public var freezableNodes: [String] {
        nodes.filter { !$0.parameters.isEmpty && $0.name != output }.map(\.name)
    }

    /// The paths of the tensors that only training's second head has.
    public var auxiliaryParameters: Set<String> {
        let scoring = Set(scoringNodes.map(\.name))
        return Set(
            nodes.filter { !scoring.contains($0.name) }.flatMap(\.parameters).map(\.path))
    }

    /// Why images of this size do not go through; `nil` where they do.
    public func sizeError(_ imageSize: Int) -> NetworkError? {
        do {
            _ = try shapes(imageSize: imageSize)
            return nil
        } catch {
            return error
        }
    }
}
