public import Foundation

/// Finds the faces of an image and five points of each, with CenterFace (see `CenterFace`).
///
/// One detector looks at one image at a time; make one for each thread that shall work at once.
public final class FaceDetector: @unchecked Sendable {
    public struct Options: Sendable, Equatable {
        /// Faces of which the detector is less sure are left out, 0...1.
        public var minimumConfidence: Double
        /// Smaller faces are left out: `DetectedFace.size`, in pixels of the image. Time grows with
        /// its inverse squared, down to 24, which shows the image at its full size; below, faces are
        /// still reported, but many are missed.
        public var minimumSize: Double
        /// As many of the most confident faces are kept.
        public var maximumFaces: Int
        /// Computes in bfloat16 where the processor does so in hardware.
        public var usesBFloat16: Bool

        public init(
            minimumConfidence: Double = 0.25, minimumSize: Double = 24, maximumFaces: Int = 500,
            usesBFloat16: Bool = false
        ) {
            self.minimumConfidence = minimumConfidence
            self.minimumSize = minimumSize
            self.maximumFaces = maximumFaces
            self.usesBFloat16 = usesBFloat16
        }
    }

    public let options: Options

    /// What is worth a second look: small faces often have no more.
    private static let candidateConfidence = 0.04
    /// From it on a second look is followed by a third.
    private static let worthThirdLook = 0.1

    private let network: FaceNetwork
    private var threads = 1
    private var leastConfidence = 0.0
    /// Guards all three.
    private let lock = NSLock()

    /// A detector with the model that `locateModel` finds.
    public convenience init(options: Options = .init()) throws(FaceDetectorError) {
        try self.init(model: Self.locateModel(), options: options)
    }

    /// - Parameter model: `centerface.onnx`.
    /// - Precondition: a confidence of 0...1, a size above 0, at least one face.
    /// - Throws: `FaceDetectorError`, which names the file.
    public init(model: URL, options: Options = .init()) throws(FaceDetectorError) {
        precondition(
            0 ... 1 ~= options.minimumConfidence && options.minimumSize > 0
                && options.maximumFaces > 0,
            "expected a confidence of 0...1, a size and a number of faces above 0, got \(options)")
        guard FileManager.default.fileExists(atPath: model.path) else {
            throw .modelMissing(lookedFor: [model.path])
        }
        do {
            network = try FaceNetwork(model: model, inBFloat16: options.usesBFloat16)
        } catch {
            throw .modelUnusable(path: model.path, reason: "\(error)")
        }
        self.options = options
    }

    /// The faces, largest first, in pixels of the image; empty when there is none.
    ///
    /// - Parameters:
    ///   - image: grey or RGB, of any size.
    ///   - threads: that work on it.
    ///   - minimumConfidence: other than that of the options, 0...1.
    /// - Throws: `FaceDetectorError.failed`.
    public func faces(
        in image: Image, threads: Int = 1, minimumConfidence: Double? = nil
    ) throws(FaceDetectorError) -> [DetectedFace] {
        precondition(threads > 0, "expected at least 1 thread, got \(threads)")
        lock.lock()
        defer { lock.unlock() }
        self.threads = threads
        leastConfidence = minimumConfidence ?? options.minimumConfidence
        let windows = FaceWindow.covering(
            width: image.width, height: image.height, minimumSize: options.minimumSize)
        var candidates: [DetectedFace] = []
        for window in windows { candidates += try faces(in: window, of: image) }
        candidates = candidates.filter { $0.size >= options.minimumSize }.withoutDuplicates()
        var confirmed: [DetectedFace] = []
        for candidate in candidates.prefix(2 * options.maximumFaces) {
            if let face = try confirm(candidate, in: image) { confirmed.append(face) }
        }
        return confirmed.withoutDuplicates()
            .prefix(options.maximumFaces)
            .sorted { ($0.size, $0.confidence) > ($1.size, $1.confidence) }
    }

    /// A second look at a candidate, upright and at one size: it tells faces from what only
    /// resembles one at some size. Unless that rules it out, a third one looks in a mirror at what
    /// the second saw. Box and landmarks are the means of both, so that what the network does to
    /// one side alone cancels out.
    private func confirm(
        _ candidate: DetectedFace, in image: Image
    ) throws(FaceDetectorError) -> DetectedFace? {
        guard var face = try look(at: candidate, in: image, mirrored: false) else { return nil }
        var confidences = [candidate.confidence, face.confidence]
        if FaceLook.confidence(of: confidences) >= Self.worthThirdLook {
            let third = try look(at: face, in: image, mirrored: true)
            confidences.append(third?.confidence ?? 0)
            if let third { face = face.mean(with: third) }
        }
        face.confidence = FaceLook.confidence(of: confidences)
        return face.confidence >= leastConfidence ? face : nil
    }

    private func look(
        at candidate: DetectedFace, in image: Image, mirrored: Bool
    ) throws(FaceDetectorError) -> DetectedFace? {
        let (look, side) = (FaceLook(at: candidate), FaceLook.side)
        let view = image.resampled(under: look.toPhoto, width: side, height: side)
        let window = FaceWindow(
            left: 0, top: 0, width: side, height: side, scaledWidth: side, scaledHeight: side,
            padding: 0)
        guard mirrored else { return look.face(among: try faces(in: window, of: view)) }
        let seen = try faces(in: window, of: view.mirrored)
        return look.face(among: seen.map { $0.mirrored(width: Double(side)) })
    }

    private func faces(
        in window: FaceWindow, of image: Image
    ) throws(FaceDetectorError) -> [DetectedFace] {
        let least = min(Self.candidateConfidence, leastConfidence)
        return try network.look(at: window, of: image, threads: threads) {
            $0.faces(minimumConfidence: least)
        }
        .withoutDuplicates()
        .compactMap {
            window.inImage($0, imageWidth: image.width, imageHeight: image.height)
        }
    }
}
