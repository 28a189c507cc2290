import CTorch

/// max(x, 0).
public func relu(_ input: Tensor) -> Tensor {
    tensor { ct.relu(&$0, input.handle, false) }
}

/// max(x, 0) written over `input`, which saves a tensor of memory; `input` must not be needed
/// for another gradient (after batch normalisation or a sum it is not).
public func reluInPlace(_ input: Tensor) -> Tensor {
    tensor { ct.relu(&$0, input.handle, true) }
}

/// The largest value of each window: [N, C, H, W] -> [N, C, H', W'].
public func maxPool2d(_ input: Tensor, kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    tensor {
        ct.max_pool2d(&$0, input.handle, Int64(kernel), Int64(stride), Int64(padding))
    }
}

/// The mean of each channel: [N, C, H, W] -> [N, C].
public func globalAveragePool(_ input: Tensor) -> Tensor {
    input.mean(dimensions: [2, 3])
}
