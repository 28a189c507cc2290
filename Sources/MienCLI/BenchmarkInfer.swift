import ArgumentParser
import Foundation
import Mien
import Networks

/// `mien benchmark infer`.
struct BenchmarkInfer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer", abstract: "Times the scoring of batches that are in memory.")

    @OptionGroup var model: ModelOption
    @Option(help: "A network with random weights instead: \(Architecture.names).")
    var architecture: String?
    @Option(help: "Images in a batch.")
    var batch = 64
    @Option(help: "Side of the images in pixels. (default: the model's own)")
    var imageSize: Int?
    @Option(help: "auto, float32 or bfloat16; an int8 model scores in int8 under auto.")
    var precision = "auto"
    @Flag(help: "Layer by layer, as in training, instead of fused.")
    var plain = false
    @Option(help: "Batches that are timed.")
    var repetitions = 20
    @OptionGroup var compute: ComputeOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: plain)
        var benchmark = InferenceBenchmark()
        benchmark.batchSize = try checkedBatchSize(batch)
        benchmark.imageSize = imageSize
        benchmark.precision = try choice(precision, "--precision")
        benchmark.device = try compute.chosenDevice
        benchmark.isPlain = plain
        benchmark.repetitions = repetitions
        for (option, value, least) in [
            ("--image-size", imageSize ?? 32, 32), ("--repetitions", repetitions, 1),
        ] where !(least ... 100_000 ~= value) {
            throw UsageError(option, found: "\(value)", expected: "\(least) to 100000")
        }
        let start = ContinuousClock.now
        let loaded = try subject()
        let loading = (ContinuousClock.now - start) / .milliseconds(1)
        if plain, architecture == nil {
            try loaded.requireNetwork(try model.url.path, to: "run layer by layer")
        }
        guard !(plain && loaded.isQuantized) else {
            throw ModelFileError.needsFloat(try model.url.path, to: "run layer by layer")
        }
        guard var result = try benchmark.run(loaded, shouldGoOn: { !Interruption.isRequested })
        else {
            throw Interrupted()
        }
        result.loadMilliseconds = loading
        if json {
            try Console.json(result)
        } else {
            try Console.result(
                String(
                    format: "%.1f images/s, median %.2f ms for %d of %d x %d, %@%@, %d threads, "
                        + "%.2f ms CPU an image; loaded in %.0f ms, first batch %.0f ms",
                    result.imagesPerSecond, result.medianMilliseconds, result.batchSize,
                    result.imageSize, result.imageSize, result.precision as NSString,
                    (result.fused ? " fused" : "") as NSString, result.threads,
                    result.cpuMillisecondsPerImage, loading, result.firstBatchMilliseconds))
        }
    }

    /// The model of the file, or a network that was never trained.
    private func subject() throws -> Model {
        guard let architecture else { return try model.load() }
        guard model.model == nil else {
            throw UsageError(
                "--architecture", found: "\(architecture) beside --model",
                expected: "one of both")
        }
        return try Model(
            untrained: try choice(architecture, "--architecture"), imageSize: imageSize)
    }
}
