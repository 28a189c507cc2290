public import Networks

/// A network with weights, computed by libtorch and, where asked for, with gradients.
///
/// Tensors have the paths of the description: `layer1.0.conv1.weight`.
public struct NetworkModule: Module {
    public let network: Network
    private let layers: [String: any Module]
    private let scoring: NetworkPlan
    private let training: NetworkPlan

    /// A network with random weights, or with zeros where others are to take their place.
    /// - Parameter seed: all initial weights are a function of it; `nil` for zeros.
    public init(_ network: Network, seed: UInt64?) {
        var seeds = SeedSequence(seed)
        var layers: [String: any Module] = [:]
        for node in network.nodes {
            switch node.operation {
            case .convolution(let specification):
                layers[node.name] = Conv2d(specification, seed: seeds.next())
            case .batchNorm(let channels, let epsilon):
                layers[node.name] = BatchNorm2d(channels: channels, epsilon: epsilon)
            case .linear(let inputs, let outputs):
                layers[node.name] = Linear(inputs: inputs, outputs: outputs, seed: seeds.next())
            default: break
            }
        }
        self.init(network, layers)
    }

    private init(_ network: Network, _ layers: [String: any Module]) {
        self.network = network
        self.layers = layers
        scoring = NetworkPlan(network.scoringNodes, of: network, keeping: [network.output])
        training = NetworkPlan(
            network.nodes, of: network,
            keeping: Set([network.output, network.auxiliaryOutput].compactMap(\.self)))
    }

    /// The network without its second head, with the tensors of this one.
    public var withoutAuxiliary: NetworkModule { NetworkModule(network.withoutAuxiliary, layers) }

    /// The layer that puts out the logits.
    public var head: Linear { layer(network.output) }

    /// Calls `body` with the path, role and value of each tensor.
    public func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        for node in network.nodes { layers[node.name]?.visit(joined(path, node.name), body) }
    }

    /// Logits [N, outputs] with the statistics that training kept.
    /// - Parameter images: [N, channels, H, W]; grey ones may come as [N, 1, H, W] and stand for
    ///   equal channels.
    public func callAsFunction(_ images: Tensor) -> Tensor {
        var values = [Network.input: images]
        for step in scoring.steps { run(step, &values, nil) }
        return value(network.output, values)
    }

    /// What training's loss is of.
    public struct TrainingOutput {
        /// [N, outputs]
        public let logits: Tensor
        /// Of the second head; `nil` where there is none.
        public let auxiliary: Tensor?
    }

    /// Logits with the batch's own statistics, which move the running ones.
    /// - Parameters:
    ///   - images: as for scoring.
    ///   - seed: of what dropout sets to zero.
    ///   - rows: where the images are in a larger batch that the seed is for; `nil` for all of it.
    public func trained(
        on images: Tensor, seed: UInt64, rows: RowPlace? = nil
    ) -> TrainingOutput {
        var values = [Network.input: images]
        var seeds = SeedSequence(seed)
        for step in training.steps { run(step, &values, seeds.next(), rows) }
        return TrainingOutput(
            logits: value(network.output, values),
            auxiliary: network.auxiliaryOutput.map { value($0, values) })
    }

    /// What a node puts out, and the logits as a function of it: gradients of the logits with
    /// respect to the activation can be taken, and no others.
    /// - Parameter path: see ``Network/node(at:)``.
    public func logits(
        of images: Tensor, watching path: String
    ) -> (activation: Tensor, logits: Tensor) {
        let node = node(at: path)
        let plan = NetworkPlan(
            network.scoringNodes, of: network, keeping: [node.name, network.output])
        var values = [Network.input: images]
        var depending: Set<String> = []
        for step in plan.steps {
            guard !depending.isDisjoint(with: step.inputs) else {
                withoutGradients { run(step, &values, nil) }
                if step.output == node.name {
                    let activation = value(node.name, values).detached()
                    activation.requiresGradient = true
                    values[node.name] = activation
                    depending.insert(node.name)
                }
                continue
            }
            run(step, &values, nil)
            depending.insert(step.output)
        }
        return (value(node.name, values), value(network.output, values))
    }

    /// What a node puts out.
    /// - Parameter path: see ``Network/node(at:)``.
    public func activation(of images: Tensor, at path: String) -> Tensor {
        let node = node(at: path)
        let plan = NetworkPlan(
            network.scoringNodes, of: network, keeping: [node.name, network.output])
        var values = [Network.input: images]
        for step in plan.steps {
            run(step, &values, nil)
            if step.output == node.name { break }
        }
        return value(node.name, values)
    }
}

extension NetworkModule {
    private func node(at path: String) -> Network.Node {
        guard let node = network.node(at: path) else {
            preconditionFailure("expected a node of \(network.name), got \(path)")
        }
        return node
    }

    private func layer<Layer: Module>(_ name: String) -> Layer {
        guard let layer = layers[name] as? Layer else {
            preconditionFailure("expected \(name) to be a \(Layer.self)")
        }
        return layer
    }

    private func value(_ name: String, _ values: [String: Tensor]) -> Tensor {
        guard let value = values[name] else { preconditionFailure("expected \(name) before") }
        return value
    }

    /// - Parameters:
    ///   - seed: of dropout; `nil` outside of training.
    ///   - rows: of the batch that dropout is drawn for.
    private func run(
        _ step: NetworkPlan.Step, _ values: inout [String: Tensor], _ seed: UInt64?,
        _ rows: RowPlace? = nil
    ) {
        let isTraining = seed != nil
        let inputs = step.inputs.map { value($0, values) }
        for name in step.releases { values[name] = nil }
        values[step.output] =
            switch step.action {
            case .normalizeRectify:
                norm(step).rectified(inputs[0], training: isTraining)
            case .normalizeAddRectify:
                norm(step).rectified(inputs[0], adding: inputs[1], training: isTraining)
            case .normalizeRectifyPool:
                norm(step).rectifiedAndPooled(inputs[0], training: isTraining)
            case .node(let operation):
                compute(operation, step, inputs, seed, rows)
            }
    }

    private func norm(_ step: NetworkPlan.Step) -> BatchNorm2d { layer(step.layer) }

    /// Whether the step alone reads its input, which no gradient needs.
    private func isFree(_ step: NetworkPlan.Step) -> Bool {
        guard step.releases == step.inputs, let node = network[step.inputs[0]] else { return false }
        switch node.operation {
        case .convolution, .linear: return true
        default: return false
        }
    }

    private func compute(
        _ operation: Operation, _ step: NetworkPlan.Step, _ inputs: [Tensor], _ seed: UInt64?,
        _ rows: RowPlace?
    ) -> Tensor {
        let input = inputs[0]
        switch operation {
        case .convolution(let specification):
            let convolution: Conv2d = layer(step.layer)
            guard step.inputs == [Network.input] else { return convolution(input) }
            let shape = input.shape
            // Of a tensor whose making failed: see ``catchingTensorErrors(_:)``.
            guard !shape.isEmpty else { return convolution(input) }
            precondition(
                shape.count == 4 && [1, specification.inputs].contains(shape[1]),
                "expected images [N, \(specification.inputs), H, W] or [N, 1, H, W], got \(shape)")
            return shape[1] < specification.inputs ? convolution.grey(input) : convolution(input)
        case .transposedConvolution, .sigmoid:
            preconditionFailure("expected a classifier, got \(operation) at \(step.output)")
        case .batchNorm: return norm(step)(input, training: seed != nil)
        case .relu: return isFree(step) ? reluInPlace(input) : relu(input)
        case .maxPool(let window): return maxPool2d(input, window)
        case .averagePool(let window, let countsPadding):
            return averagePool2d(input, window, countsPadding: countsPadding)
        case .adaptiveAveragePool(let side): return adaptiveAveragePool2d(input, side: side)
        case .globalAveragePool: return globalAveragePool(input)
        case .add: return inputs.dropFirst().reduce(input, +)
        case .concatenate: return .concatenated(inputs, dimension: 1)
        case .flatten: return input.reshaped([input.shape.first ?? 1, -1])
        case .linear:
            let linear: Linear = layer(step.layer)
            return linear(input)
        case .dropout(let share):
            return seed.map { dropout(input, share: share, seed: $0, rows: rows) } ?? input
        }
    }
}

/// Seeds for the layers of a network, one after the other, from one seed; none from none.
struct SeedSequence {
    private let seed: UInt64?
    private var index: UInt64 = 0

    init(_ seed: UInt64?) { self.seed = seed }

    mutating func next() -> UInt64? {
        index += 1
        return seed.map { $0 &* 0x9E37_79B9_7F4A_7C15 &+ index }
    }
}
