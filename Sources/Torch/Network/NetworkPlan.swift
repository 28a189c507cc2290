import Networks

/// The steps in which a network is computed: nodes that one operation of libtorch's does together
/// are one step.
///
/// Batch normalisation, ReLU and what is added between them are one pass over memory, and with the
/// 3x3 max pooling of stride 2 after them one more is saved.
struct NetworkPlan {
    enum Action {
        case node(Operation)
        case normalizeRectify
        /// The second input is added before the ReLU.
        case normalizeAddRectify
        case normalizeRectifyPool
    }

    struct Step {
        /// The node whose tensors the step uses: the first of those that it stands for.
        let layer: String
        let action: Action
        let inputs: [String]
        /// The node whose output the step gives: the last of those that it stands for.
        let output: String
        /// Outputs that no later step reads.
        fileprivate(set) var releases: [String] = []
    }

    private(set) var steps: [Step] = []

    /// - Parameters:
    ///   - nodes: of `network`, in order.
    ///   - kept: nodes whose outputs are wanted, beside those that no node reads.
    init(_ nodes: [Network.Node], of network: Network, keeping kept: Set<String>) {
        let names = Set(nodes.map(\.name))
        /// The one node that reads this one, where the output itself is not wanted.
        func onlyReader(_ name: String) -> Network.Node? {
            let readers = network.readers(of: name).filter { names.contains($0.name) }
            return readers.count == 1 && !kept.contains(name) ? readers[0] : nil
        }
        var done: Set<String> = []
        /// Sums that a step at their place does, with the batch normalisation before them.
        var sums: [String: Network.Node] = [:]
        for node in nodes where !done.contains(node.name) {
            var step = Step(
                layer: node.name, action: .node(node.operation), inputs: node.inputs,
                output: node.name)
            if let norm = sums[node.name], let rectifier = onlyReader(node.name) {
                let addend = node.inputs[node.inputs[0] == norm.name ? 1 : 0]
                step = Step(
                    layer: norm.name, action: .normalizeAddRectify,
                    inputs: [norm.inputs[0], addend], output: rectifier.name)
                done.insert(rectifier.name)
            } else if case .batchNorm = node.operation, let next = onlyReader(node.name) {
                switch next.operation {
                case .relu:
                    done.insert(next.name)
                    let pooled = onlyReader(next.name)
                    let isPooled = pooled?.operation == .maxPool(Window(3, stride: 2, padding: 1))
                    if isPooled, let pooled { done.insert(pooled.name) }
                    step = Step(
                        layer: node.name,
                        action: isPooled ? .normalizeRectifyPool : .normalizeRectify,
                        inputs: node.inputs,
                        output: isPooled ? pooled?.name ?? next.name : next.name)
                case .add:
                    guard sums[next.name] == nil, next.inputs.count == 2,
                        next.inputs[0] != next.inputs[1], let rectifier = onlyReader(next.name),
                        rectifier.operation == .relu
                    else { break }
                    sums[next.name] = node
                    continue
                default: break
                }
            }
            steps.append(step)
        }
        releaseOutputs(keeping: kept)
    }

    private mutating func releaseOutputs(keeping kept: Set<String>) {
        var read: Set<String> = kept
        for index in steps.indices.reversed() {
            steps[index].releases = Set(steps[index].inputs).filter { read.insert($0).inserted }
        }
    }
}
