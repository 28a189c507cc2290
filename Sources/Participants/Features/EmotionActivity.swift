public import Foundation
public import Imaging
public import Mien

/// The expressions of a face over a video, by a model of Mien, and the movement of its five points
/// and of 68 landmarks: the largest scored face of each frame.
public struct EmotionActivity: Sendable {
    private var frames = 0
    private var scored = 0
    private var probabilities = [RunningSummary](
        repeating: RunningSummary(), count: Emotion.allCases.count)
    private var entropy = RunningSummary()
    private var points = FacePoints()
    private var geometry = LandmarkActivity()
    private var changes = 0
    private var observed = 0.0
    private var last: (emotion: Int, seconds: Double)?
    private(set) var seconds = 0.0

    /// Frames a second that are looked at.
    static let rate = 5.0
    /// Frames farther apart than this have nothing between them, in seconds.
    private static let longestGap = 1.0

    public init() {}

    /// Looks at a video from its start to its end; memory does not grow with its length.
    /// - Parameter landmarks: of 68 points; `nil` leaves their columns missing.
    /// - Throws: `UnreadableVideo`, `CancellationError`.
    public static func read(
        _ video: URL, by predictor: Predictor, landmarks: LandmarkModel? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) async throws -> EmotionActivity {
        var activity = EmotionActivity()
        var options = VideoOptions()
        options.sampling = .perSecond(rate)
        options.keepsFrames = landmarks != nil
        _ = try await predictor.predict(
            .video(FileName(video.path)), options: options, isCancelled: isCancelled
        ) { event in
            guard case .frame(let frame) = event else { return }
            let faces = frame.faces.map(\.face).filter { $0.status == .ok && !$0.emotions.isEmpty }
            let largest = faces.max {
                ($0.face?.box.width ?? .infinity) < ($1.face?.box.width ?? .infinity)
            }
            activity.add(
                largest.map { face in
                    Emotion.allCases.map { emotion in
                        face.emotions.first { $0.emotion == emotion }?.probability ?? 0
                    }
                }, seconds: frame.seconds)
            guard let face = largest?.face else { return }
            activity.points.add(face.landmarks, seconds: frame.seconds)
            if let landmarks, let image = frame.image {
                activity.add(
                    landmarks: landmarks.points(of: face, in: image), seconds: frame.seconds)
            }
        }
        return activity
    }

    /// - Parameter points: 68 of the scored face, in pixels.
    mutating func add(landmarks points: [Point], seconds: Double) {
        geometry.add(points, seconds: seconds)
    }

    /// - Parameter shares: a probability for each emotion; `nil` for a frame without a scored face.
    mutating func add(_ shares: [Double]?, seconds time: Double) {
        frames += 1
        seconds = time
        guard let shares, let top = shares.indices.max(by: { shares[$0] < shares[$1] }) else {
            return
        }
        scored += 1
        for (index, share) in shares.enumerated() { probabilities[index].add(share) }
        entropy.add(-shares.reduce(0) { $0 + ($1 > 0 ? $1 * log2($1) : 0) })
        if let last, time - last.seconds <= Self.longestGap {
            observed += time - last.seconds
            if last.emotion != top { changes += 1 }
        }
        last = (top, time)
    }

    static let definitions: [FeatureDefinition] = {
        let source = "Mien's model of expression"
        var list = [
            FeatureDefinition(
                .face, "emotion_kept_share", "share", source, "frames with a scored face")
        ]
        for emotion in Emotion.allCases {
            list += [
                FeatureDefinition(
                    .face, "emotion_\(emotion.name)_mean", "probability", source,
                    "\(emotion.name), mean"),
                FeatureDefinition(
                    .face, "emotion_\(emotion.name)_sd", "probability", source,
                    "\(emotion.name), standard deviation"),
            ]
        }
        return list + [
            FeatureDefinition(
                .face, "emotion_entropy", "bit", source, "entropy of the emotions, mean"),
            FeatureDefinition(
                .face, "emotion_changes", "1/min", source, "changes of the likeliest emotion"),
        ] + FacePoints.definitions + LandmarkActivity.definitions
    }()

    /// Frames that were looked at, and those with a scored face.
    var counts: (frames: Int, scored: Int) { (frames, scored) }

    func values() -> FeatureValues {
        guard frames > 0 else { return [:] }
        var values: FeatureValues = [
            "face.emotion_kept_share": Double(scored) / Double(frames)
        ]
        guard scored > 0 else { return values }
        for (emotion, summary) in zip(Emotion.allCases, probabilities) {
            values["face.emotion_\(emotion.name)_mean"] = summary.mean
            values["face.emotion_\(emotion.name)_sd"] = summary.deviation
        }
        values["face.emotion_entropy"] = entropy.mean
        if observed > 0 { values["face.emotion_changes"] = 60 * Double(changes) / observed }
        return values.merging(points.values()) { $1 }.merging(geometry.values()) { $1 }
    }
}
