public import Foundation

/// Finds the faces of an image and five points of each, with CenterFace (see `CenterFace`).
///
/// One detector looks at one image at a time; make one for each thread that shall work at once.
public final class FaceDetector: @unchecked Sendable {
    /// Which finds count as faces.
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

    private let model: URL
    private let network: FaceNetwork
    /// Guards the network.
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
        self.model = model
        self.options = options
    }

    /// A detector for another thread, with the same options, and the same weights in the same
    /// memory.
    public init(sharingWeightsOf other: FaceDetector) {
        network = FaceNetwork(sharingWeightsOf: other.network)
        model = other.model
        options = other.options
    }

    /// Makes what closer looks need, for this detector and those that share its weights, so that the
    /// first image need not wait for it.
    /// - Throws: `FaceDetectorError.failed`.
    package func prepare() throws(FaceDetectorError) {
        try network.prepare(for: DetectionPass.sheet)
    }

    /// The faces, largest first, of equals the upper and then the left one, in pixels of the image;
    /// empty when there is none.
    ///
    /// - Parameters:
    ///   - image: grey or RGB, of any size.
    ///   - threads: that look at it at once.
    ///   - minimumConfidence: other than that of the options, 0...1.
    /// - Throws: `FaceDetectorError.failed`.
    public func faces(
        in image: Image, threads: Int = 1, minimumConfidence: Double? = nil
    ) throws(FaceDetectorError) -> [DetectedFace] {
        precondition(threads > 0, "expected at least 1 thread, got \(threads)")
        lock.lock()
        defer { lock.unlock() }
        let sheets = DetectionMosaic.covering(
            width: image.width, height: image.height, minimumSize: options.minimumSize)
        let search = FaceSearch(
            image: image, minimumConfidence: minimumConfidence ?? options.minimumConfidence)
        var networks = [network]
        for _ in 1 ..< threads {
            networks.append(FaceDetector(sharingWeightsOf: self).network)
        }
        let candidates = try networks.map(sheets) {
            network, sheet throws(FaceDetectorError) in
            try search.candidates(on: sheet, by: network)
        }.joined().filter { $0.size >= options.minimumSize }.withoutDuplicates()
        let confirmed = try networks.map(Array(candidates.prefix(2 * options.maximumFaces))) {
            network, candidate throws(FaceDetectorError) in
            try search.confirm(candidate, by: network)
        }
        return confirmed.compactMap { $0 }.withoutDuplicates()
            .prefix(options.maximumFaces)
            .sorted { a, b in
                (a.size, b.box.top, b.box.left) > (b.size, a.box.top, a.box.left)
            }
    }
}
