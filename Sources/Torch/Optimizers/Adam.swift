import CTorch

/// Adam (Kingma and Ba 2015, algorithm 1), with weight decay added to the gradient, or
/// decoupled from it: AdamW (Loshchilov and Hutter 2019).
public struct Adam: Optimizer {
    public let parameters: [(path: String, tensor: Tensor)]
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let weightDecay: Double
    public let decoupledWeightDecay: Bool
    private let firstMoments: [Tensor]
    private let secondMoments: [Tensor]
    private let steps: [Tensor]

    public init(
        _ parameters: [(path: String, tensor: Tensor)], beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, weightDecay: Double = 0, decoupledWeightDecay: Bool = false
    ) {
        self.parameters = parameters
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decoupledWeightDecay = decoupledWeightDecay
        firstMoments = parameters.map { zerosLike($0.tensor) }
        secondMoments = parameters.map { zerosLike($0.tensor) }
        steps = parameters.map { .zeros([]).to(device: $0.tensor.device) }
    }

    /// Changes the parameters by their gradients.
    public func step(learningRate: Double) {
        check {
            ct.adam_step(
                handles(parameters.map(\.tensor)), handles(firstMoments), handles(secondMoments),
                handles(steps), Int32(parameters.count), decoupledWeightDecay, learningRate, beta1,
                beta2, weightDecay, epsilon)
        }
    }

    public var state: [(name: String, tensor: Tensor)] {
        parameters.indices.flatMap { index in
            let path = parameters[index].path
            return [
                ("\(path).exp_avg", firstMoments[index]),
                ("\(path).exp_avg_sq", secondMoments[index]),
                ("\(path).step", steps[index]),
            ]
        }
    }
}

/// Zeros with the shape, layout and device of `parameter`, outside autograd.
func zerosLike(_ parameter: Tensor) -> Tensor {
    withoutGradients { parameter.detached().clone().scaled(by: 0) }
}
