import CTorch

/// An affine map of the last dimension: [N, inputs] -> [N, outputs].
public struct Linear: Module {
    public let weight: Tensor  // [outputs, inputs]
    public let bias: Tensor  // [outputs]

    /// Initial weights are normal with standard deviation 1 / sqrt(3 inputs), the variance of
    /// PyTorch's uniform default; the bias is zero. Without a
    /// seed all is zero.
    public init(inputs: Int, outputs: Int, seed: UInt64?) {
        weight = .initial(
            [outputs, inputs], standardDeviation: (1 / Double(3 * inputs)).squareRoot(),
            seed: seed)
        bias = .zeros([outputs])
        weight.requiresGradient = true
        bias.requiresGradient = true
    }

    /// Multiplies [N, inputs] by the weights and adds the bias: [N, outputs].
    public func callAsFunction(_ input: Tensor) -> Tensor {
        tensor { ct.linear(&$0, input.handle, weight.handle, bias.handle) }
    }

    /// Calls `body` with the path, role and value of each tensor.
    public func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        body(joined(path, "weight"), .parameter, weight)
        body(joined(path, "bias"), .parameter, bias)
    }
}
