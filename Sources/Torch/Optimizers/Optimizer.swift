import CTorch

/// A rule that moves parameters along their gradients.
public protocol Optimizer {
    /// One step over all parameters; each must have a gradient.
    func step(learningRate: Double)
    /// The optimizer's own tensors by name, for a checkpoint; `assign` restores them.
    var state: [(name: String, tensor: Tensor)] { get }
    var parameters: [(path: String, tensor: Tensor)] { get }
}

extension Optimizer {
    /// Removes the gradients of all parameters.
    public func clearGradients() {
        for (_, parameter) in parameters { parameter.clearGradient() }
    }
}

/// Optional handles of tensors, as the shim takes them.
func handles(_ tensors: [Tensor]) -> [ct_tensor?] { tensors.map(\.handle) }
