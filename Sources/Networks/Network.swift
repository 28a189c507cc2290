/// A neural network as a value: named nodes in the order in which they are computed.
///
/// The network is described once here; training, scoring, export, freezing and heat maps read it.
/// It holds no weights. Parameter paths are torchvision's: `layer1.0.conv1.weight`.
public struct Network: Sendable, Equatable {
    /// One step of the computation; its name is the path of its parameters.
    public struct Node: Sendable, Equatable, Codable {
        public let name: String
        public let operation: Operation
        /// Names of earlier nodes, or ``Network/input``.
        public let inputs: [String]
    }

    /// The name under which nodes read the images, [channels, height, width].
    public static let input = "input"

    /// Of the architecture: `resnet18`.
    public let name: String
    public let inputChannels: Int
    public private(set) var nodes: [Node] = []
    /// The node that puts out the logits.
    public internal(set) var output = Network.input
    /// The node that puts out the logits of a second head, which only training uses.
    public internal(set) var auxiliaryOutput: String?

    private var indices: [String: Int] = [:]

    init(name: String, inputChannels: Int) {
        self.name = name
        self.inputChannels = inputChannels
    }

    /// Adds a node, which becomes the output.
    /// - Returns: the node's name.
    @discardableResult
    mutating func add(_ name: String, _ operation: Operation, _ inputs: String...) -> String {
        add(name, operation, from: inputs)
    }

    @discardableResult
    mutating func add(_ name: String, _ operation: Operation, from inputs: [String]) -> String {
        precondition(
            name != Self.input && indices[name] == nil, "expected a new name, got \(name)")
        for input in inputs {
            precondition(
                input == Self.input || indices[input] != nil,
                "expected \(name) to read earlier nodes, got \(input)")
        }
        indices[name] = nodes.count
        nodes.append(Node(name: name, operation: operation, inputs: inputs))
        output = name
        return name
    }

    public subscript(name: String) -> Node? { indices[name].map { nodes[$0] } }

    /// The node of this name, or the last node below this path: `layer4` is what stage 4 puts out.
    public func node(at path: String) -> Node? {
        self[path] ?? nodes.last { $0.name.hasPrefix(path + ".") }
    }

    /// The nodes that read what a node puts out.
    public func readers(of name: String) -> [Node] {
        nodes.filter { $0.inputs.contains(name) }
    }

    public static func == (left: Network, right: Network) -> Bool {
        left.name == right.name && left.inputChannels == right.inputChannels
            && left.nodes == right.nodes && left.output == right.output
            && left.auxiliaryOutput == right.auxiliaryOutput
    }
}

/// Why a network cannot compute images of a size, or cannot be written in a form.
public struct NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
    public let network: String
    /// The node where it shows.
    public let node: String
    public let found: String
    public let expected: String

    public init(network: String, node: String, found: String, expected: String) {
        self.network = network
        self.node = node
        self.found = found
        self.expected = expected
    }

    public var description: String {
        "\(network), node \(node): found \(found), expected \(expected)."
    }
}
