import Evaluation
import Foundation
import Imaging
public import Torch

/// Times training steps: on one batch of noise that is made before, or on the rows of a data set,
/// which are read, varied and made into batches meanwhile.
public struct TrainingBenchmark: Sendable {
    public var recipe: Recipe
    public var device = Device.cpu
    /// Steps before the clock starts.
    public var warmUp = 2
    /// Steps that are timed, at most the rest of an epoch of the data; `nil` is all of it.
    public var steps: Int? = 5

    public init(_ recipe: Recipe) {
        self.recipe = recipe
    }

    /// - Parameters:
    ///   - dataset: `nil` for noise.
    ///   - progress: called after each step; `false` stops, and gives `nil`.
    /// - Throws: what is wrong with the recipe or the data.
    public func measure(
        on dataset: Dataset?, progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> TrainingSpeed? {
        var recipe = recipe
        if dataset == nil { recipe.labels = .fer2013 }
        try recipe.validate()
        let data = dataset ?? .noise(count: max(2 * recipe.batchSize, 20), seed: recipe.seed)
        let rows = try TrainingData(recipe, data)
        let stepsPerEpoch = rows.batchCount(recipe.batchSize)
        guard dataset == nil || stepsPerEpoch > warmUp else {
            throw DataError(
                .request, file: data.name, found: "\(stepsPerEpoch) batches of training rows",
                expected: "more than the \(warmUp) steps of the warm-up")
        }
        let total =
            dataset == nil
            ? warmUp + (steps ?? 1) : min(stepsPerEpoch, warmUp + (steps ?? stepsPerEpoch))
        let initial = InitialNetwork(
            scratch: recipe.network(outputs: rows.classes.count), seed: recipe.seed)
        let step = TrainingStep(
            recipe, network: initial.network, classWeights: rows.classWeights(recipe.classWeights),
            device: device)
        let batches = rows.batches(
            of: data, recipe, epoch: 0, from: 0, count: dataset == nil ? 1 : total)
        defer { batches.cancel() }
        func input(_ batch: ImageBatch) -> (images: Tensor, target: Tensor, count: Int) {
            (
                batch.tensor(initial.normalization, dtype: step.precision, device: device),
                rows.target(of: batch).to(device: device), batch.positions.count
            )
        }

        let fixed = dataset == nil ? batches.next().map(input) : nil
        var speed = TrainingSpeed(recipe, step.precision, data: dataset?.name, stepsPerEpoch)
        var (waited, cpu) = (batches.waitedSeconds, cpuSeconds())
        var clock = ContinuousClock.now
        for number in 0 ..< total {
            guard let batch = fixed ?? batches.next().map(input) else { break }
            let loss = step(batch.images, batch.target, learningRate: recipe.learningRate).loss
            guard loss.isFinite else {
                throw TrainingError.diverged(
                    step: number + 1, found: "the loss is \(plain(loss))",
                    learningRate: recipe.learningRate, lastCheckpoint: nil)
            }
            let now = ContinuousClock.now
            if number >= warmUp { speed.add((now - clock) / .seconds(1), images: batch.count) }
            guard progress(number + 1, total) else { return nil }
            clock = .now
            if number + 1 == warmUp {
                (waited, cpu) = (batches.waitedSeconds, cpuSeconds())
            }
        }
        speed.waitedSeconds = batches.waitedSeconds - waited
        speed.cpuSeconds = cpuSeconds() - cpu
        speed.peakMemory = peakMemory()
        return speed
    }
}

extension Dataset {
    /// Images of 48 x 48 pixels without content, of two emotions in turn.
    package static func noise(count: Int, seed: UInt64) -> Dataset {
        var generator = SeededGenerator(seed: seed)
        let side = FERReader.side
        return Dataset(
            name: "noise",
            samples: (0 ..< count).map {
                Sample(
                    id: String($0), row: $0, emotion: $0.isMultiple(of: 2) ? .sad : .happy,
                    split: .train)
            },
            images: (0 ..< count).map { _ in
                Image(
                    width: side, height: side, channels: 1,
                    pixels: (0 ..< side * side).map { _ in UInt8(generator.index(below: 256)) })
            })
    }
}

private func usage() -> rusage {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage
}

/// Of this process so far, all threads, user and system.
private func cpuSeconds() -> Double {
    let usage = usage()
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
        $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
}

/// The largest resident size of this process so far, in bytes.
private func peakMemory() -> Int { usage().ru_maxrss * 1024 }
