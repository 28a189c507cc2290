public import Foundation
public import Networks
import Torch

/// Makes a Mien model of a checkpoint that PyTorch trained elsewhere: the network with its head, and
/// the card that it lacks.
public struct ModelImport {
    public var architecture = Architecture.resnet18
    /// Of the outputs, in the order in which they were trained: emotions, or for two outputs `other`
    /// and the positive class.
    public var classes: [String] = []
    public var positive = LabelMapping.paper
    /// Side of the input in pixels; `nil` stands for 224, or for what an ONNX file says.
    public var imageSize: Int?
    /// `nil` stands for ImageNet's, or for pixels of 0 to 255 in an ONNX file.
    public var normalization: Normalization?
    /// Whether a network of three channels looks at colour; otherwise at grey in all three.
    public var isColour = false

    public init() {}

    /// - Returns: the model, and what was renamed and left, in words.
    /// - Throws: `UsageError` for classes that do not fit the outputs; `StateDictError`,
    ///   `StateMismatch`, `ModelFileError` for the file.
    public func model(of url: URL) throws -> (model: Model, notes: [String]) {
        if url.pathExtension.lowercased() == "onnx" { return try onnxModel(of: url) }
        let state = try StateDict(weights: url)
        guard state.metadata[Model.cardKey] == nil else {
            throw UsageError(
                url.path, found: "a Mien model", expected: "a checkpoint of another program",
                advice: "It can be used as it is.")
        }
        let weights = try CheckpointWeights(
            state, of: architecture.network(outputs: 1).withoutAuxiliary, path: url.path)
        guard let head = weights.head else {
            throw ModelFileError(
                path: url.path, reason: "it has no single layer of outputs over its features",
                advice: "Train one: mien train --init \(shellQuoted(url.path)).")
        }
        let network = NetworkModule(
            architecture.network(outputs: head.outputs).withoutAuxiliary, seed: nil)
        let output = network.network.output
        var whole = weights.body
        whole["\(output).weight"] = head.weight
        whole["\(output).bias"] =
            head.bias
            ?? RawTensor([Float](repeating: 0, count: head.outputs), shape: [head.outputs])
        network.loadWeights(whole)
        let renamed = head.name == output ? [] : ["renamed the head \(head.name)"]
        return (
            Model(
                network: network,
                card: try card(
                    of: network.network, url, imageSize: imageSize ?? 224,
                    normalization ?? .imageNet)),
            weights.notes + renamed
        )
    }

    /// The card of a network that was trained elsewhere.
    func card(
        of network: Network, _ url: URL, imageSize: Int, _ normalization: Normalization
    ) throws -> ModelCard {
        let (kind, names) = try namedClasses(outputs: network.outputCount)
        let known = Architecture(rawValue: network.name)
        let isKnown =
            known?.network(outputs: network.outputCount).withoutAuxiliary == network
        var recipe = Recipe()
        recipe.name = "imported"
        if isKnown, let known { recipe.architecture = known }
        recipe.labels = .fer2013
        recipe.head = kind
        recipe.positive = positive
        recipe.imageSize = imageSize
        var card = ModelCard(
            created: Date.now.formatted(.iso8601), architecture: isKnown ? known : nil,
            imageSize: imageSize, normalization: normalization, classes: names, head: kind,
            positive: positive, labels: .fer2013, initialWeights: url.lastPathComponent,
            recipe: recipe, dataSources: [], trainedOnSyntheticFaces: false, trainingSamples: 0)
        if !isKnown { card.layers = network }
        if isColour { card.inputChannels = .rgb }
        return card
    }

    private func namedClasses(
        outputs: Int
    ) throws(UsageError) -> (head: Recipe.Head, names: [String]) {
        guard classes.count == outputs else {
            throw UsageError(
                setting: "classes", found: "\(classes.count) (\(classes.joined(separator: ", ")))",
                expected: "\(outputs), one for each output in its order",
                advice: "torchvision's ImageFolder orders the names of folders by the alphabet.")
        }
        let emotions = classes.map { Emotion(name: $0) }
        if outputs == 2, emotions[0] == nil, classes[0].lowercased() == "other" {
            let isPositive =
                classes[1] == positive.name || emotions[1].map(positive.isPositive) == true
            guard isPositive else {
                throw UsageError(
                    setting: "classes", found: classes[1], expected: positive.name,
                    advice:
                        "Say with \(setting: "positive") which emotions the second output stands "
                        + "for."
                )
            }
            return (.binary, ["other", positive.name])
        }
        for (name, emotion) in zip(classes, emotions) where emotion == nil {
            throw UsageError(
                setting: "classes", found: name,
                expected: "emotions (\(Emotion.knownNames)), or other,\(positive.name)")
        }
        let names = emotions.compactMap { $0?.name }
        guard Set(names).count == names.count else {
            throw UsageError(
                setting: "classes", found: classes.joined(separator: ", "),
                expected: "each emotion once")
        }
        let positives = emotions.compactMap { $0 }.count(where: positive.isPositive)
        guard positives > 0, positives < names.count else {
            throw UsageError(
                setting: "classes", found: classes.joined(separator: ", "),
                expected: "positive and other emotions (positive: \(positive.name))")
        }
        return (.emotions, names)
    }
}
