/// Networks as model cards hold those that no architecture of Mien describes.
extension Network: Codable {
    private enum CodingKeys: String, CodingKey { case name, inputChannels, nodes, output }

    /// - Throws: `DecodingError` for nodes that make no network.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let nodes = try container.decode([Node].self, forKey: .nodes)
        let output = try container.decode(String.self, forKey: .output)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            inputChannels: try container.decode(Int.self, forKey: .inputChannels))
        func problem(_ found: String) -> DecodingError {
            .dataCorruptedError(forKey: .nodes, in: container, debugDescription: found)
        }
        guard [1, 3].contains(inputChannels), nodes.count <= 4096 else {
            throw problem("\(nodes.count) nodes over \(inputChannels) channels")
        }
        for node in nodes {
            let known = node.inputs.allSatisfy { $0 == Self.input || self[$0] != nil }
            guard node.name != Self.input, self[node.name] == nil, known, !node.inputs.isEmpty,
                node.operation.isSound
            else { throw problem("node \(node.name) cannot be computed") }
            add(node.name, node.operation, from: node.inputs)
        }
        guard let last = self[output], case .linear = last.operation else {
            throw problem("the output \(output) is no linear layer")
        }
        self.output = output
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(inputChannels, forKey: .inputChannels)
        try container.encode(nodes, forKey: .nodes)
        try container.encode(output, forKey: .output)
    }
}

extension Operation {
    /// Whether its sizes are such as a layer can have.
    fileprivate var isSound: Bool {
        let (channels, sides, features) = (1 ... 65_536, 1 ... 256, 1 ... 16_777_216)
        switch self {
        case .convolution(let convolution):
            return channels.contains(convolution.inputs) && channels.contains(convolution.outputs)
                && sides.contains(convolution.kernel.height)
                && sides.contains(convolution.kernel.width)
                && 1 ... 64 ~= convolution.stride && 0 ... 256 ~= convolution.padding.height
                && 0 ... 256 ~= convolution.padding.width && convolution.groups >= 1
                && convolution.inputs % convolution.groups == 0
                && convolution.outputs % convolution.groups == 0
        case .batchNorm(let count, let epsilon):
            return channels.contains(count) && epsilon >= 0 && epsilon.isFinite
        case .maxPool(let window), .averagePool(let window, _):
            return sides.contains(window.side) && 1 ... 64 ~= window.stride
                && 0 ... window.side / 2 ~= window.padding
        case .adaptiveAveragePool(let side): return sides.contains(side)
        case .linear(let inputs, let outputs):
            return features.contains(inputs) && channels.contains(outputs)
        case .dropout(let share): return 0 ..< 1 ~= share
        case .relu, .sigmoid, .globalAveragePool, .add, .concatenate, .flatten: return true
        case .transposedConvolution: return false
        }
    }
}
