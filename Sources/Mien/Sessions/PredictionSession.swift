public import Foundation
import Imaging
public import Torch

/// Finds and scores the faces of many photos and videos, and hands over what it finds in the order
/// of the sources.
///
/// A few photos are under way at once. A file that cannot be read is an event, not an error. A job
/// ends with its task, or where its observer throws. Many sessions can share one predictor.
public struct PredictionSession: Sendable {
    /// One of the sources.
    public struct Item: Sendable {
        /// From 1, in the order of the sources.
        public let number: Int
        public let name: FileName
    }

    /// What a session reports, in the order of the sources.
    public enum Event: Sendable {
        case image(Item, ImagePrediction)
        case unreadable(Item, reason: String)
        /// A video begins; where videos are not followed this is all that is heard of it.
        case video(Item)
        case frame(Item, FramePrediction)
        case trackEnded(Item, ScoreTrack)
        case videoEnded(Item, VideoSummary)
    }

    /// An annotated photo that cannot be written.
    public struct UnwrittenPhoto: Error, Sendable {
        public let reason: FileError
    }

    public let predictor: Predictor
    /// How videos are followed; `nil` for not at all.
    public var videoOptions: VideoOptions?
    /// Asked before each frame of a video; `true` ends it there.
    public var isCancelled: @Sendable () -> Bool = { Task.isCancelled }
    /// Where the photo with its boxes and scores goes; `nil` for nowhere.
    public var annotatedPhoto: @Sendable (Item) -> URL? = { _ in nil }

    public init(_ predictor: Predictor) { self.predictor = predictor }

    private enum Outcome: Sendable {
        case event(Event)
        case video(Item, PredictionSource)
        case failed(UnwrittenPhoto)
    }

    /// - Parameter observe: called for one event after the other.
    /// - Throws: `UnwrittenPhoto`, what `observe` throws,
    ///   `CancellationError`.
    public func run(
        _ sources: SourceReader, observe: (Event) async throws -> Void
    ) async throws {
        let counter = Counter()
        try await orderedMap(
            width: predictor.faceExtractor.width,
            next: {
                try await sources.next().map { (Item(number: counter.next(), name: $0.name), $0) }
            },
            transform: { item, source in try await outcome(item, source) },
            consume: { outcome in
                switch outcome {
                case .event(let event): try await observe(event)
                case .video(let item, let source): try await follow(item, source, observe)
                case .failed(let error): throw error
                }
            })
    }

    private func outcome(_ item: Item, _ source: PredictionSource) async throws -> Outcome {
        switch source {
        case .unreadable(_, let reason): return .event(.unreadable(item, reason: reason))
        case .video, .camera: return .video(item, source)
        case .image(let name):
            switch try await predictor.predict(contentsOf: name) {
            case .unreadable(let reason): return .event(.unreadable(item, reason: reason))
            case .image(let image):
                if let target = annotatedPhoto(item) {
                    do {
                        try await predictor.annotate(name, image, to: target)
                    } catch let error as FileError {
                        return .failed(UnwrittenPhoto(reason: error))
                    } catch  where !(error is CancellationError) {
                        return .failed(
                            UnwrittenPhoto(
                                reason: FileError(
                                    path: target.path, reason: "cannot be written: \(error)")))
                    }
                }
                return .event(.image(item, image))
            }
        }
    }

    private func follow(
        _ item: Item, _ source: PredictionSource, _ observe: (Event) async throws -> Void
    ) async throws {
        try await observe(.video(item))
        guard let videoOptions else { return }
        do {
            let summary = try await predictor.predict(
                source, options: videoOptions, isCancelled: isCancelled
            ) { event in
                switch event {
                case .frame(let frame): try await observe(.frame(item, frame))
                case .trackEnded(let track): try await observe(.trackEnded(item, track))
                }
            }
            try await observe(.videoEnded(item, summary))
        } catch let error as UnreadableVideo {
            try await observe(.unreadable(item, reason: error.description))
        }
    }
}

/// Numbers from 1.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var last = 0

    func next() -> Int {
        lock.lock()
        defer { lock.unlock() }
        last += 1
        return last
    }
}
