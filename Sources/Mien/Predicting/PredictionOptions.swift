public import Imaging

/// How faces are found, judged and scored.
public struct PredictionOptions: Sendable {
    /// Score the whole image, centre square, without looking for a face: for faces that are cut
    /// already, such as FER-2013's. Every result says so.
    public var wholeImage = false
    /// Keep the largest face of an image alone.
    public var largestOnly = false
    /// Score faces of low quality too; their status says what they are.
    public var scoresLowQuality = false
    /// Confidence, the larger of score and 1 - score, below which the model is not to answer:
    /// 0.5 to 1.
    public var abstainBelow: Double?
    /// Make a map of where each score is sensitive: Grad-CAM of the positive class.
    public var explains = false
    public var quality = FaceQualityLimits()
    public var detection = FaceDetector.Options()
    /// Of files, in bytes and pixels.
    public var limits = DecodingLimits()
    /// Big images are looked at in a half, a quarter, ... of their size while the longer side keeps
    /// this many pixels. The detector's smallest size counts in pixels of what is looked at.
    public var longerSideAtLeast = 1600
    /// Faces scored at once, at most; those of several images are put together.
    public var batchSize = 32
    /// In which the model scores. The face detector computes as the processor does best.
    public var precision = Recipe.Precision.auto
    /// Threads that decode images and find faces, beside the one that owns the model.
    public var workers = 2
    /// Images, and crops to be scored, that may wait; more are refused with `QueueFullError`.
    public var waiting = 4096

    public init() {}

    /// Whether images are taken as they are, by these options or the model's input.
    func takesWhole(_ input: InputSpecification) -> Bool {
        wholeImage || input.crop.frame == .wholeImage
    }

    /// - Throws: `UsageError` for a value out of range.
    public func validate() throws(UsageError) {
        if let abstainBelow, !(0.5 ... 1 ~= abstainBelow) {
            throw UsageError(
                setting: "abstain-below", found: "\(abstainBelow)", expected: "0.5 to 1")
        }
        guard 1 ... 4096 ~= batchSize else {
            throw UsageError(setting: "batch-size", found: "\(batchSize)", expected: "1 to 4096")
        }
        guard 1 ... 256 ~= workers else {
            throw UsageError(setting: "workers", found: "\(workers)", expected: "1 to 256")
        }
        precondition(waiting >= workers, "expected \(workers) waiting or more, got \(waiting)")
        guard longerSideAtLeast >= 1 else {
            throw UsageError(
                setting: "detail", found: "\(longerSideAtLeast)", expected: "at least 1")
        }
        guard limits.maximumBytes >= 1, limits.maximumPixels >= 1 else {
            throw UsageError(
                subject: "\(setting: "max-bytes") and \(setting: "max-pixels")",
                found: "\(limits.maximumBytes) and \(limits.maximumPixels)",
                expected: "at least 1 each", advice: "")
        }
    }
}
