import Networks
import Torch

/// Fine-tunes the last stage and the last layer of a network, from a fitted linear probe on (Kumar et
/// al. 2022, "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution").
/// Statistics of batch normalisation stay as they are: a few images say little of them.
struct LastStageTuner {
    let dataset: Dataset
    let seed: UInt64
    static let epochs = 6
    private static let batchSize = 32
    private static let learningRate = 1e-4

    /// The model after training on rows; `nil` when stopped.
    /// - Parameters:
    ///   - samples: of the data set, with `labels`, the true outputs.
    ///   - progress: images done and all; `false` stops.
    func tuned(
        _ model: Model, on samples: [Int], labels: [Int], progress: (Int, Int) -> Bool
    ) throws -> Model? {
        let result = model.copied()
        let network = result.network
        let stage = network.network.parts.last ?? network.network.output
        func learns(_ path: String) -> Bool {
            network.network.contains(path, in: stage)
                || network.network.contains(path, in: network.network.output)
        }
        for (path, tensor) in network.namedParameters { tensor.requiresGradient = learns(path) }
        let optimizer = Adam(
            network.namedParameters.filter { learns($0.path) }, weightDecay: 1e-2,
            decoupledWeightDecay: true)
        let input = model.card.input
        let augmentation = Augmentation()
        var done = 0
        for epoch in 0 ..< Self.epochs {
            let order = shuffledOrder(count: samples.count, seed: seed, epoch: epoch)
            for start in stride(from: 0, to: order.count, by: Self.batchSize) {
                let positions = Array(order[start ..< min(start + Self.batchSize, order.count)])
                let batch = input.batch(
                    of: dataset, positions: positions, samples: positions.map { samples[$0] }
                ) { augmentation.variation(seed: seed, epoch: epoch, sample: $0) }
                let images = batch.tensor(
                    model.card.normalization, dtype: .float32, device: .cpu)
                let target = Tensor(positions.map { Int64(labels[$0]) }, shape: [positions.count])
                optimizer.clearGradients()
                crossEntropy(network(images), target).backward()
                optimizer.step(learningRate: Self.learningRate)
                done += positions.count
                guard progress(done, samples.count * Self.epochs) else { return nil }
            }
        }
        for (_, tensor) in network.namedParameters { tensor.requiresGradient = false }
        return result
    }
}
