import Networks

/// Puts nodes that the engine computes together into one layer.
struct GraphFolding {
    private let network: Network
    private let nodes: [Network.Node]
    private let kept: Set<String>
    private let readers: [String: Int]

    private(set) var layers: [FoldedNetwork.Layer] = []
    /// The layer that gives what a node puts out.
    private var owners: [String: String] = [:]
    /// The node whose output a layer gives.
    private var ends: [String: String] = [:]

    /// - Parameter kept: nodes whose own outputs are wanted.
    init(_ network: Network, keeping kept: [String]) {
        self.network = network
        self.kept = Set(kept)
        var needed = Set(kept)
        for node in network.nodes.reversed() where needed.contains(node.name) {
            needed.formUnion(node.inputs)
        }
        nodes = network.nodes.filter { needed.contains($0.name) }
        readers = nodes.flatMap(\.inputs).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        owners[Network.input] = Network.input
    }

    mutating func run() throws(NetworkError) {
        for node in nodes {
            switch node.operation {
            case .dropout, .flatten: try pass(node)
            case .batchNorm: try normalize(node)
            case .relu: try activate(node, .relu)
            case .sigmoid: try activate(node, .logistic)
            case .add: try add(node)
            default: try append(node)
            }
        }
    }

    func layer(of node: String) throws(NetworkError) -> String {
        guard let owner = owners[node] else {
            throw problem(node, "no such node", "one before those that read it")
        }
        return owner
    }

    private func problem(_ node: String, _ found: String, _ expected: String) -> NetworkError {
        NetworkError(network: network.name, node: node, found: found, expected: expected)
    }

    private mutating func append(
        _ node: Network.Node, activation: FoldedNetwork.Activation = .identity
    ) throws(NetworkError) {
        var inputs: [String] = []
        for input in node.inputs { inputs.append(try layer(of: input)) }
        layers.append(
            .init(
                name: node.name, operation: node.operation, inputs: inputs, activation: activation))
        owners[node.name] = node.name
        ends[node.name] = node.name
    }

    /// The place of the layer that a node may become part of: the one that gives what it alone
    /// reads.
    private func place(before input: String) -> Int? {
        guard let owner = owners[input], ends[owner] == input, readers[input] == 1,
            !kept.contains(input)
        else { return nil }
        return layers.lastIndex { $0.name == owner }
    }

    private mutating func join(_ node: Network.Node, _ layer: String) {
        owners[node.name] = layer
        ends[layer] = node.name
    }

    /// A node that changes nothing. Linear layers read numbers in the order of flattening.
    private mutating func pass(_ node: Network.Node) throws(NetworkError) {
        let owner = try layer(of: node.inputs[0])
        if node.operation == .flatten {
            let isRead = network.readers(of: node.name).allSatisfy {
                if case .linear = $0.operation { true } else { false }
            }
            guard isRead else {
                throw problem(node.name, "flattening", "a linear layer after it")
            }
        }
        if place(before: node.inputs[0]) != nil {
            join(node, owner)
        } else {
            owners[node.name] = owner
        }
    }

    private mutating func normalize(_ node: Network.Node) throws(NetworkError) {
        let input = node.inputs[0]
        guard let place = place(before: input), layers[place].name == input,
            layers[place].operation.isConvolution
        else {
            throw problem(
                node.name, "batch normalisation after \(input)",
                "a convolution before it that nothing else reads")
        }
        join(node, input)
    }

    private mutating func activate(
        _ node: Network.Node, _ activation: FoldedNetwork.Activation
    ) throws(NetworkError) {
        guard let place = place(before: node.inputs[0]) else {
            return try append(node, activation: activation)
        }
        let layer = layers[place]
        let isOpen = layer.activation == .identity
        if layer.addend != nil {
            guard activation == .relu, !layer.rectifiesSum else {
                return try append(node, activation: activation)
            }
            layers[place].rectifiesSum = true
        } else if isOpen, layer.operation.canActivate {
            layers[place].activation = activation
        } else {
            return try append(node, activation: activation)
        }
        join(node, layer.name)
    }

    /// A convolution that the addition alone reads is computed in its place, with the other input
    /// added.
    private mutating func add(_ node: Network.Node) throws(NetworkError) {
        guard node.inputs.count == 2 else {
            throw problem(node.name, "\(node.inputs.count) inputs", "2")
        }
        for (input, other) in [(0, 1), (1, 0)] {
            guard let place = place(before: node.inputs[input]), layers[place].addend == nil,
                case .convolution = layers[place].operation
            else { continue }
            let addend = try layer(of: node.inputs[other])
            guard addend != layers[place].name, addend != Network.input else { continue }
            var layer = layers.remove(at: place)
            layer.addend = addend
            layers.append(layer)
            join(node, layer.name)
            return
        }
        try append(node)
    }
}

extension Operation {
    fileprivate var isConvolution: Bool {
        switch self {
        case .convolution, .transposedConvolution: true
        default: false
        }
    }

    /// Whether the engine computes an activation together with it.
    fileprivate var canActivate: Bool {
        switch self {
        case .convolution, .transposedConvolution, .linear, .add: true
        default: false
        }
    }
}
