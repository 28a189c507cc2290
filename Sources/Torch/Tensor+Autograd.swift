import CTorch

extension Tensor {
    /// Whether autograd gives this tensor a gradient.
    public var requiresGradient: Bool {
        get { ct.requires_grad(handle) }
        set { check { ct.requires_grad_(handle, newValue) } }
    }

    /// Adds the gradient of this scalar to `gradient` of every tensor it was computed from.
    public func backward() {
        precondition(
            count == 1 || FailureScope.hasFailed, "backward needs a scalar, got shape \(shape)")
        check { ct.backward(handle) }
    }

    /// What `backward` left here; shares storage with libtorch's own.
    public var gradient: Tensor? {
        var result: ct_tensor?
        check { ct.grad(&result, handle) }
        return result.map(Tensor.init(owning:))
    }

    /// The gradient of the sum of `weights` times this tensor with respect to `input`, from which
    /// it was computed. Only what lies between is differentiated: the gradients of parameters are
    /// neither computed nor changed.
    ///
    /// - Parameter weights: of the shape of this tensor.
    public func gradient(withRespectTo input: Tensor, weightedBy weights: Tensor) -> Tensor {
        precondition(
            weights.shape == shape || FailureScope.hasFailed,
            "expected weights of shape \(shape), got \(weights.shape)")
        return tensor { ct.vector_jacobian(&$0, handle, input.handle, weights.handle) }
    }

    /// Removes the gradient.
    public func clearGradient() { ct.clear_grad(handle) }
}

/// Scales the gradients of `parameters` so that their joint 2-norm is at most `maximum`.
/// - Returns: the norm before.
public func clipGradientNorm(of parameters: [Tensor], to maximum: Double) -> Double {
    var norm = 0.0
    let handles = parameters.map { Optional($0.handle) }
    check { ct.clip_grad_norm(&norm, handles, Int32(handles.count), maximum) }
    return norm
}
