public import Foundation
import Torch

/// A network with its first weights, and the normalisation that goes with them.
public struct InitialNetwork {
    public let network: ResNet
    public let normalization: Normalization
    /// What was done, for people: where weights came from, that the head is new.
    public let notes: [String]
    /// What the Mien model that the weights are of has seen, and the data it names where it does
    /// not say that.
    let seen: SeenPictures?
    let unrecorded: [Dataset.Source]

    /// Random weights, a function of `seed`.
    public init(scratch depth: ResNet.Depth, outputs: Int, seed: UInt64) {
        network = ResNet(depth, outputs: outputs, seed: seed)
        normalization = .grey
        notes = ["Weights are random (seed \(seed))."]
        (seen, unrecorded) = (nil, [])
    }

    /// The weights of a file: torchvision's `.pth`, a `.safetensors`, or a Mien model.
    ///
    /// A head with another number of outputs (ImageNet's 1000), or for other classes, is replaced
    /// by a new one. From a head of emotions to one of emotions, the outputs that both have keep
    /// their weights.
    /// - Throws: `StateDictError`, `StateMismatch`, `ModelFileError`.
    public init(
        weights url: URL, depth: ResNet.Depth, classes: [String], seed: UInt64
    ) throws {
        let network = ResNet(depth, outputs: classes.count, seed: seed)
        var state = try StateDict(contentsOf: url)
        let isMien = state.metadata["mien.card"] != nil
        let model = isMien ? try Model(contentsOf: url) : nil
        let card = model?.card
        seen = model?.seen
        unrecorded =
            (model?.seen == nil ? card?.dataSources ?? [] : []) + (card?.initialData ?? [])
        guard card?.quantization == nil else {
            throw ModelFileError.needsFloat(url.path, to: "be trained on")
        }
        let known = card?.classes ?? []
        // Beside "other", an emotion is not told from the same ones.
        let areEmotions = (known + classes).allSatisfy { Emotion(name: $0) != nil }
        let rows = classes.map { areEmotions ? known.firstIndex(of: $0) : nil }
        let sameHead = known == classes
        let isNew = !sameHead && rows.allSatisfy { $0 == nil }
        let oldOutputs = state["fc.weight"]?.shape.first
        if !sameHead, !isNew {
            for (name, new) in [("fc.weight", network.fc.weight), ("fc.bias", network.fc.bias)] {
                state[name] = state[name]?.choosing(rows, orElse: RawTensor(new))
            }
        }
        try network.load(state, from: url.path) { isNew && $0.hasPrefix("fc.") }
        self.network = network
        normalization = card?.normalization ?? .imageNet
        guard !sameHead else {
            notes = ["All weights are from \(url.lastPathComponent)."]
            return
        }
        let old =
            "Weights are from \(url.lastPathComponent); its head of "
            + "\(oldOutputs.map(String.init) ?? "no") outputs"
        let kept = classes.indices.filter { rows[$0] != nil }.map { classes[$0] }
        let added = classes.count - kept.count
        notes = [
            isNew
                ? "\(old) is replaced by a new one of \(classes.count) (seed \(seed))."
                : "\(old) keeps those for \(kept.joined(separator: ", "))"
                    + (added > 0 ? "; \(added) new (seed \(seed))." : ".")
        ]
    }
}

extension RawTensor {
    /// Some rows of this tensor in another order, and where none is named the row of another tensor
    /// that has this place.
    fileprivate func choosing(_ rows: [Int?], orElse other: RawTensor) -> RawTensor {
        let (own, others) = (floats, other.floats)
        let width = others.count / rows.count
        let chosen = rows.enumerated().map { place, row in
            row.map { own[$0 * width ..< ($0 + 1) * width] }
                ?? others[place * width ..< (place + 1) * width]
        }
        return RawTensor(Array(chosen.joined()), shape: other.shape)
    }
}

extension Recipe {
    /// The names of the outputs of a model by this recipe on this data.
    public func classes(for dataset: Dataset) throws -> [String] {
        guard head == .emotions else { return ["other", positive.name] }
        return try dataset.labelled(by: labels).classes.map(\.name)
    }
}
