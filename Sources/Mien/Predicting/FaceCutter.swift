import Foundation
public import Imaging

/// Finds the faces of photos, judges their quality and cuts them as the model wants them; it needs
/// no model and scores nothing. Several images are worked on at once.
public final class FaceCutter: Sendable {
    public let options: PredictionOptions

    private let finders: WorkerPool<any FaceFinding>

    /// - Throws: `UsageError` for options out of range, `FaceDetectorError` without a face
    ///   detector.
    public convenience init(options: PredictionOptions = .init()) throws {
        try options.validate()
        guard !options.wholeImage else {
            self.init(options: options) { NoFinder() }
            return
        }
        let model = try FaceDetector.locateModel()
        ImageLibrary.setThreads(1)
        self.init(options: options) {
            try FaceDetector(model: model, options: options.detection)
        }
    }

    /// - Parameter makeFinder: called once per thread.
    package init(
        options: PredictionOptions, makeFinder: @escaping @Sendable () throws -> any FaceFinding
    ) {
        self.options = options
        finders = WorkerPool("faces", count: options.workers, make: makeFinder)
    }

    /// Images that are worth having under way at once.
    public var width: Int { 2 * options.workers + 2 }

    /// The faces of an image, not scored.
    /// - Throws: `FaceDetectorError`, or `CancellationError` when the task is cancelled.
    public func faces(in image: Image) async throws -> ImagePrediction {
        try await faces { .init(image: image, width: image.width, height: image.height) }
    }

    /// The faces of an image file, not scored. A file that cannot be read is a result, not an
    /// error.
    /// - Throws: `FaceDetectorError`, or `CancellationError` when the task is cancelled.
    public func faces(contentsOf file: FileName) async throws -> FilePrediction {
        do {
            return .image(
                try await faces { [options] in
                    try PhotoFile.read(
                        file, limits: options.limits,
                        longerSideAtLeast: options.wholeImage ? .max : options.longerSideAtLeast)
                })
        } catch let problem as PhotoFile.Problem {
            return .unreadable(problem.reason)
        }
    }

    /// Runs other work on photos on the same threads.
    func run<Output: Sendable>(
        _ body: @escaping @Sendable () throws -> Output
    ) async throws -> Output {
        try await finders.run { _ in try body() }
    }

    private func faces(
        _ read: @escaping @Sendable () throws -> PhotoFile.Photo
    ) async throws -> ImagePrediction {
        try await finders.run { [options] finder in
            let photo = try read()
            return ImagePrediction(
                width: photo.width, height: photo.height, isWholeImage: options.wholeImage,
                faces: try photo.faces(finder, options))
        }
    }
}

/// Stands where faces are not looked for.
private struct NoFinder: FaceFinding {
    func faces(in image: Image) -> [DetectedFace] { [] }
}

extension PhotoFile.Photo {
    fileprivate func faces(
        _ finder: any FaceFinding, _ options: PredictionOptions
    ) throws -> [FacePrediction] {
        guard !options.wholeImage else { return [FacePrediction(whole: image)] }
        let found = try finder.faces(in: image)
        return found.prefix(options.largestOnly ? 1 : found.count).map {
            FacePrediction($0, in: image, fileScale: fileScale, limits: options.quality)
        }
    }
}
