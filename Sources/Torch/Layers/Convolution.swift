import CTorch

/// A two-dimensional convolution without bias: [N, inputs, H, W] -> [N, outputs, H', W'] with
/// H' = (H + 2 padding - kernel) / stride + 1.
public struct Conv2d: Module {
    /// [outputs, inputs, kernel, kernel]
    public let weight: Tensor
    public let stride: Int
    public let padding: Int

    /// - Parameter seed: of the initial weights: Kaiming normal, fan out (He 2015), the one of
    ///   torchvision's ResNet. `nil` gives zeros.
    public init(
        inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, seed: UInt64?
    ) {
        let fanOut = Double(outputs * kernel * kernel)
        weight = .initial(
            [outputs, inputs, kernel, kernel], standardDeviation: (2 / fanOut).squareRoot(),
            seed: seed)
        weight.requiresGradient = true
        self.stride = stride
        self.padding = padding
    }

    public func callAsFunction(_ input: Tensor) -> Tensor {
        tensor {
            ct.conv2d(
                &$0, input.handle, weight.handle, nil, Int64(stride), Int64(padding))
        }
    }

    /// Of a 7x7 kernel with stride 2 and padding 3: the outputs for grey images [N, 1, H, W] that
    /// stand in all input channels. The same as for the images repeated, with less work.
    public func grey(_ input: Tensor) -> Tensor {
        tensor { ct.grey_conv2d(&$0, input.handle, weight.handle) }
    }

    public func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        body(joined(path, "weight"), .parameter, weight)
    }
}
