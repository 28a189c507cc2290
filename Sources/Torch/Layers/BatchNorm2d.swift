import CTorch
import Networks

/// Batch normalisation of each channel of [N, C, H, W] (Ioffe and Szegedy 2015).
public struct BatchNorm2d: Module {
    public let weight: Tensor  // [C]
    public let bias: Tensor  // [C]
    public let runningMean: Tensor  // [C]
    public let runningVariance: Tensor  // [C]
    /// Training passes so far; kept because PyTorch's state dicts have it.
    public let batchesTracked: Tensor  // []
    public let epsilon: Double

    /// What is added to a variance, as in PyTorch.
    public static let epsilon = 1e-5
    /// The share of a batch in the running statistics, as in PyTorch.
    public static let momentum = 0.1

    public init(
        channels: Int, epsilon: Double = BatchNorm2d.epsilon
    ) {
        weight = .full([channels], 1)
        bias = .zeros([channels])
        runningMean = .zeros([channels])
        runningVariance = .full([channels], 1)
        batchesTracked = .zeros([], dtype: .int64)
        weight.requiresGradient = true
        bias.requiresGradient = true
        self.epsilon = epsilon
    }

    /// - Parameter training: normalises with the batch's own statistics and moves the running
    ///   ones; otherwise the running ones are used.
    public func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        guard !training else { return normalizingBatch(input, rectified: false) }
        return tensor {
            ct.batch_norm(
                &$0, input.handle, weight.handle, bias.handle, runningMean.handle,
                runningVariance.handle, epsilon)
        }
    }

    /// max(0, normalised input + addend). In training this takes half the passes over memory of
    /// the three steps, and the result does not depend on the number of threads.
    public func rectified(_ input: Tensor, adding addend: Tensor? = nil, training: Bool) -> Tensor {
        guard !training else { return normalizingBatch(input, adding: addend, rectified: true) }
        let normalized = self(input, training: false)
        return reluInPlace(addend.map { normalized + $0 } ?? normalized)
    }

    /// The same without an addend, then the maxima of 3x3 windows, stride 2, padding 1:
    /// [N, C, H, W] -> [N, C, (H + 1) / 2, (W + 1) / 2]. In training what lies between is not kept.
    public func rectifiedAndPooled(_ input: Tensor, training: Bool) -> Tensor {
        guard training else {
            return maxPool2d(
                rectified(input, training: false), Window(3, stride: 2, padding: 1))
        }
        countBatch()
        return tensor {
            ct.batch_norm_relu_pool(
                &$0, input.handle, weight.handle, bias.handle, runningMean.handle,
                runningVariance.handle, Self.momentum, epsilon)
        }
    }

    private func countBatch() {
        batchesTracked.assign(batchesTracked.scaled(by: 1, plus: 1).to(dtype: .int64))
    }

    private func normalizingBatch(
        _ input: Tensor, adding addend: Tensor? = nil, rectified: Bool
    ) -> Tensor {
        countBatch()
        return tensor {
            ct.batch_norm_relu(
                &$0, input.handle, weight.handle, bias.handle, addend?.handle, runningMean.handle,
                runningVariance.handle, rectified, Self.momentum, epsilon)
        }
    }

    /// Calls `body` with the path, role and value of each tensor.
    public func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        body(joined(path, "weight"), .parameter, weight)
        body(joined(path, "bias"), .parameter, bias)
        body(joined(path, "running_mean"), .buffer, runningMean)
        body(joined(path, "running_var"), .buffer, runningVariance)
        body(joined(path, "num_batches_tracked"), .buffer, batchesTracked)
    }
}
