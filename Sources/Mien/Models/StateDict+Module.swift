import Networks
public import Torch

extension StateDict {
    /// The tensors of a module by path.
    public init(_ module: some Module) {
        self.init()
        for (path, _, tensor) in module.namedTensors { self[path] = RawTensor(tensor) }
    }

    /// The same with matrices and kernels in elements of this type. Vectors, which are few, stay as
    /// they are: running variances may lie outside what float16 holds.
    init(_ module: some Module, storing type: WeightType) {
        self.init(module)
        guard type == .float16 else { return }
        for (path, _, tensor) in module.namedTensors where tensor.shape.count > 1 {
            self[path] = RawTensor(tensor.to(dtype: .float16))
        }
    }
}

extension RawTensor {
    public init(_ tensor: Tensor) {
        self.init(dtype: tensor.dtype, shape: tensor.shape, bytes: tensor.bytes)
    }

    public var tensor: Tensor { Tensor(bytes: [UInt8](bytes), shape: shape, dtype: dtype) }
}

extension StateDict {
    /// Holds the names and shapes of a file against those of a network.
    ///
    /// `num_batches_tracked` may be missing, as in files older than PyTorch 0.4.1.
    /// - Parameters:
    ///   - path: of the file, for the error.
    ///   - except: tensors that may be missing or of another shape.
    func require(
        _ parameters: [Parameter], from path: String,
        except: (String) -> Bool = { _ in false }
    ) throws(StateMismatch) {
        var missing: [String] = []
        var misshaped: [String] = []
        for parameter in parameters where !except(parameter.path) {
            let (name, shape) = (parameter.path, parameter.shape)
            guard let raw = self[name] else {
                if !name.hasSuffix(".num_batches_tracked") { missing.append(name) }
                continue
            }
            if raw.shape != shape {
                misshaped.append("\(name): found \(raw.shape), expected \(shape)")
            }
        }
        let names = Set(parameters.map(\.path))
        let extra = tensors.map(\.name).filter { !names.contains($0) }
        let mismatch = StateMismatch(
            path: path, missing: missing, extra: extra, misshaped: misshaped)
        guard mismatch.isEmpty else { throw mismatch }
    }
}

extension NetworkModule {
    /// Takes over the values of every tensor by name: see `StateDict.require`.
    /// - Parameters:
    ///   - path: of the file, for the error.
    ///   - except: tensors that keep their values and may be missing or of another shape.
    public func load(
        _ state: StateDict, from path: String, except: (String) -> Bool = { _ in false }
    ) throws(StateMismatch) {
        try state.require(network.parameters, from: path, except: except)
        loadWeights(state, except: except)
    }

    /// The same of a file that was held against the network before.
    func loadWeights(_ state: StateDict, except: (String) -> Bool = { _ in false }) {
        withoutGradients {
            for (name, _, tensor) in namedTensors where !except(name) {
                if let raw = state[name] { tensor.assign(raw.tensor) }
            }
        }
    }
}
