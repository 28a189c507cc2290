import Common
import Inference
import Networks
import Torch

extension ModelCard {
    /// The nodes whose pooled features a probe on crops reads, see ``LinearProbe``: of residual
    /// networks of basic blocks, the ends of the stages before the last.
    var probes: [String] {
        switch architecture {
        case .resnet18, .resnet34: ["layer1", "layer2", "layer3"]
        default: []
        }
    }
}

extension PixelScaling {
    /// How images become the input of a card's network.
    init(_ card: ModelCard) {
        let channels = card.network.inputChannels
        self.init(
            mean: card.normalization.mean.prefix(channels).map(Double.init),
            deviation: card.normalization.standardDeviation.prefix(channels).map(Double.init),
            pixels: card.input.channels == .rgb ? .colour : .grey)
    }
}

extension FoldedNetwork {
    /// A model's network as it scores images.
    /// - Parameter state: with the tensors of the network.
    /// - Throws: `NetworkError` for layers that the scoring engine does not compute.
    init(_ state: StateDict, of card: ModelCard) throws {
        func tensor(_ name: String) -> RawTensor {
            guard let tensor = state[name] else { preconditionFailure("expected a tensor \(name)") }
            return tensor
        }
        try self.init(
            card.network, probes: card.probes, pixels: PixelScaling(card), tensor: tensor)
    }
}
