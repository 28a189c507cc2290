import Networks
import Imaging
public import Torch

/// Makes maps of where a model's logit is sensitive. They do not say why a person feels
/// something, nor that what they point at is a cause.
///
/// One forward and one backward pass serve a whole batch, in float32.
public struct ExplanationSession: Sendable {
    public var method = ExplanationMethod.gradCAM
    public var target = ClassTarget.positive
    /// The layer whose activations are weighted: the path of a node of the network, or one above
    /// it; without meaning for occlusion.
    public var layer = "layer4"
    /// Another mapping than the model's own.
    public var positive: LabelMapping?
    public var device = Device.cpu
    public var occlusion = Occlusion()

    public init() {}

    /// Grad-CAM of the positive class at the last layer of the model with places enough for a map; of
    /// what is no network, occlusion.
    public init(for card: ModelCard) {
        method = card.isNetwork ? .gradCAM : .occlusion
        layer = card.mapLayer
    }

    /// A map and what it is of.
    public struct Explanation: Sendable, Equatable {
        /// On the grid of the layer; for occlusion on the model's input.
        public let map: HeatMap
        /// Of the target: a logit (see ``ClassTarget``).
        public let value: Double
        /// Of the target, 0...1, from the logits as they are, without calibration.
        public let probability: Double
        /// What `predicted` stood for; otherwise what was asked for.
        public let target: ClassTarget
    }

    /// Maps of many images.
    /// - Parameters:
    ///   - samples: indices in `dataset`.
    ///   - progress: called with the images done; `false` stops, and gives `nil`.
    public func explanations(
        by model: Model, of samples: [Int], in dataset: Dataset, batchSize: Int = 32,
        progress: (Int) -> Bool = { _ in true }
    ) -> [Explanation]? {
        var result: [Explanation] = []
        for start in stride(from: 0, to: samples.count, by: batchSize) {
            let part = Array(samples[start ..< min(start + batchSize, samples.count)])
            let batch = model.card.input.batch(of: dataset, samples: part)
            result += readings(by: model, of: batch).map(\.explanation)
            guard progress(result.count) else { return nil }
        }
        return result
    }

    /// Maps of images at hand.
    func explanations(
        by model: Model, of images: [Image], batchSize: Int
    ) -> [Explanation] {
        stride(from: 0, to: images.count, by: batchSize).flatMap { start in
            let part = Array(images[start ..< min(start + batchSize, images.count)])
            return readings(by: model, of: ImageBatch(part, for: model.card.input))
                .map(\.explanation)
        }
    }

    /// Maps of planes of `size` x `size` grey values, 0...255, one after the other.
    package func explanations(by model: Model, of planes: [Float], size: Int) -> [Explanation] {
        readings(by: model, of: ImageBatch(planes: planes, size: size)).map(\.explanation)
    }

    /// An explanation with the scalar that it is of.
    struct Reading {
        let explanation: Explanation
        let scalar: TargetScalar
    }

    /// - Parameter fixed: the class for each image instead of `target`.
    func readings(
        by model: Model, of batch: ImageBatch, fixed: [TargetScalar]? = nil
    ) -> [Reading] {
        guard let weighting = method.weighting else {
            let (rows, scalars) = scores(by: model, of: batch, fixed: fixed)
            let maps = occlusion.maps(of: batch, logits: rows, scalars: scalars) {
                model.logits(of: $0, device: device)
            }
            return zip(maps, zip(rows, scalars)).map { reading($0, $1.0, $1.1) }
        }
        let input = batch.tensor(model.card.normalization, dtype: .float32, device: device)
        let (activation, logits) = model.network(on: device).logits(of: input, watching: layer)
        let rows = logits.rows
        let scalars = fixed ?? self.scalars(of: model, rows)
        let weights = Tensor(
            zip(rows, scalars).flatMap { $1.gradient($0) }, shape: logits.shape
        ).to(device: device)
        let gradient = logits.gradient(withRespectTo: activation, weightedBy: weights)
        let maps = maps(weighting, activation.detached(), gradient)
        return zip(maps, zip(rows, scalars)).map { reading($0, $1.0, $1.1) }
    }

    private func reading(
        _ map: HeatMap, _ logits: [Float], _ scalar: TargetScalar
    ) -> Reading {
        Reading(
            explanation: Explanation(
                map: map, value: scalar.value(logits), probability: scalar.probability(logits),
                target: scalar.target),
            scalar: scalar)
    }

    /// One map for each image of [N, C, H, W].
    private func maps(
        _ weighting: any ActivationWeighting, _ activation: Tensor, _ gradient: Tensor
    ) -> [HeatMap] {
        let shape = activation.shape
        guard gradient.shape == shape else { return [] }
        let (activations, gradients) = (activation.floats, gradient.floats)
        let count = shape[1] * shape[2] * shape[3]
        return activations.withUnsafeBufferPointer { activations in
            gradients.withUnsafeBufferPointer { gradients in
                (0 ..< shape[0]).map { image in
                    let range = image * count ..< (image + 1) * count
                    return weighting.map(
                        activations: UnsafeBufferPointer(rebasing: activations[range]),
                        gradients: UnsafeBufferPointer(rebasing: gradients[range]),
                        channels: shape[1], height: shape[2], width: shape[3])
                }
            }
        }
    }

    private func scores(
        by model: Model, of batch: ImageBatch, fixed: [TargetScalar]?
    ) -> (logits: [[Float]], scalars: [TargetScalar]) {
        let rows = model.logits(of: batch, device: device)
        return (rows, fixed ?? scalars(of: model, rows))
    }

    private func scalars(of model: Model, _ logits: [[Float]]) -> [TargetScalar] {
        let scalar = TargetScalar(target, of: model.card, positive: positive)
        return logits.map(scalar.resolved)
    }
}

extension ModelCard {
    /// The last layer with places enough for a map.
    package var mapLayer: String {
        guard isNetwork else { return "" }
        // A card with a size that does not fit its network is refused.
        return (try? network.lastMappable(imageSize: imageSize)) ?? network.output
    }

    /// The last part of the network with more positions than a layer has, and their number along
    /// the shorter side; `nil` where there is none.
    package func finerLayer(than layer: String) -> (name: String, size: Int)? {
        guard let size = spatialSize(of: layer) else { return nil }
        return network.parts.reversed().lazy
            .compactMap { name in spatialSize(of: name).map { (name, $0) } }
            .first { $0.1 > size }
    }

    /// Places along the shorter side of what a layer puts out; `nil` for what is no layer or has
    /// none.
    package func spatialSize(of layer: String) -> Int? {
        guard isNetwork, let node = network.node(at: layer),
            let shape = try? network.shapes(imageSize: imageSize)[node.name], shape.count == 3
        else { return nil }
        return min(shape[1], shape[2])
    }
}
