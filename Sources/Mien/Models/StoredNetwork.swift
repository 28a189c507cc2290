import Networks
import Torch

/// The weights of a model file. Scoring reads them as they are; the network whose tensors they are
/// is made where it is asked for, and libtorch loaded with it.
///
/// It belongs to the thread that works with its model.
final class StoredNetwork {
    /// As the file has them.
    let state: StateDict
    private let type: WeightType
    private let description: Network

    private(set) lazy var network: NetworkModule = {
        let network = NetworkModule(description, seed: nil)
        network.loadWeights(state)
        return network
    }()

    /// - Parameter path: of the file, for errors.
    /// - Throws: `StateMismatch` where the tensors are not those of the card's network,
    ///   `ModelFileError` for elements that no model has.
    init(_ state: StateDict, _ card: ModelCard, path: String) throws {
        description = card.network
        type = card.weightType ?? .float32
        try state.require(description.parameters, from: path)
        for (name, tensor) in state.tensors {
            let isCount = name.hasSuffix(".num_batches_tracked")
            let isVector = tensor.shape.count < 2
            let expected: DType = isCount ? .int64 : isVector ? .float32 : type.dtype
            guard tensor.dtype == expected else {
                throw ModelFileError(
                    path: path, reason: "\(name): found \(tensor.dtype), expected \(expected)",
                    advice: "Write it again with the version of Mien that made it.")
            }
        }
        self.state = state
    }

    /// The tensors with matrices and kernels in elements of this type.
    func state(storing wanted: WeightType) -> StateDict {
        guard wanted == type else { return StateDict(network, storing: wanted) }
        var result = StateDict()
        for (name, tensor) in state.tensors { result[name] = tensor }
        return result
    }
}

extension WeightType {
    var dtype: DType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        }
    }
}
