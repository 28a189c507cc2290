import CTorch

/// What a named tensor of a module is for.
public enum TensorRole: Sendable {
    /// Learned by the optimizer.
    case parameter
    /// Kept with the model, but not learned (running statistics).
    case buffer
}

/// A part of a network: it names the tensors it owns. Paths equal torchvision's
/// (`layer1.0.conv1.weight`), so that weights load by name.
public protocol Module {
    /// Calls `body` with every tensor, in the order of use, under `path`.
    func visit(_ path: String, _ body: (_ path: String, TensorRole, Tensor) -> Void)
}

extension Module {
    /// All tensors with their paths, in the order of use.
    public var namedTensors: [(path: String, role: TensorRole, tensor: Tensor)] {
        var result: [(String, TensorRole, Tensor)] = []
        visit("") { result.append(($0, $1, $2)) }
        return result
    }

    /// The learned tensors with their paths.
    public var namedParameters: [(path: String, tensor: Tensor)] {
        namedTensors.filter { $0.role == .parameter }.map { ($0.path, $0.tensor) }
    }

    /// Moves all tensors; those that are there stay as they are. Before an optimizer is made: its
    /// state lies where the parameters are.
    public func move(to device: Device) {
        visit("") { _, _, tensor in
            guard tensor.device != device else { return }
            check { ct.tensor_move(tensor.handle, device.rawValue) }
        }
    }
}

/// `path.name`, or `name` at the top.
func joined(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : "\(path).\(name)"
}

/// Names the parts of a module under its path.
public func visit(
    _ path: String, _ parts: KeyValuePairs<String, any Module>,
    _ body: (String, TensorRole, Tensor) -> Void
) {
    for (name, part) in parts { part.visit(joined(path, name), body) }
}
