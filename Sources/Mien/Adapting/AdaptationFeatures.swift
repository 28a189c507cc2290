import Evaluation
import Networks
import Torch

/// What the last layer of a network reads of images, and its weights.
struct AdaptationFeatures {
    /// Averaged over a face and its mirror image where the model does so: [rows][features]
    let values: [[Float]]
    /// [classes x features]
    let weight: [Double]
    let bias: [Double]
    let temperature: Double

    /// - Parameters:
    ///   - samples: of the data set.
    ///   - progress: images done; `false` stops.
    /// - Returns: `nil` when stopped.
    init?(
        of samples: [Int], in dataset: Dataset, _ model: Model, batchSize: Int = 32,
        progress: (Int) -> Bool
    ) throws {
        let (network, input) = (model.network(on: .cpu), model.card.input)
        let reader = network.network.head.inputs[0]
        func features(_ batch: ImageBatch) -> [[Float]] {
            withoutGradients {
                let images = batch.tensor(
                    model.card.normalization, dtype: .float32, device: .cpu)
                return network.activation(of: images, at: reader)
                    .reshaped([batch.positions.count, -1]).rows
            }
        }
        var values: [[Float]] = []
        for start in stride(from: 0, to: samples.count, by: batchSize) {
            let part = Array(samples[start ..< min(start + batchSize, samples.count)])
            let batch = input.batch(of: dataset, samples: part)
            var rows = features(batch)
            if model.card.averagesMirrorImage == true {
                rows = zip(rows, features(batch.mirrored)).map { one, other in
                    zip(one, other).map { ($0 + $1) / 2 }
                }
            }
            values += rows
            try dataset.requireReadable()
            guard progress(values.count) else { return nil }
        }
        self.values = values
        weight = network.head.weight.floats.map(Double.init)
        bias = network.head.bias.floats.map(Double.init)
        temperature = model.card.temperature
        if let wrong = values.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) {
            throw NonFiniteOutput(
                image: dataset.samples[samples[wrong]].id, precision: "\(DType.float32)")
        }
    }

    /// Logits at the model's temperature: [rows][classes]
    var logits: [[Double]] {
        values.map { row in
            bias.indices.map { number in
                var sum = bias[number]
                for (column, value) in row.enumerated() {
                    sum += weight[number * row.count + column] * Double(value)
                }
                return sum / temperature
            }
        }
    }
}

extension Model {
    /// A model of its own with the weights of this one.
    func copied() -> Model {
        let network = NetworkModule(card.network, seed: nil)
        network.loadWeights(StateDict(self.network))
        var result = Model(network: network, card: card)
        result.seen = seen
        return result
    }

    /// The model with the correction in its last layer; the temperature becomes 1.
    func applying(_ correction: HeadCorrection) -> Model {
        var result = copied()
        let head = result.network.head
        let (classes, width) = (correction.bias.count, head.weight.shape[1])
        let scale = correction.factor / card.temperature
        var weight = head.weight.floats
        for index in weight.indices {
            let change = correction.change.isEmpty ? 0 : correction.change[index]
            weight[index] = Float(scale * Double(weight[index]) + change)
        }
        let bias = zip(head.bias.floats, correction.bias).map { Float(scale * Double($0) + $1) }
        withoutGradients {
            head.weight.assign(Tensor(weight, shape: [classes, width]))
            head.bias.assign(Tensor(bias, shape: [classes]))
        }
        result.card.calibration = nil
        return result
    }
}
