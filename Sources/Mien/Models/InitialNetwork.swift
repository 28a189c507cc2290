public import Foundation
public import Networks
public import Torch

/// A network with its first weights, and the normalisation that goes with them.
public struct InitialNetwork {
    public let network: NetworkModule
    public let normalization: Normalization
    /// What was done, for people: where weights came from, that the head is new.
    public let notes: [String]
    /// What the Mien model that the weights are of has seen, and the data it names where it does
    /// not say that.
    let seen: SeenPictures?
    let unrecorded: [Dataset.Source]

    /// Random weights, a function of `seed`.
    public init(scratch network: Network, seed: UInt64) {
        self.network = NetworkModule(network, seed: seed)
        normalization = .grey
        notes = ["Weights are random (seed \(seed))."]
        (seen, unrecorded) = (nil, [])
    }

    /// The weights of a file: a checkpoint of PyTorch, a `.safetensors`, or a Mien model.
    ///
    /// A head with another number of outputs (ImageNet's 1000), or for other classes, is replaced
    /// by a new one. From a head of emotions to one of emotions, the outputs that both have keep
    /// their weights. The names of a checkpoint's layers may have prefixes and be those of other
    /// programs: see `CheckpointWeights`.
    /// - Throws: `StateDictError`, `StateMismatch`, `ModelFileError`.
    public init(
        weights url: URL, of description: Network, classes: [String], seed: UInt64
    ) throws {
        let state = try StateDict(weights: url)
        let network = NetworkModule(description, seed: seed)
        if state.metadata[Model.cardKey] == nil {
            (normalization, notes) = try Self.take(
                checkpoint: url, state, into: network, seed: seed)
            (seen, unrecorded) = (nil, [])
        } else {
            let model = try Model(contentsOf: url)
            (normalization, notes) = try Self.take(
                model.card, of: url, state, into: network, classes: classes, seed: seed)
            seen = model.seen
            unrecorded = model.unrecordedData
        }
        self.network = network
    }

    private static func take(
        checkpoint url: URL, _ state: StateDict, into network: NetworkModule, seed: UInt64
    ) throws -> (Normalization, notes: [String]) {
        let weights = try CheckpointWeights(state, of: network.network, path: url.path)
        network.loadWeights(weights.body)
        let head =
            weights.head.map {
                $0.name == "fc" ? "of \($0.outputs) outputs" : "\($0.name) of \($0.outputs) outputs"
            } ?? "of no outputs"
        var notes = [
            "Weights are from \(url.lastPathComponent); its head \(head) is replaced by a new one of "
                + "\(network.head.bias.count) (seed \(seed))."
        ]
        if !weights.notes.isEmpty {
            notes.append(
                "Of its \(state.names.count) tensors \(weights.body.names.count) were taken: "
                    + weights.notes.joined(separator: "; ") + ".")
        }
        return (Normalization(ofCheckpointsFor: network.network), notes)
    }

    private static func take(
        _ card: ModelCard, of url: URL, _ file: StateDict, into network: NetworkModule,
        classes: [String], seed: UInt64
    ) throws -> (Normalization, notes: [String]) {
        var state = file
        guard card.isNetwork else {
            throw ModelFileError.needsNetwork(url.path, card, to: "be trained on")
        }
        guard card.quantization == nil else {
            throw ModelFileError.needsFloat(url.path, to: "be trained on")
        }
        let known = card.classes
        // Beside "other", an emotion is not told from the same ones.
        let areEmotions = card.head == .emotions && !classes.contains("other")
        let rows = classes.map { areEmotions ? known.firstIndex(of: $0) : nil }
        let sameHead = known == classes
        let isNew = !sameHead && rows.allSatisfy { $0 == nil }
        if !sameHead, !isNew {
            network.head.visit(network.network.output) { name, _, new in
                state[name] = state[name]?.choosing(rows, orElse: RawTensor(new))
            }
        }
        // A second head, which no model file has, begins anew.
        let second = network.network.auxiliaryParameters
        try network.load(state, from: url.path) {
            second.contains($0) || isNew && $0.hasPrefix(network.network.output + ".")
        }
        guard !sameHead else {
            return (card.normalization, ["All weights are from \(url.lastPathComponent)."])
        }
        let old =
            "Weights are from \(url.lastPathComponent); its head of \(known.count) outputs"
        let kept = classes.indices.filter { rows[$0] != nil }.map { classes[$0] }
        let added = classes.count - kept.count
        let note =
            isNew
            ? "\(old) is replaced by a new one of \(classes.count) (seed \(seed))."
            : "\(old) keeps those for \(kept.joined(separator: ", "))"
                + (added > 0 ? "; \(added) new (seed \(seed))." : ".")
        return (card.normalization, [note])
    }

    /// Whether they are of a Mien model, which has seen pictures.
    public var isOfModel: Bool { seen != nil || !unrecorded.isEmpty }

    /// Any weights of the right shape, where a checkpoint of the run takes their place; not for a
    /// run that began with a Mien model.
    public init(placeholder network: Network, _ normalization: Normalization) {
        self.network = NetworkModule(network, seed: nil)
        self.normalization = normalization
        notes = []
        (seen, unrecorded) = (nil, [])
    }
}

extension Normalization {
    /// What checkpoints of other programs were trained with: that of torchvision's ImageNet weights,
    /// which for Inception-v3 is another one than for the rest.
    fileprivate init(ofCheckpointsFor network: Network) {
        if network.name == Architecture.inceptionV3.rawValue {
            self.init(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
        } else {
            self = network.inputChannels == 1 ? .grey : .imageNet
        }
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
    /// The network that the recipe trains; with its second head where all images are large enough
    /// for it.
    public func network(outputs: Int) -> Network {
        let network = architecture.network(
            outputs: outputs, inputChannels: (channels ?? .grey).networkChannels)
        let smallest = imageSizes.min() ?? imageSize
        return network.hasAuxiliary(imageSize: smallest) ? network : network.withoutAuxiliary
    }

    /// The names of the outputs of a model by this recipe on this data.
    public func classes(for dataset: Dataset) throws -> [String] {
        guard head == .emotions else { return ["other", positive.name] }
        return try dataset.labelled(by: labels).classes.map(\.name)
    }
}

extension Model {
    /// The data that it has seen and whose pictures its file does not name.
    var unrecordedData: [Dataset.Source] {
        (seen == nil ? card.dataSources : []) + (card.initialData ?? [])
    }
}
