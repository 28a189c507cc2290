import Foundation
public import Imaging

/// The faces of one frame of a video.
public struct FramePrediction: Sendable {
    /// A face of a frame with the number of its person.
    public struct Tracked: Sendable {
        public let face: FacePrediction
        /// The person's number in this video, from 1.
        public let track: Int
        /// The person's score, smoothed over time; `nil` before the first.
        public let smoothedScore: Double?
    }

    /// Counted from 0 over all frames of the video.
    public let index: Int
    /// From the start of the video.
    public let seconds: Double
    public let width: Int
    public let height: Int
    public let isWholeImage: Bool
    public let faces: [Tracked]
    /// The frame itself, where it was asked for.
    public let image: Image?

    /// The prediction of this frame alone, without the tracks.
    public var imagePrediction: ImagePrediction {
        ImagePrediction(
            width: width, height: height, isWholeImage: isWholeImage, faces: faces.map(\.face))
    }
}

/// How a video is looked at.
public struct VideoOptions: Sendable {
    public var sampling = VideoFrames.Sampling.all
    public var limits = DecodingLimits()
    /// See ``ScoreTrack``.
    public var smoothingSeconds = 1.0
    /// Hand each frame over with its faces.
    public var keepsFrames = false

    public init() {}
}

/// What happens while a video is looked at, in the order of time.
public enum VideoEvent: Sendable {
    case frame(FramePrediction)
    /// The person was last seen more than the tracker's patience ago, or the video ended.
    case trackEnded(ScoreTrack)
}

/// How a video ended.
public struct VideoSummary: Sendable, Equatable {
    /// Frames that were looked at.
    public let frames: Int
    /// Whether the file holds clearly fewer frames than it declares.
    public let endedEarly: Bool
    /// What a user should know about how it was read, one sentence each without the name.
    public let notes: [String]
}

/// Why a video could not be read at all or to its end, without its name.
public struct UnreadableVideo: Error, Sendable, CustomStringConvertible {
    public let description: String
}

extension Predictor {
    /// Finds and scores the faces of a video, frame after frame, and follows each person.
    ///
    /// A few frames are under way at once; memory does not grow with the length.
    /// - Parameters:
    ///   - isCancelled: asked before each frame is read; `true` ends the video there.
    ///   - consume: called in the order of time.
    /// - Throws: `UnreadableVideo`, whatever `consume` throws, `CancellationError`.
    public func predict(
        _ video: PredictionSource, options: VideoOptions = .init(),
        isCancelled: @escaping @Sendable () -> Bool = { false },
        consume: (VideoEvent) async throws -> Void
    ) async throws -> VideoSummary {
        var tracker = FaceTracker()
        var tracks: [Int: ScoreTrack] = [:]
        let summary = try await video.frames(
            options, width: faceExtractor.width, isCancelled: isCancelled,
            transform: { try await self.predict($0) },
            consume: { frame, found in
                let (numbers, ended) = tracker.assign(
                    found.faces.map { $0.face ?? .whole(frame.image) }, at: frame.seconds)
                for number in ended {
                    if let track = tracks.removeValue(forKey: number) {
                        try await consume(.trackEnded(track))
                    }
                }
                let faces = zip(found.faces, numbers).map { face, number in
                    let smoothed = tracks[
                        number,
                        default: ScoreTrack(
                            number: number, at: frame.seconds,
                            smoothingSeconds: options.smoothingSeconds)
                    ].add(face.status == .ok ? face.score : nil, at: frame.seconds)
                    return FramePrediction.Tracked(
                        face: face, track: number, smoothedScore: smoothed)
                }
                try await consume(
                    .frame(
                        FramePrediction(
                            index: frame.index, seconds: frame.seconds, width: found.width,
                            height: found.height, isWholeImage: found.isWholeImage, faces: faces,
                            image: options.keepsFrames ? frame.image : nil)))
            })
        for track in tracks.values.sorted(by: { $0.number < $1.number }) {
            try await consume(.trackEnded(track))
        }
        return summary
    }
}

extension FaceExtractor {
    /// Finds the faces of a video, frame after frame, and scores nothing.
    ///
    /// A few frames are under way at once; memory does not grow with the length.
    /// - Parameters:
    ///   - isCancelled: asked before each frame is read; `true` ends the video there.
    ///   - consume: called in the order of time.
    /// - Throws: `UnreadableVideo`, whatever `consume` throws, `CancellationError`.
    public func faces(
        in video: PredictionSource, options: VideoOptions = .init(),
        isCancelled: @escaping @Sendable () -> Bool = { false },
        consume: (VideoFrame, ImagePrediction) async throws -> Void
    ) async throws -> VideoSummary {
        try await video.frames(
            options, width: width, isCancelled: isCancelled,
            transform: { try await self.faces(in: $0) }, consume: consume)
    }
}

extension PredictionSource {
    /// Works on the frames of a video, `width` at once.
    fileprivate func frames(
        _ options: VideoOptions, width: Int, isCancelled: @escaping @Sendable () -> Bool,
        transform: @escaping @Sendable (Image) async throws -> ImagePrediction,
        consume: (VideoFrame, ImagePrediction) async throws -> Void
    ) async throws -> VideoSummary {
        let reader = WorkerPool("video", count: 1) { try OpenVideo(self, options) }
        var frames = 0
        try await orderedMap(
            width: width,
            next: { try await reader.run { isCancelled() ? nil : try $0.next() } },
            transform: { ($0, try await transform($0.image)) },
            consume: { frame, found in
                frames += 1
                try await consume(frame, found)
            })
        let (endedEarly, notes) = try await reader.run { ($0.endedEarly, $0.notes) }
        return VideoSummary(
            frames: frames, endedEarly: endedEarly && !isCancelled(), notes: notes)
    }
}

extension DetectedFace {
    /// Stands for a frame that is scored as it is, so that it makes one track.
    fileprivate static func whole(_ image: Image) -> DetectedFace {
        let box = Rectangle(
            left: 0, top: 0, width: Double(image.width), height: Double(image.height))
        let centre = box.centre
        return DetectedFace(
            box: box,
            landmarks: FaceLandmarks(
                leftEye: centre, rightEye: centre, nose: centre, leftMouth: centre,
                rightMouth: centre),
            confidence: 1)
    }
}

/// A video on the thread that reads it.
private final class OpenVideo {
    private let frames: VideoFrames
    /// Kept open for as long as it is read by its number.
    private var descriptor: Int32 = -1

    init(_ source: PredictionSource, _ options: VideoOptions) throws {
        do {
            frames = try VideoFrames(
                Self.source(source, &descriptor), sampling: options.sampling,
                limits: options.limits)
        } catch let error as VideoError {
            if descriptor >= 0 { close(descriptor) }
            throw UnreadableVideo(error)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    var endedEarly: Bool { frames.endedEarly }

    var notes: [String] { frames.notes }

    func next() throws -> VideoFrame? {
        do {
            return try frames.next()
        } catch {
            throw UnreadableVideo(error)
        }
    }

    private static func source(
        _ source: PredictionSource, _ descriptor: inout Int32
    ) throws -> VideoFrames.Source {
        switch source {
        case .camera(let number): return .camera(number)
        case .image(let name), .video(let name), .unreadable(let name, _):
            guard !name.isUTF8 else { return .file(URL(fileURLWithPath: name.text)) }
            // A URL cannot hold the name; the system knows the open file by its number too.
            descriptor = name.withPath { open($0, O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else {
                throw UnreadableVideo(description: "cannot be read: \(systemReason())")
            }
            return .file(URL(fileURLWithPath: "/proc/self/fd/\(descriptor)"))
        }
    }
}

extension UnreadableVideo {
    /// The error without the name that it starts with.
    fileprivate init(_ error: VideoError) {
        description = String("\(error)".dropFirst(error.source.count + ": ".count))
    }
}
