public import Foundation
public import Imaging
import Inference
public import Torch

/// Finds the faces of photos and scores their expression.
///
///     let predictor = try Predictor(model: url)
///     let faces = try await predictor.predict(image).faces
///
/// It can be used from many tasks at once. Faces are found on threads of its own, and one more
/// owns the model; the faces of images that are under way together are scored together.
public final class Predictor: Sendable {
    public let card: ModelCard
    /// The elements that the model scores in.
    public let precision: DType
    /// What finds the faces.
    public let faceExtractor: FaceExtractor

    /// Whether the model may say more of a crop than its expression. Elements that the processor
    /// does not multiply are scored in layer by layer, where it cannot.
    private let readsCrops: Bool
    private let seen: SeenPictures?
    private let scorer: CropScorer

    /// - Throws: `UsageError` for options out of range, `FaceDetectorError` without a face
    ///   detector, `StateDictError` or `ModelFileError` for a file that is no model.
    public convenience init(model: URL, options: PredictionOptions = .init()) throws {
        // Its threads load their detectors while this one loads the model.
        let faceExtractor = try FaceExtractor(options: options)
        let loaded = try Model(contentsOf: model)
        guard !options.explains || loaded.card.isNetwork else {
            throw ModelFileError.needsNetwork(
                model.path, loaded.card, to: "explain its scores",
                advice: "Ask for maps by occlusion, which works for any model.")
        }
        guard !(options.explains && loaded.isQuantized) else {
            throw ModelFileError.needsFloat(model.path, to: "be explained")
        }
        let explainer = options.explains ? ExplanationSession(for: loaded.card) : nil
        self.init(loaded, faceExtractor: faceExtractor, explainer: explainer)
    }

    /// - Parameters:
    ///   - explainer: makes a map of each face; its mapping, where it has one, replaces the model's.
    ///   - batch: told on the model's thread how many faces were scored together.
    package init(
        _ model: sending Model, faceExtractor: FaceExtractor, explainer: ExplanationSession? = nil,
        batch: (@Sendable (Int) -> Void)? = nil
    ) {
        card = model.card
        seen = model.seen
        precision = model.resolved(faceExtractor.options.precision, on: .cpu)
        self.faceExtractor = faceExtractor
        readsCrops =
            !faceExtractor.options.takesWhole(model.card.input)
            && InferenceEngine.supports(precision)
        scorer = CropScorer(
            model, batchSize: faceExtractor.options.batchSize, precision: precision,
            readsCrops: readsCrops, explainer: explainer, limit: faceExtractor.options.waiting,
            batch: batch)
    }

    public var options: PredictionOptions { faceExtractor.options }

    /// The faces of an image, largest first.
    /// - Throws: `FaceDetectorError`, or `CancellationError` when the task is cancelled.
    public func predict(_ image: Image) async throws -> ImagePrediction {
        try await scored(
            faceExtractor.faces(in: image, for: card.input, doubtfulToo: weighsEvidence))
    }

    /// The faces of several images, in their order.
    public func predict(_ images: [Image]) async throws -> [ImagePrediction] {
        let rest = JobQueue(images)
        rest.close()
        var results: [ImagePrediction] = []
        try await orderedMap(
            width: faceExtractor.width, next: { rest.next() },
            transform: { try await self.predict($0) }, consume: { results.append($0) })
        return results
    }

    /// The faces of an image file. A file that cannot be read is a result, not an error.
    /// - Throws: `FaceDetectorError`, or `CancellationError` when the task is cancelled.
    public func predict(contentsOf file: FileName) async throws -> FilePrediction {
        let answer = try await faceExtractor.faces(
            contentsOf: file, for: card.input, doubtfulToo: weighsEvidence)
        switch answer {
        case .image(let image): return .image(try await scored(image))
        case .unreadable(let reason): return .unreadable(reason)
        }
    }

    /// The faces of an image file held in memory, as ``predict(contentsOf:)`` finds them in a file
    /// of these bytes.
    /// - Parameter wholeImage: scores the whole image, as ``PredictionOptions/wholeImage`` does.
    /// - Throws: `ImageError` for what is no image within the limits, `FaceDetectorError`,
    ///   `QueueFullError`, or `CancellationError` when the task is cancelled.
    public func predict(
        decoding bytes: [UInt8], wholeImage: Bool = false
    ) async throws -> ImagePrediction {
        try await scored(
            faceExtractor.faces(
                decoding: bytes, for: card.input, doubtfulToo: weighsEvidence && !wholeImage,
                isWhole: wholeImage))
    }

    /// Whether the model has a say in what is a face.
    private var weighsEvidence: Bool { card.faceEvidence != nil && readsCrops }

    private func scored(_ image: ImagePrediction) async throws -> ImagePrediction {
        let doubt = DetectionFusion.doubt(about: options.detection.minimumConfidence)
        func isDoubtful(_ face: FacePrediction) -> Bool {
            weighsEvidence && face.face.map { doubt.contains($0.confidence) } == true
        }
        let chosen = image.faces.indices.filter {
            isToBeScored(image.faces[$0]) || isDoubtful(image.faces[$0])
        }
        let begun = ContinuousClock.now
        let scores = try await scorer.scores(of: chosen.map { image.faces[$0].crop })
        var result = image
        result.seconds.score = (ContinuousClock.now - begun).seconds
        for (index, scored) in zip(chosen, scores) {
            if weighsEvidence { result.faces[index].face?.weigh(scored.evidence) }
            if let occlusion = scored.occlusion {
                result.faces[index].judge(occlusion: occlusion, options.quality)
            }
            guard isToBeScored(result.faces[index]) else { continue }
            result.faces[index].score = scored.score
            result.faces[index].emotions = scored.emotions
            result.faces[index].modelUse = use(of: result.faces[index].crop)
            result.faces[index].explanation = scored.explanation
        }
        if let limit = options.abstainBelow { result.abstain(below: limit) }
        if weighsEvidence {
            result.faces.removeAll {
                $0.face.map { $0.confidence < options.detection.minimumConfidence } == true
            }
            if options.largestOnly { result.keep(1) }
        }
        return result
    }

    private func use(of crop: Image) -> RowUse? {
        guard let seen else { return nil }
        var maker = FingerprintMaker()
        let grey = crop.channels == 1 ? crop : crop.grey()
        return seen.use(
            of: grey.pixels.withUnsafeBufferPointer {
                maker.fingerprint($0, width: grey.width, height: grey.height)
            })
    }

    private func isToBeScored(_ face: FacePrediction) -> Bool {
        face.status == .ok || options.scoresLowQuality
    }
}

extension DetectedFace {
    fileprivate mutating func weigh(_ evidence: Double?) {
        guard let evidence else { return }
        confidence = DetectionFusion.confidence(confidence, with: evidence)
    }
}
