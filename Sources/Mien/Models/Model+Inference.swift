public import Common
package import Inference
import Networks
public import Torch

extension Model {
    /// The elements that this model scores in: int8 under `auto` where its weights are and the
    /// processor multiplies them in hardware; float64 for what has no network in it.
    public func resolved(_ precision: Recipe.Precision, on device: Device) -> DType {
        if card.kind == .ensemble { return precision.resolved(on: .cpu) }
        guard card.isNetwork else { return .float64 }
        guard isQuantized else { return precision.resolved(on: device) }
        let wanted = precision == .auto ? .int8 : precision.resolved(on: .cpu)
        return InferenceEngine.supports(wanted) ? wanted : .float32
    }

    /// Why a run failed that gave no numbers; `nil` where none did.
    var failure: InferenceError? { engines.failure ?? (classifier as? Ensemble)?.failure }

    /// - Throws: `UsageError` for a device that this model does not run on.
    package func check(_ device: Device) throws(UsageError) {
        guard device != .cpu, isQuantized || !card.isNetwork else { return }
        throw UsageError(
            setting: "device", found: isQuantized ? "an int8 model" : "a \(card.title)",
            expected: "cpu",
            advice: isQuantized ? "Give the float model that it was made from." : "")
    }

    /// Logits of a batch, one row per image.
    ///
    /// Those of the images, or where the card says so the mean of those of the images and of their
    /// mirror images. On the processor the layers run fused: in float32 the logits are those of the
    /// plain network but for the order of its sums.
    package func logits(
        of batch: ImageBatch, precision: DType = .float32, device: Device = .cpu
    ) -> [[Float]] {
        outputs(of: batch, precision: precision, device: device).map(\.logits)
    }

    package struct Output {
        package let logits: [Float]
        /// The means over space of what the stages before the last put out, one stage after the
        /// other: [``LinearProbe/inputs``]. `nil` where they are not wanted, and where the
        /// layers do not run fused.
        package let pooledFeatures: [Float]?
    }

    /// See ``logits(of:precision:device:)``.
    package func outputs(
        of batch: ImageBatch, precision: DType, device: Device = .cpu, pooledFeatures: Bool = false
    ) -> [Output] {
        let rows = ofSides(of: batch) {
            outputsOfOneSide(
                of: $0, precision: precision, device: device, pooledFeatures: pooledFeatures)
        }
        let classes = card.classes.count
        return rows.map {
            Output(
                logits: Array($0.prefix(classes)),
                pooledFeatures: $0.count > classes ? Array($0.dropFirst(classes)) : nil)
        }
    }

    /// What a batch gives, or where the card says so the mean of that and of what the mirror images
    /// give. A few images go with their mirror images, as one batch: the weights are then read once.
    /// Of more, both sides take the same operations in turn.
    private func ofSides(of batch: ImageBatch, _ rows: (ImageBatch) -> [[Float]]) -> [[Float]] {
        guard card.averagesMirrorImage == true else { return rows(batch) }
        let count = batch.positions.count
        let sides: [[Float]]
        if count <= 4 {
            sides = rows(
                ImageBatch(
                    planes: batch.planes + batch.mirrored.planes, size: batch.size,
                    channels: batch.channels))
        } else {
            sides = rows(batch) + rows(batch.mirrored)
        }
        return zip(sides[..<count], sides[count...]).map { zip($0, $1).map { ($0 + $1) / 2 } }
    }

    private func outputsOfOneSide(
        of batch: ImageBatch, precision: DType, device: Device, pooledFeatures: Bool
    ) -> [[Float]] {
        if let classifier { return classifier.logits(of: batch, precision: precision) }
        if device == .cpu, let engine = engines.engine(of: self, dtype: precision) {
            guard pooledFeatures, !card.probes.isEmpty else {
                return engine.logits(of: batch.planes, size: batch.size)
            }
            let (logits, means) = engine.logitsAndMeans(of: batch.planes, size: batch.size)
            return zip(logits, means).map { $0 + $1 }
        }
        return plainLogits(of: batch, precision: precision, device: device)
    }

    /// The network, with its weights on the device.
    func network(on device: Device) -> NetworkModule {
        let network = network
        network.move(to: device)
        return network
    }

    /// The same layer by layer, as in training.
    package func plainLogits(
        of batch: ImageBatch, precision: DType, device: Device = .cpu
    ) -> [[Float]] {
        withoutGradients {
            withAutocast(to: precision, on: device) {
                network(on: device)(
                    batch.tensor(card.normalization, dtype: precision, device: device))
            }.to(dtype: .float32).rows
        }
    }

    /// The network with nothing left but what scoring needs.
    /// - Throws: `NetworkError` for layers that the scoring engine does not compute.
    package func folded() throws -> FoldedNetwork {
        switch weights {
        case .network(let network): return try FoldedNetwork(StateDict(network), of: card)
        case .stored(let stored): return try FoldedNetwork(stored.state, of: card)
        case .quantized(let network): return network
        case .packed, .other:
            preconditionFailure("this model has no weights, or they were let go of")
        }
    }
}

extension Tensor {
    /// The rows of [N, K]; none of a tensor whose making failed.
    var rows: [[Float]] {
        guard let width = shape.dropFirst().first else { return [] }
        let values = floats
        return stride(from: 0, to: values.count, by: width).map { Array(values[$0 ..< $0 + width]) }
    }
}

/// Logits that are not finite, of weights that are: they are too large to compute with.
public struct NonFiniteOutput: Error, Sendable, NamesSettings {
    /// What was scored.
    public let image: String
    public let precision: String

    public var message: Advice {
        "The model's output for \(image) is not a finite number in \(precision): its weights are too "
            + "large to compute with. Their training diverged: take an earlier model, or train "
            + "with a smaller \(setting: "learning-rate")."
    }
}

/// The packed weights of a model, by element type and normalisation.
final class EngineCache {
    private struct Key: Equatable {
        let dtype: DType
        let normalization: Normalization
    }
    private var engines: [(key: Key, engine: InferenceEngine?)] = []

    /// Why a run failed that gave no numbers; `nil` where none did.
    var failure: InferenceError? { engines.lazy.compactMap { $0.engine?.failure }.first }

    /// `nil` where there are no fast operations for `dtype` on this processor, and for networks with
    /// layers that the scoring engine does not compute: libtorch scores them.
    func engine(of model: Model, dtype: DType) -> InferenceEngine? {
        let key = Key(dtype: dtype, normalization: model.card.normalization)
        if let known = engines.first(where: { $0.key == key }) { return known.engine }
        guard InferenceEngine.supports(dtype) else { return nil }
        let engine = (try? model.folded()).flatMap {
            InferenceEngine($0, dtype: dtype, size: model.card.imageSize)
        }
        precondition(
            engine != nil || !model.isQuantized, "oneDNN refuses an int8 network that it can run")
        engines.append((key, engine))
        return engine
    }
}
