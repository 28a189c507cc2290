import Foundation
public import Imaging
import Synchronization
import Torch

/// Finds the faces of photos, judges their quality and cuts them as the model wants them; it needs
/// no model and scores nothing. Several images are worked on at once; at the first all threads look,
/// so that its answer comes sooner.
public final class FaceExtractor: Sendable {
    public let options: PredictionOptions
    /// How faces are cut where no model says it.
    private let input: InputSpecification

    private let finders: WorkerPool<any FaceDetection>
    /// Whether an image has been begun.
    private let hasBegun = Atomic(false)

    /// - Parameter input: how faces are cut where no model says it.
    /// - Throws: `UsageError` for options out of range, `FaceDetectorError` without a face
    ///   detector.
    public convenience init(
        options: PredictionOptions = .init(),
        input: InputSpecification = .init(size: FaceCrop.usualSize)
    ) throws {
        try options.validate()
        guard !options.wholeImage else {
            self.init(options: options, input: input) { NoFinder() }
            return
        }
        let model = try FaceDetector.locateModel()
        ImageLibrary.setThreads(1)
        var detection = options.detection
        // As the processor does best, whatever the model scores in: which faces are found, and so
        // their numbers, are the same in every command.
        detection.usesBFloat16 = Recipe.Precision.auto.resolved(on: .cpu) == .bfloat16
        // The first thread reads the model; it lies in memory once.
        let shared = Mutex<FaceDetector?>(nil)
        self.init(options: options, input: input) { [detection] in
            let (detector, isFirst) = try shared.withLock { first in
                if let first { return (FaceDetector(sharingWeightsOf: first), false) }
                let detector = try FaceDetector(model: model, options: detection)
                first = detector
                return (detector, true)
            }
            if isFirst { try detector.prepare() }
            return detector
        }
    }

    /// - Parameter makeFinder: called once per thread.
    package init(
        options: PredictionOptions, input: InputSpecification = .init(size: FaceCrop.usualSize),
        makeFinder: @escaping @Sendable () throws -> any FaceDetection
    ) {
        self.options = options
        self.input = input
        finders = WorkerPool(
            "faces", count: options.workers, limit: options.waiting, make: makeFinder)
    }

    /// Images that are worth having under way at once.
    public var width: Int { 2 * options.workers + 2 }

    /// The faces of an image, not scored.
    /// - Throws: `FaceDetectorError`, or `CancellationError` when the task is cancelled.
    public func faces(in image: Image) async throws -> ImagePrediction {
        try await faces(in: image, for: input, doubtfulToo: false)
    }

    /// - Parameter doubtfulToo: keeps what a model may find to be a face: see ``DetectionFusion``.
    func faces(
        in image: Image, for input: InputSpecification, doubtfulToo: Bool
    ) async throws -> ImagePrediction {
        try await faces(input, doubtfulToo) {
            .init(image: image, width: image.width, height: image.height)
        }
    }

    /// The faces of an image file, not scored. A file that cannot be read is a result, not an
    /// error.
    /// - Throws: `FaceDetectorError`, or `CancellationError` when the task is cancelled.
    public func faces(contentsOf file: FileName) async throws -> FilePrediction {
        try await faces(contentsOf: file, for: input, doubtfulToo: false)
    }

    func faces(
        contentsOf file: FileName, for input: InputSpecification, doubtfulToo: Bool
    ) async throws -> FilePrediction {
        let isWhole = options.takesWhole(input)
        do {
            return .image(
                try await faces(input, doubtfulToo) { [options] in
                    try PhotoFile.read(
                        file, limits: options.limits,
                        longerSideAtLeast: isWhole ? .max : options.longerSideAtLeast)
                })
        } catch let problem as PhotoFile.Problem {
            return .unreadable(problem.reason)
        }
    }

    /// The faces of an image file held in memory.
    /// - Parameter isWhole: whether the image is the face.
    func faces(
        decoding bytes: [UInt8], for input: InputSpecification, doubtfulToo: Bool, isWhole: Bool
    ) async throws -> ImagePrediction {
        let isWhole = isWhole || options.takesWhole(input)
        return try await faces(input, doubtfulToo, isWhole: isWhole) { [options] in
            try PhotoFile.decode(
                bytes, limits: options.limits,
                longerSideAtLeast: isWhole ? .max : options.longerSideAtLeast)
        }
    }

    /// Runs other work on photos on the same threads.
    func run<Output: Sendable>(
        _ body: @escaping @Sendable () throws -> Output
    ) async throws -> Output {
        try await finders.run { _ in try body() }
    }

    private func faces(
        _ input: InputSpecification, _ doubtfulToo: Bool, isWhole: Bool? = nil,
        _ read: @escaping @Sendable () throws -> PhotoFile.Photo
    ) async throws -> ImagePrediction {
        let threads = hasBegun.exchange(true, ordering: .relaxed) ? 1 : options.workers
        let isWhole = isWhole ?? options.takesWhole(input)
        let asked = ContinuousClock.now
        return try await finders.run { [options] finder in
            let begun = ContinuousClock.now
            let photo = try read()
            let read = ContinuousClock.now
            var result = ImagePrediction(
                width: photo.width, height: photo.height, isWholeImage: isWhole,
                faces: try photo.faces(
                    finder, threads: threads, doubtfulToo: doubtfulToo, isWhole: isWhole, options,
                    input))
            result.seconds.queue = (begun - asked).seconds
            result.seconds.decode = (read - begun).seconds
            result.seconds.detect = (ContinuousClock.now - read).seconds
            return result
        }
    }
}

extension Duration {
    /// As a number.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// Stands where faces are not looked for.
private struct NoFinder: FaceDetection {
    func faces(in image: Image, threads: Int, minimumConfidence: Double?) -> [DetectedFace] { [] }
}

extension PhotoFile.Photo {
    fileprivate func faces(
        _ finder: any FaceDetection, threads: Int, doubtfulToo: Bool, isWhole: Bool,
        _ options: PredictionOptions, _ input: InputSpecification
    ) throws -> [FacePrediction] {
        guard !isWhole else {
            return [FacePrediction(whole: image, for: input)]
        }
        let doubt = DetectionFusion.doubt(about: options.detection.minimumConfidence)
        let found = try finder.faces(
            in: image, threads: threads, minimumConfidence: doubtfulToo ? doubt.lowerBound : nil)
        // The largest that is certain ends the search for the largest.
        let largest = found.firstIndex { !doubtfulToo || !doubt.contains($0.confidence) }
        return found.prefix(options.largestOnly ? (largest ?? found.count) + 1 : found.count).map {
            FacePrediction(
                $0, in: image, fileScale: fileScale, limits: options.quality, input: input)
        }
    }
}
