package import Torch

extension TrainingData {
    /// Batches of training images as they are, at most 40, in the order of an epoch: an average of
    /// weights gets its statistics from them. Of several processes each has its part of them.
    package func plainBatches(
        of dataset: Dataset, _ recipe: Recipe, epoch: Int, in world: TrainingWorld = .alone
    ) -> (count: Int, batches: Prefetcher<ImageBatch>) {
        let positionsOfBatch = positions(of: recipe, epoch: epoch)
        let indices = training.indices
        let part = world.part(of: min(batchCount(recipe.batchSize, in: world), 40))
        let count = part.count
        let batches = Prefetcher(count: count) { number in
            let positions = positionsOfBatch(part.lowerBound + number)
            return recipe.input().batch(
                of: dataset, positions: positions, samples: positions.map { indices[$0] },
                side: recipe.imageSize(inEpoch: epoch))
        }
        return (count, batches)
    }
}

extension NetworkModule {
    /// Gives an average of weights the statistics that batch normalisation sees with these weights
    /// and with images as they are scored, the mean over all batches by their images: those of the
    /// network that was trained are of other weights, and of varied images (Izmailov et al. 2018,
    /// "Averaging Weights Leads to Wider Optima and Better Generalization", algorithm 1). The counts
    /// of training passes stay.
    /// - Parameter progress: called after each batch with its number from 1; `false` stops: the
    ///   statistics are then those of one batch, and of no use until they are renewed.
    /// - Returns: whether it went through all batches.
    package func recalibrateBatchNorm(
        over batches: Prefetcher<ImageBatch>, _ normalization: Normalization, precision: DType,
        device: Device, in world: TrainingWorld = .alone, progress: (_ done: Int) -> Bool
    ) throws -> Bool {
        let buffers = namedTensors.filter { $0.role == .buffer }.map(\.tensor)
        let statistics = buffers.filter { $0.dtype == .float32 }
        let counts = buffers.filter { $0.dtype != .float32 }.map { ($0, RawTensor($0)) }
        defer {
            batches.cancel()
            for (count, before) in counts { count.assign(before.tensor) }
        }
        var sums = statistics.map { [Float](repeating: 0, count: $0.shape[0]) }
        var (done, images) = (0, 0)
        while let batch = batches.next() {
            // From zero, a pass leaves momentum times the batch's statistics.
            for tensor in statistics { tensor.assign(.zeros(tensor.shape)) }
            withoutGradients {
                withAutocast(to: precision, on: device) {
                    _ = trained(
                        on: batch.tensor(normalization, dtype: precision, device: device), seed: 0)
                }
            }
            for (number, tensor) in statistics.enumerated() {
                for (channel, value) in tensor.floats.enumerated() {
                    sums[number][channel] += value * Float(batch.positions.count)
                }
            }
            done += 1
            images += batch.positions.count
            guard progress(done) else { return false }
        }
        var all = try world.sums(sums.flatMap { $0 } + [Float(images)])
        let share = Float(BatchNorm2d.momentum) * all.removeLast()
        for tensor in statistics {
            tensor.assign(
                Tensor(all.prefix(tensor.count).map { $0 / share }, shape: tensor.shape))
            all.removeFirst(tensor.count)
        }
        return true
    }
}
