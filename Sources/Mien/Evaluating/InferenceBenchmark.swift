import Evaluation
import Foundation
import Inference
public import Torch

/// Times a model's scoring of random images, without reading any.
public struct InferenceBenchmark {
    public var batchSize = 64
    /// Another side than the model's, for comparisons; the arithmetic is the same.
    public var imageSize: Int?
    public var precision = Recipe.Precision.auto
    public var device = Device.cpu
    /// Layer by layer instead of fused.
    public var isPlain = false
    /// Batches that are timed, after two that are not.
    public var repetitions = 20
    public var seed: UInt64 = 0

    public init() {}

    /// The speed that was measured, and with which settings.
    public struct Result: Sendable, Codable {
        public let batchSize: Int
        public let imageSize: Int
        /// float32, bfloat16 or int8.
        public let precision: String
        public let fused: Bool
        public let threads: Int
        /// What reading the model's file and checking it took, where one was read.
        public var loadMilliseconds: Double?
        /// From packing the weights to the end of the first batch.
        public let firstBatchMilliseconds: Double
        /// Of each batch, in order.
        public let milliseconds: [Double]
        public let medianMilliseconds: Double
        public let imagesPerSecond: Double
        /// Of all threads, user and system, over all timed batches.
        public let cpuMillisecondsPerImage: Double

        private enum CodingKeys: String, CodingKey {
            case batchSize = "batch"
            case imageSize = "image_size"
            case precision, fused, threads
            case loadMilliseconds = "load_ms"
            case firstBatchMilliseconds = "first_batch_ms"
            case milliseconds = "ms"
            case medianMilliseconds = "median_ms"
            case imagesPerSecond = "images_per_s"
            case cpuMillisecondsPerImage = "cpu_ms_per_image"
        }
    }

    /// - Parameter shouldGoOn: asked before each batch; `false` stops, and gives `nil`.
    /// - Throws: `UsageError` for a device that the model does not run on.
    public func run(
        _ model: Model, shouldGoOn: () -> Bool = { true }
    ) throws(UsageError) -> Result? {
        try model.check(device)
        precondition(batchSize > 0 && repetitions > 0, "expected at least one image and batch")
        let size = imageSize ?? model.card.imageSize
        var generator = SeededGenerator(seed: seed, stream: 0)
        let channels = model.card.input.channels
        let batch = ImageBatch(
            planes: (0 ..< batchSize * channels.count * size * size).map { _ in
                Float(generator.index(below: 256))
            }, size: size, channels: channels)
        let dtype = model.resolved(precision, on: device)
        let isFused = !isPlain && device == .cpu && InferenceEngine.supports(dtype)
        func score() -> Double {
            let start = ContinuousClock.now
            _ =
                isPlain
                ? model.plainLogits(of: batch, precision: dtype, device: device)
                : model.logits(of: batch, precision: dtype, device: device)
            return (ContinuousClock.now - start) / .milliseconds(1)
        }
        let first = score()
        _ = score()
        let cpu = Self.cpuMilliseconds
        var times: [Double] = []
        for _ in 0 ..< repetitions {
            guard shouldGoOn() else { return nil }
            times.append(score())
        }
        let sorted = times.sorted()
        let median = (sorted[(repetitions - 1) / 2] + sorted[repetitions / 2]) / 2
        return Result(
            batchSize: batchSize, imageSize: size, precision: "\(dtype)",
            fused: isFused,
            threads: isFused ? InferenceEngine.threadCount : Runtime.threadCount,
            firstBatchMilliseconds: first, milliseconds: times, medianMilliseconds: median,
            imagesPerSecond: Double(batchSize) / median * 1000,
            cpuMillisecondsPerImage: (Self.cpuMilliseconds - cpu)
                / Double(batchSize * repetitions))
    }

    /// What all threads of the process have used.
    private static var cpuMilliseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }
}
