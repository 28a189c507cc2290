package import Torch

extension Model {
    /// Class probabilities of many images, each process scoring its part; all have all of them.
    ///
    /// See ``probabilities(of:in:batchSize:precision:device:progress:)``. Where several processes
    /// work, `progress` cannot stop one of them.
    package func probabilities(
        of samples: [Int], in dataset: Dataset, batchSize: Int, precision: DType, device: Device,
        world: TrainingWorld, progress: (Int) -> Bool
    ) throws -> [[Float]]? {
        guard world.group != nil else {
            return try probabilities(
                of: samples, in: dataset, batchSize: batchSize, precision: precision,
                device: device, progress: progress)
        }
        let own = try probabilities(
            of: Array(samples[world.part(of: samples.count)]), in: dataset, batchSize: batchSize,
            precision: precision, device: device
        ) { done in
            _ = progress(min(done * world.size, samples.count))
            return true
        }
        return try world.gathered(own ?? [], of: samples.count, width: card.classes.count)
    }
}
