import Networks
import Torch

/// Replaces the learned weights by random ones, from the head down to the stem (Adebayo et al.
/// 2018, arXiv:1810.03292, section 3.1).
enum CascadingRandomization {
    /// From the head on.
    static func parts(of network: Network) -> [String] {
        [network.output] + network.parts.reversed()
    }

    /// The model with the first `count` parts as they were before any training.
    static func model(_ model: Model, count: Int, seed: UInt64) -> Model {
        let network = NetworkModule(model.card.network, seed: seed)
        let random = Set(parts(of: network.network).prefix(count))
        for (fresh, trained) in zip(network.namedTensors, model.network.namedTensors)
        where !random.contains(network.network.part(of: fresh.path)) {
            fresh.tensor.assign(trained.tensor)
        }
        return Model(network: network, card: model.card)
    }
}
