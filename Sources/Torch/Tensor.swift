import CTorch

/// A multi-dimensional array that lives in libtorch. One object owns one handle.
///
/// A tensor belongs to the thread that works with it and is not `Sendable`. Operations record
/// what autograd needs while gradients are on (see `withoutGradients`).
public final class Tensor {
    let handle: ct_tensor

    /// Takes over `handle`, which is freed with this object.
    init(owning handle: ct_tensor) {
        self.handle = handle
    }

    deinit {
        ct.tensor_free(handle)
    }

    /// The sizes of the dimensions; empty for a scalar.
    public var shape: [Int] {
        (0 ..< Int(ct.tensor_rank(handle))).map { Int(ct.tensor_size(handle, Int32($0))) }
    }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    public var dtype: DType {
        guard let dtype = DType(rawValue: ct.tensor_dtype(handle)) else {
            preconditionFailure("a tensor of an element type that Mien does not use")
        }
        return dtype
    }

    public var device: Device { Device(rawValue: ct.tensor_device(handle)) ?? .cpu }
}
