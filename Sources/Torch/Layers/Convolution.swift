import CTorch
public import Networks

/// A two-dimensional convolution: [N, inputs, H, W] -> [N, outputs, H', W'] with
/// H' = (H + 2 padding - kernel) / stride + 1.
public struct Conv2d: Module {
    /// [outputs, inputs / groups, kernel height, kernel width]
    public let weight: Tensor
    /// [outputs], where the convolution has one.
    public let bias: Tensor?
    private let form: ct_convolution

    /// - Parameter seed: of the initial weights: Kaiming normal, fan out (He 2015), the one of
    ///   torchvision's ResNet; the bias is zero. `nil` gives zeros.
    public init(_ specification: ConvolutionSpecification, seed: UInt64?) {
        let shape = specification.weightShape
        let fanOut = Double(shape[0] * shape[2] * shape[3] / specification.groups)
        weight = .initial(shape, standardDeviation: (2 / fanOut).squareRoot(), seed: seed)
        weight.requiresGradient = true
        bias = specification.hasBias ? .zeros([shape[0]]) : nil
        bias?.requiresGradient = true
        form = ct_convolution(
            stride: Int64(specification.stride),
            padding_height: Int64(specification.padding.height),
            padding_width: Int64(specification.padding.width),
            groups: Int64(specification.groups))
    }

    /// Convolves [N, channels, height, width].
    public func callAsFunction(_ input: Tensor) -> Tensor {
        tensor { ct.conv2d(&$0, input.handle, weight.handle, bias?.handle, form) }
    }

    /// The outputs for grey images [N, 1, H, W] that stand in all input channels: the same as for
    /// the images repeated, with less work.
    public func grey(_ input: Tensor) -> Tensor {
        tensor { ct.grey_conv2d(&$0, input.handle, weight.handle, bias?.handle, form) }
    }

    /// Calls `body` with the path, role and value of each tensor.
    public func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        body(joined(path, "weight"), .parameter, weight)
        if let bias { body(joined(path, "bias"), .parameter, bias) }
    }
}
