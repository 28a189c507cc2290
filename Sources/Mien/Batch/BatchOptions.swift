import Imaging

/// The options of prediction that a job fixes for all its shards. Threads are not among them: they
/// change no row.
public struct BatchOptions: Codable, Equatable, Sendable {
    let wholeImage: Bool
    let largest: Bool
    let scoreLowQuality: Bool
    let abstainBelow: Double?
    let minConfidence: Double
    let minFace: Double
    let minQualityFace: Double
    let detail: Int
    let maxBytes: Int
    let maxPixels: Int
    let batchSize: Int
    let precision: Recipe.Precision

    enum CodingKeys: String, CodingKey {
        case wholeImage = "whole_image"
        case largest
        case scoreLowQuality = "score_low_quality"
        case abstainBelow = "abstain_below"
        case minConfidence = "min_confidence"
        case minFace = "min_face"
        case minQualityFace = "min_quality_face"
        case detail
        case maxBytes = "max_bytes"
        case maxPixels = "max_pixels"
        case batchSize = "batch_size"
        case precision
    }

    public init(_ options: PredictionOptions) {
        wholeImage = options.wholeImage
        largest = options.largestOnly
        scoreLowQuality = options.scoresLowQuality
        abstainBelow = options.abstainBelow
        minConfidence = options.detection.minimumConfidence
        minFace = options.detection.minimumSize
        minQualityFace = options.quality.minimumSize
        detail = options.longerSideAtLeast
        maxBytes = options.limits.maximumBytes
        maxPixels = options.limits.maximumPixels
        batchSize = options.batchSize
        precision = options.precision
    }

    /// - Parameter workers: threads that decode and find faces.
    func predictionOptions(workers: Int) -> PredictionOptions {
        var options = PredictionOptions()
        options.wholeImage = wholeImage
        options.largestOnly = largest
        options.scoresLowQuality = scoreLowQuality
        options.abstainBelow = abstainBelow
        options.detection.minimumConfidence = minConfidence
        options.detection.minimumSize = minFace
        options.quality.minimumSize = minQualityFace
        options.longerSideAtLeast = detail
        options.limits.maximumBytes = maxBytes
        options.limits.maximumPixels = maxPixels
        options.batchSize = batchSize
        options.precision = precision
        options.workers = workers
        return options
    }
}
