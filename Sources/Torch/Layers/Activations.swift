import CTorch
public import Networks

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
public func maxPool2d(_ input: Tensor, _ window: Window) -> Tensor {
    tensor {
        ct.max_pool2d(
            &$0, input.handle, Int64(window.side), Int64(window.stride), Int64(window.padding),
            window.coversEdge)
    }
}

/// The mean of each window: [N, C, H, W] -> [N, C, H', W'].
/// - Parameter countsPadding: whether padding counts as zeros.
public func averagePool2d(_ input: Tensor, _ window: Window, countsPadding: Bool) -> Tensor {
    tensor {
        ct.avg_pool2d(
            &$0, input.handle, Int64(window.side), Int64(window.stride), Int64(window.padding),
            countsPadding)
    }
}

/// The means of `side` x `side` parts of each channel: [N, C, H, W] -> [N, C, side, side].
public func adaptiveAveragePool2d(_ input: Tensor, side: Int) -> Tensor {
    tensor { ct.adaptive_avg_pool2d(&$0, input.handle, Int64(side)) }
}

/// The mean of each channel: [N, C, H, W] -> [N, C].
public func globalAveragePool(_ input: Tensor) -> Tensor {
    input.mean(dimensions: [2, 3])
}

/// Rows of a larger batch: where they begin, and how many it has.
public struct RowPlace: Sendable, Equatable {
    public let first: Int
    public let count: Int

    public init(first: Int, of count: Int) {
        self.first = first
        self.count = count
    }
}

/// Sets a share of the values to zero and scales the others by 1 / (1 - share) (Srivastava et al.
/// 2014). Which ones is a function of `seed` and of the rows' place in their batch.
public func dropout(
    _ input: Tensor, share: Double, seed: UInt64, rows: RowPlace? = nil
) -> Tensor {
    let rows = rows ?? RowPlace(first: 0, of: input.shape.first ?? 0)
    return tensor {
        ct.dropout(&$0, input.handle, share, seed, Int64(rows.first), Int64(rows.count))
    }
}
