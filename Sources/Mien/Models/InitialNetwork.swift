public import Foundation
import Torch

/// A network with its first weights, and the normalisation that goes with them.
public struct InitialNetwork {
    public let network: ResNet
    public let normalization: Normalization
    /// What was done, for people: where weights came from, that the head is new.
    public let notes: [String]

    /// Random weights, a function of `seed`.
    public init(scratch depth: ResNet.Depth, outputs: Int, seed: UInt64) {
        network = ResNet(depth, outputs: outputs, seed: seed)
        normalization = .grey
        notes = ["Weights are random (seed \(seed))."]
    }

    /// The weights of a file: torchvision's `.pth`, a `.safetensors`, or a Mien model.
    ///
    /// A head with another number of outputs (ImageNet's 1000), or for other classes, is replaced
    /// by a new one.
    /// - Throws: `StateDictError`, `StateMismatch`, `ModelFileError`.
    public init(
        weights url: URL, depth: ResNet.Depth, classes: [String], seed: UInt64
    ) throws {
        let network = ResNet(depth, outputs: classes.count, seed: seed)
        let state = try StateDict(contentsOf: url)
        let isMien = state.metadata["mien.card"] != nil
        let card = isMien ? try Model(contentsOf: url).card : nil
        guard card?.quantization == nil else {
            throw ModelFileError.needsFloat(url.path, to: "be trained on")
        }
        let sameHead = card.map { $0.classes == classes } ?? false
        try network.load(state, from: url.path) { !sameHead && $0.hasPrefix("fc.") }
        self.network = network
        normalization = card?.normalization ?? .imageNet
        let oldOutputs = state["fc.weight"]?.shape.first
        notes =
            sameHead
            ? ["All weights are from \(url.lastPathComponent)."]
            : [
                "Weights are from \(url.lastPathComponent); its head of "
                    + "\(oldOutputs.map(String.init) ?? "no") outputs is replaced by a new one of "
                    + "\(classes.count) (seed \(seed))."
            ]
    }
}

extension Recipe {
    /// The names of the outputs of a model by this recipe on this data.
    public func classes(for dataset: Dataset) throws -> [String] {
        guard head == .emotions else { return ["other", positive.name] }
        return try dataset.labelled(by: labels).classes.map(\.name)
    }
}
