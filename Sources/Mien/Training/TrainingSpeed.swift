import Evaluation
public import Networks
import Torch

/// What a ``TrainingBenchmark`` found.
public struct TrainingSpeed: Sendable, Encodable, Equatable {
    public let architecture: Architecture
    public let imageSize: Int
    public let batchSize: Int
    public let precision: String
    public let threads: Int
    /// `nil` for noise.
    public let data: String?
    /// Of the data; `nil` for noise.
    public let stepsPerEpoch: Int?
    /// Of each step that was timed.
    public private(set) var seconds: [Double] = []
    public private(set) var images = 0
    /// Of all these seconds, what was spent waiting for batches.
    public internal(set) var waitedSeconds = 0.0
    /// Of all threads, user and system.
    public internal(set) var cpuSeconds = 0.0
    /// Resident, of the whole process so far, in bytes.
    public internal(set) var peakMemory = 0

    init(_ recipe: Recipe, _ precision: DType, data: String?, _ stepsPerEpoch: Int) {
        architecture = recipe.architecture
        imageSize = recipe.imageSize
        batchSize = recipe.batchSize
        self.precision = "\(precision)"
        threads = Runtime.threadCount
        self.data = data
        self.stepsPerEpoch = data == nil ? nil : stepsPerEpoch
    }

    mutating func add(_ seconds: Double, images: Int) {
        self.seconds.append(seconds)
        self.images += images
    }

    /// Of the step in the middle.
    public var imagesPerSecond: Double {
        seconds.isEmpty ? 0 : Double(batchSize) / quantile(seconds.sorted(), 0.5)
    }

    /// Of all steps together.
    public var meanImagesPerSecond: Double {
        Double(images) / max(seconds.reduce(0, +), .leastNonzeroMagnitude)
    }

    public var waitedShare: Double {
        waitedSeconds / max(seconds.reduce(0, +), .leastNonzeroMagnitude)
    }

    enum CodingKeys: String, CodingKey {
        case architecture, precision, threads, data, seconds, images
        case imageSize = "image_size"
        case batchSize = "batch"
        case stepsPerEpoch = "steps_per_epoch"
        case waitedShare = "waited_share"
        case cpuPerImage = "cpu_ms_per_image"
        case peakMemory = "peak_memory_bytes"
        case imagesPerSecond = "images_per_s"
        case meanImagesPerSecond = "mean_images_per_s"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(imageSize, forKey: .imageSize)
        try container.encode(batchSize, forKey: .batchSize)
        try container.encode(precision, forKey: .precision)
        try container.encode(threads, forKey: .threads)
        try container.encodeIfPresent(data, forKey: .data)
        try container.encodeIfPresent(stepsPerEpoch, forKey: .stepsPerEpoch)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(images, forKey: .images)
        try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try container.encode(meanImagesPerSecond, forKey: .meanImagesPerSecond)
        try container.encode(waitedShare, forKey: .waitedShare)
        try container.encode(1000 * cpuSeconds / Double(max(images, 1)), forKey: .cpuPerImage)
        try container.encode(peakMemory, forKey: .peakMemory)
    }
}
