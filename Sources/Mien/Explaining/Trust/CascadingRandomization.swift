import Torch

/// Replaces the learned weights by random ones, from the head down to the stem (Adebayo et al.
/// 2018, arXiv:1810.03292, section 3.1).
enum CascadingRandomization {
    /// From the head on.
    static let parts = ["fc"] + ResNet.freezableParts.reversed()

    /// The model with the first `count` parts as they were before any training.
    static func model(_ model: Model, count: Int, seed: UInt64) -> Model {
        let network = ResNet(
            model.card.architecture, outputs: model.card.classes.count, seed: seed)
        let random = Set(parts.prefix(count))
        for (fresh, trained) in zip(network.namedTensors, model.network.namedTensors)
        where !random.contains(ResNet.part(of: fresh.path)) {
            fresh.tensor.assign(trained.tensor)
        }
        return Model(network: network, card: model.card)
    }
}
