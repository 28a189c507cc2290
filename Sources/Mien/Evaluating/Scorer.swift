import Foundation
import Imaging
public import Torch

extension Model {
    /// Class probabilities of many images, one row each, at the card's temperature.
    ///
    /// - Parameters:
    ///   - samples: indices in `dataset`.
    ///   - progress: called with the images done; `false` stops, and gives `nil`.
    /// - Returns: [samples.count][classes]
    /// - Throws: ``NonFiniteOutput``; `DataError` for an image that cannot be read again.
    public func probabilities(
        of samples: [Int], in dataset: Dataset, batchSize: Int = 64, precision: DType,
        device: Device = .cpu, progress: (Int) -> Bool = { _ in true }
    ) throws -> [[Float]]? {
        try predictions(
            of: samples, in: dataset, batchSize: batchSize, precision: precision, device: device,
            progress: progress)?.map(\.probabilities)
    }

    /// What a model says of an image.
    struct Prediction {
        let probabilities: [Float]
        /// See ``Output/pooledFeatures``.
        let pooledFeatures: [Float]?
    }

    /// See ``probabilities(of:in:batchSize:precision:device:progress:)``.
    /// - Parameter pooledFeatures: whether they are wanted.
    func predictions(
        of samples: [Int], in dataset: Dataset, batchSize: Int = 64, precision: DType,
        device: Device = .cpu, pooledFeatures: Bool = false, progress: (Int) -> Bool = { _ in true }
    ) throws -> [Prediction]? {
        let input = card.input
        return try predictions(
            of: samples.count, batchSize: batchSize, precision: precision, device: device,
            pooledFeatures: pooledFeatures, name: { dataset.samples[samples[$0]].id },
            progress: {
                try dataset.requireReadable()
                return progress($0)
            }
        ) { range in
            input.batch(
                of: dataset, positions: Array(range), samples: Array(samples[range]))
        }
    }

    /// What the model says of images at hand.
    /// - Throws: ``NonFiniteOutput``, which names an image by its number.
    func predictions(
        of images: [Image], batchSize: Int = 64, precision: DType, pooledFeatures: Bool = false,
        progress: (Int) -> Bool = { _ in true }
    ) throws -> [Prediction]? {
        let input = card.input
        return try predictions(
            of: images.count, batchSize: batchSize, precision: precision, device: .cpu,
            pooledFeatures: pooledFeatures, name: { "\($0)" }, progress: progress
        ) { ImageBatch(Array(images[$0]), for: input) }
    }

    private func predictions(
        of count: Int, batchSize: Int, precision: DType, device: Device, pooledFeatures: Bool,
        name: (Int) -> String, progress: (Int) throws -> Bool,
        batch: @escaping @Sendable (Range<Int>) -> ImageBatch
    ) throws -> [Prediction]? {
        let starts = Array(stride(from: 0, to: count, by: batchSize))
        let batches = Prefetcher(count: starts.count) { number in
            batch(starts[number] ..< min(starts[number] + batchSize, count))
        }
        defer { batches.cancel() }
        var rows: [Prediction] = []
        rows.reserveCapacity(count)
        while let batch = batches.next() {
            let outputs = try catchingTensorErrors {
                self.outputs(
                    of: batch, precision: precision, device: device, pooledFeatures: pooledFeatures)
            }
            if let wrong = outputs.firstIndex(where: { !$0.logits.allSatisfy(\.isFinite) }) {
                if let failure { throw failure }
                throw NonFiniteOutput(image: name(rows.count + wrong), precision: "\(precision)")
            }
            rows += outputs.map {
                Prediction(
                    probabilities: card.probabilities($0.logits), pooledFeatures: $0.pooledFeatures)
            }
            guard try progress(rows.count) else { return nil }
        }
        return rows
    }

    /// See ``ModelCard/score(_:positive:)``.
    public func score(_ probabilities: [Float], positive: LabelMapping? = nil) -> Double {
        card.score(probabilities, positive: positive)
    }
}

extension ModelCard {
    /// The softmax of a row of logits at the card's temperature.
    package func probabilities(_ logits: [Float]) -> [Float] {
        let largest = logits.reduce(-.infinity, max)
        let shares = logits.map { exp(Double($0 - largest) / temperature) }
        let total = shares.reduce(0, +)
        return shares.map { Float($0 / total) }
    }

    /// The probability of the positive class, 0...1, from a row of class probabilities: the second
    /// of two outputs, or the sum over the positive emotions.
    public func score(_ probabilities: [Float], positive: LabelMapping? = nil) -> Double {
        outputs.score(probabilities, positive ?? self.positive)
    }

    /// The outputs that make up the positive class.
    func positiveOutputs(_ mapping: LabelMapping) -> [Int] { outputs.positive(mapping) }

    /// The meaning of the outputs.
    var outputs: ModelOutputs { ModelOutputs(head: head, classes: classes) }
}

/// The meaning of a model's outputs, in their order.
struct ModelOutputs: Sendable, Equatable, Codable {
    let head: Recipe.Head
    let classes: [String]

    /// See ``ModelCard/score(_:positive:)``.
    func score(_ probabilities: [Float], _ mapping: LabelMapping) -> Double {
        let sum = positive(mapping).reduce(0.0) { $0 + Double(probabilities[$1]) }
        // A sum of rounded shares may pass 1; a NaN is to stay one.
        return sum > 1 ? 1 : sum
    }

    /// The outputs that make up the positive class.
    func positive(_ mapping: LabelMapping) -> [Int] {
        guard head == .emotions else { return [1] }
        return classes.indices.filter { mapping.isPositive(Emotion(named: classes[$0])) }
    }
}
