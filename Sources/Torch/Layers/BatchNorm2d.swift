import CTorch

/// Batch normalisation of each channel of [N, C, H, W] (Ioffe and Szegedy 2015).
public struct BatchNorm2d: Module {
    public let weight: Tensor  // [C]
    public let bias: Tensor  // [C]
    public let runningMean: Tensor  // [C]
    public let runningVariance: Tensor  // [C]
    /// Training passes so far; kept because PyTorch's state dicts have it.
    public let batchesTracked: Tensor  // []
    public let momentum: Double
    public let epsilon: Double

    public init(channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
        weight = .full([channels], 1)
        bias = .zeros([channels])
        runningMean = .zeros([channels])
        runningVariance = .full([channels], 1)
        batchesTracked = .zeros([], dtype: .int64)
        weight.requiresGradient = true
        bias.requiresGradient = true
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// - Parameter training: normalises with the batch's own statistics and moves the running
    ///   ones; otherwise the running ones are used.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        if training {
            batchesTracked.assign(batchesTracked.scaled(by: 1, plus: 1).to(dtype: .int64))
        }
        return tensor {
            ct.batch_norm(
                &$0, input.handle, weight.handle, bias.handle, runningMean.handle,
                runningVariance.handle, training, momentum, epsilon)
        }
    }

    public func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        body(joined(path, "weight"), .parameter, weight)
        body(joined(path, "bias"), .parameter, bias)
        body(joined(path, "running_mean"), .buffer, runningMean)
        body(joined(path, "running_var"), .buffer, runningVariance)
        body(joined(path, "num_batches_tracked"), .buffer, batchesTracked)
    }
}
