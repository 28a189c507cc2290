import Common
import Inference
import Networks
import Torch

extension ModelCard {
    /// The nodes whose pooled features a probe on crops reads, see ``CropLine``: of residual
    /// networks of basic blocks, the ends of the stages before the last.
    var probes: [String] {
        switch architecture {
        case .resnet18, .resnet34: ["layer1", "layer2", "layer3"]
        default: []
        }
    }
}

extension PixelScaling {
    /// How grey images become the input of a card's network.
    init(_ card: ModelCard) {
        let channels = card.network.inputChannels
        self.init(
            mean: card.normalization.mean.prefix(channels).map(Double.init),
            deviation: card.normalization.standardDeviation.prefix(channels).map(Double.init))
    }
}

extension FoldedNetwork {
    /// A model's network as it scores grey images.
    /// - Parameter state: with the tensors of the network.
    init(_ state: StateDict, of card: ModelCard) {
        func tensor(_ name: String) -> RawTensor {
            guard let tensor = state[name] else { preconditionFailure("expected a tensor \(name)") }
            return tensor
        }
        do {
            try self.init(
                card.network, probes: card.probes, pixels: PixelScaling(card), tensor: tensor)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
