/// A tensor that a network keeps between images.
public struct Parameter: Sendable, Equatable {
    /// torchvision's name: `layer1.0.bn1.running_mean`.
    public let path: String
    public let shape: [Int]
    /// Whether training changes it by its gradient; statistics are only counted.
    public let isLearnt: Bool

    public var count: Int { shape.reduce(1, *) }
}

extension Network {
    /// All tensors, in the order of the nodes.
    public var parameters: [Parameter] { nodes.flatMap(\.parameters) }

    /// How many numbers the network learns.
    /// - Parameter countsAuxiliary: whether those of the second head count.
    public func parameterCount(countsAuxiliary: Bool = true) -> Int {
        let counted = countsAuxiliary ? nodes : scoringNodes
        return counted.flatMap(\.parameters).reduce(0) { $1.isLearnt ? $0 + $1.count : $0 }
    }

    /// The nodes that the logits depend on: those of a second head are left out.
    public var scoringNodes: [Node] {
        var needed: Set = [output]
        for node in nodes.reversed() where needed.contains(node.name) {
            needed.formUnion(node.inputs)
        }
        return nodes.filter { needed.contains($0.name) }
    }
}

extension Network.Node {
    /// The tensors of this node.
    public var parameters: [Parameter] {
        func learnt(_ suffix: String, _ shape: [Int]) -> Parameter {
            Parameter(path: "\(name).\(suffix)", shape: shape, isLearnt: true)
        }
        func counted(_ suffix: String, _ shape: [Int]) -> Parameter {
            Parameter(path: "\(name).\(suffix)", shape: shape, isLearnt: false)
        }
        switch operation {
        case .convolution(let convolution):
            let weight = learnt("weight", convolution.weightShape)
            return convolution.hasBias ? [weight, learnt("bias", [convolution.outputs])] : [weight]
        case .transposedConvolution(let convolution):
            let (kernel, bias) = (convolution.kernel, [convolution.outputs])
            let shape = [convolution.inputs, convolution.outputs, kernel.height, kernel.width]
            return convolution.hasBias
                ? [learnt("weight", shape), learnt("bias", bias)] : [learnt("weight", shape)]
        case .batchNorm(let channels, _):
            return [
                learnt("weight", [channels]), learnt("bias", [channels]),
                counted("running_mean", [channels]), counted("running_var", [channels]),
                counted("num_batches_tracked", []),
            ]
        case .linear(let inputs, let outputs):
            return [learnt("weight", [outputs, inputs]), learnt("bias", [outputs])]
        default:
            return []
        }
    }
}
