import ArgumentParser
import Foundation
import Mien
import Networks
import Torch

/// `mien benchmark train`.
struct BenchmarkTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Times training steps: forward, loss, backward, update.",
        discussion: """
            Without --data on one batch of noise; with it on the rows of the data, which are \
            varied and made into batches meanwhile. All else is by the recipe "paper".
            """)

    @Option(help: .data)
    var data: String?
    @Option(help: .votes)
    var votes: String?
    @OptionGroup var compute: ComputeOptions
    @Option(help: "auto, float32 or bfloat16.")
    var precision = "auto"
    @Option(help: "Images in a step.")
    var batch = Recipe.paper.batchSize
    @Option(help: "Side of the network's input in pixels.")
    var imageSize = Recipe.paper.imageSize
    @Option(help: "Network: \(Architecture.names).")
    var architecture = Architecture.resnet18.rawValue
    @Option(help: "Planes of the input: grey or rgb.")
    var channels = InputSpecification.Channels.grey.rawValue
    @Option(help: "Steps that are timed.")
    var steps = 5
    @Option(help: "Steps before the clock starts.")
    var warmUp = 2
    @Flag(help: "With --data: time a whole epoch, whatever --steps says.")
    var epoch = false
    @Option(help: "Seed of weights, order and variations.")
    var seed: UInt64 = 0
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard steps >= 1, 0 ... 1000 ~= warmUp else {
            throw ValidationError("--steps is at least 1, --warm-up 0 to 1000.")
        }
        guard data != nil || !(epoch || votes != nil) else {
            throw ValidationError("--epoch and --votes need --data.")
        }
    }

    func run() throws {
        Interruption.install()
        _ = try compute.apply(tensors: true)
        var recipe = Recipe.paper
        recipe.precision = try choice(precision, "--precision")
        recipe.batchSize = batch
        recipe.imageSize = imageSize
        recipe.seed = seed
        recipe.architecture = try choice(architecture, "--architecture")
        recipe.channels = try choice(channels, "--channels")
        let start = ContinuousClock.now
        let dataset = try data.map {
            try Dataset.load(data: $0, votes: votes, input: recipe.input())
        }
        let readingSeconds = (ContinuousClock.now - start) / .seconds(1)
        if let dataset { recipe.labels = dataset.defaultProtocol }
        var benchmark = TrainingBenchmark(recipe)
        benchmark.device = try compute.chosenDevice
        benchmark.warmUp = warmUp
        benchmark.steps = epoch ? nil : steps
        let progress = WorkProgress(unit: "steps")
        let speed = try benchmark.measure(on: dataset) { done, total in
            progress.goesOn("step", done, of: total)
        }
        Console.clearTransient()
        guard let speed else { throw Interrupted() }
        let result = Result(speed: speed, readingSeconds: dataset.map { _ in readingSeconds })
        if json { try Console.json(result) } else { try Console.result("\(result)") }
    }

    /// The speed, and how long it took to read the data.
    private struct Result: Encodable, CustomStringConvertible {
        let speed: TrainingSpeed
        let readingSeconds: Double?

        enum CodingKeys: String, CodingKey { case readingSeconds = "reading_s" }

        func encode(to encoder: any Encoder) throws {
            try speed.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(readingSeconds, forKey: .readingSeconds)
        }

        var description: String {
            let read = readingSeconds.map { String(format: ", read in %.1f s", $0) } ?? ""
            return String(
                format: """
                    %.1f images/s (median of %d steps of %d images, %d x %d, %@, %d threads)
                    %.1f images/s over all steps, waiting for batches %.2f %% of the time%@
                    peak memory %.0f MB
                    """,
                speed.imagesPerSecond, speed.seconds.count, speed.batchSize, speed.imageSize,
                speed.imageSize, speed.precision, speed.threads, speed.meanImagesPerSecond,
                100 * speed.waitedShare, read, Double(speed.peakMemory) / 1e6)
        }
    }
}
