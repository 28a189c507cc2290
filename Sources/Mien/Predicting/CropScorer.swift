import Foundation
import Imaging
import Torch

/// Scores crops on the one thread that owns the model. Crops that wait at the same time are put
/// together, whoever asked.
final class CropScorer: Sendable {
    struct Scored: Sendable {
        let score: Double
        let emotions: [EmotionProbability]
        let explanation: ExplanationSession.Explanation?
        /// Log-odds that it shows a face: see ``DetectionFusion``; `nil` for a model without.
        let evidence: Double?
        /// That something covers the face, 0...1: see ``FaceQuality/occlusion``; `nil` for a model
        /// without.
        let occlusion: Double?
    }

    private struct Request: Sendable {
        let crops: [Image]
        let answer: CheckedContinuation<[Scored], any Error>
        let cancellation: CancellationFlag
    }

    private let queue: JobQueue<Request>

    /// - Parameters:
    ///   - readsCrops: whether evidence and occlusion are wanted.
    ///   - explainer: makes a map of each crop.
    ///   - limit: requests that may wait.
    ///   - batch: told how many crops were scored together.
    init(
        _ model: sending Model, batchSize: Int, precision: DType, readsCrops: Bool,
        explainer: ExplanationSession?, limit: Int, batch: (@Sendable (Int) -> Void)? = nil
    ) {
        queue = JobQueue(limit: limit)
        let owner = ModelOwner(
            model: model, batchSize: batchSize, precision: precision, readsCrops: readsCrops,
            explainer: explainer)
        let thread = Thread { [queue] in
            // Meanwhile faces are looked for.
            owner.prepare()
            while true {
                let taken = queue.nextBatch { taken, next in
                    taken.reduce(next.crops.count) { $0 + $1.crops.count } <= batchSize
                }
                guard !taken.isEmpty else { return }
                for request in taken where request.cancellation.isSet {
                    request.answer.resume(throwing: CancellationError())
                }
                let requests = taken.filter { !$0.cancellation.isSet }
                var scores: ArraySlice<Scored>
                do {
                    scores = try owner.scores(of: requests.flatMap(\.crops))[...]
                } catch {
                    for request in requests { request.answer.resume(throwing: error) }
                    continue
                }
                for first in stride(from: 0, to: scores.count, by: batchSize) {
                    batch?(min(batchSize, scores.count - first))
                }
                for request in requests {
                    request.answer.resume(returning: Array(scores.prefix(request.crops.count)))
                    scores = scores.dropFirst(request.crops.count)
                }
            }
        }
        thread.name = "mien.model"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { queue.close() }

    /// One result per crop, in their order.
    /// - Throws: `CancellationError` when the task is cancelled before, `QueueFullError`,
    ///   `NonFiniteOutput`.
    func scores(of crops: [Image]) async throws -> [Scored] {
        try Task.checkCancellation()
        guard !crops.isEmpty else { return [] }
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do throws(QueueFullError) {
                    try queue.append(
                        Request(crops: crops, answer: continuation, cancellation: flag))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            flag.set()
        }
    }
}

/// Handed to the model's thread once, and used there alone.
private final class ModelOwner: @unchecked Sendable {
    private var model: Model
    private let batchSize: Int
    private let precision: DType
    private let readsCrops: Bool
    private let explainer: ExplanationSession?

    init(
        model: Model, batchSize: Int, precision: DType, readsCrops: Bool,
        explainer: ExplanationSession?
    ) {
        self.readsCrops = readsCrops
        self.explainer = explainer
        self.model = model
        self.batchSize = batchSize
        self.precision = precision
    }

    /// So that the first batch need not wait; maps need the weights themselves.
    func prepare() {
        guard explainer == nil else { return model.prepare(precision: precision) }
        model.releaseWeights(precision: precision)
    }

    func scores(of crops: [Image]) throws -> [CropScorer.Scored] {
        let (isFace, isCovered) = (model.card.faceEvidence, model.card.faceOcclusion)
        let predictions = try model.predictions(
            of: crops, batchSize: batchSize, precision: precision,
            pooledFeatures: readsCrops && (isFace != nil || isCovered != nil))
        let explanations = try explainer.map { explainer in
            try catchingTensorErrors {
                explainer.explanations(by: model, of: crops, batchSize: batchSize)
            }
        }
        return (predictions ?? []).enumerated().map { index, prediction in
            let row = prediction.probabilities
            let emotions = zip(model.card.classes, row).map { name, probability in
                EmotionProbability(
                    emotion: Emotion(named: name), probability: Double(probability))
            }
            return CropScorer.Scored(
                score: model.score(row, positive: explainer?.positive),
                emotions: model.card.head == .emotions ? emotions : [],
                explanation: explanations?[index],
                evidence: prediction.pooledFeatures.flatMap { isFace?($0) },
                occlusion: prediction.pooledFeatures.flatMap { isCovered?($0) }.map(logistic))
        }
    }
}
