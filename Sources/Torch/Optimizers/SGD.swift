import CTorch

/// Stochastic gradient descent with momentum, as PyTorch defines it: b = momentum b + g (the
/// first step takes b = g), p -= learning rate * b, or (g + momentum b) when Nesterov.
public final class SGD: Optimizer {
    public let parameters: [(path: String, tensor: Tensor)]
    public let momentum: Double
    public let weightDecay: Double
    public let nesterov: Bool
    private let momentumBuffers: [Tensor]
    private let stepCount = Tensor.zeros([], dtype: .int64)

    public init(
        _ parameters: [(path: String, tensor: Tensor)], momentum: Double = 0.9,
        weightDecay: Double = 0, nesterov: Bool = false
    ) {
        self.parameters = parameters
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.nesterov = nesterov
        momentumBuffers = parameters.map { zerosLike($0.tensor) }
    }

    /// Changes the parameters by their gradients.
    public func step(learningRate: Double) {
        let isFirst = stepCount.integers == [0]
        check {
            ct.sgd_step(
                handles(parameters.map(\.tensor)), handles(momentumBuffers),
                Int32(parameters.count), isFirst, learningRate, momentum, weightDecay, nesterov)
        }
        stepCount.assign(Tensor.full([], Double(stepCount.integers[0] + 1), dtype: .int64))
    }

    public var state: [(name: String, tensor: Tensor)] {
        [("step", stepCount)]
            + zip(parameters, momentumBuffers).map { ("\($0.path).momentum_buffer", $1) }
    }
}
