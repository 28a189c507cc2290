public import Imaging

/// What became of an image or of a face in it.
public enum PredictionStatus: String, Sendable, Codable, CaseIterable {
    case ok
    /// The image was read and shows no face that the detector finds.
    case noFace = "no_face"
    /// There is a face, but too small, blurred, turned and so on to be scored.
    case lowQuality = "low_quality"
    /// The file, or the frame, could not be read.
    case unreadable
    /// The model was less confident than asked for.
    case abstained
}

/// One face and what the model says of its expression.
public struct FacePrediction: Sendable {
    /// `ok`, `lowQuality` or `abstained`.
    public internal(set) var status: PredictionStatus
    /// Box, landmarks and confidence, in pixels of the file; where the model tells faces from other
    /// things and scored this one, the confidence is that of both. `nil` for a whole image.
    public internal(set) var face: DetectedFace?
    /// `nil` for a whole image.
    public internal(set) var quality: FaceQuality?
    /// What speaks against the quality.
    public internal(set) var problems: [FaceQuality.Problem]
    /// Probability of the positive class (sad or neutral, unless the model has another mapping),
    /// after the model's temperature where it has one. `nil` for a face that was not scored.
    public internal(set) var score: Double?
    /// What the model did with this picture before, or with one nearly identical; `nil` where it has
    /// not seen it, or its file does not say.
    public internal(set) var modelUse: RowUse?
    /// Of each class that is an emotion, in the model's order; empty for models without them.
    public internal(set) var emotions: [EmotionProbability] = []
    /// Where the score is sensitive, on the centred square of `crop`; `nil` unless
    /// ``PredictionOptions/explains`` asked for it and the face was scored.
    public internal(set) var explanation: ExplanationSession.Explanation?
    /// What the model saw: grey, 48 x 48 for a face that was found.
    public let crop: Image
    /// From pixels of `crop` to pixels of the file. `nil` for a whole image.
    public let toPhoto: Similarity?

    /// - Parameter occlusion: what the model says of it; see ``FaceQuality/occlusion``.
    mutating func judge(occlusion: Double, _ limits: FaceQualityLimits) {
        guard var quality else { return }
        quality.occlusion = occlusion
        self.quality = quality
        problems = quality.problems(limits)
        status = problems.isEmpty ? .ok : .lowQuality
    }

    /// The larger of score and 1 - score.
    public var confidence: Double? { score.map { max($0, 1 - $0) } }

    /// Why the status is not `ok`, in words.
    public var reason: String? {
        switch status {
        case .ok: nil
        case .abstained:
            "the model is not confident enough"
        default: problems.map(\.description).joined(separator: "; ")
        }
    }
}

/// A class and its probability, 0 to 1.
public struct EmotionProbability: Sendable, Equatable {
    public let emotion: Emotion
    public let probability: Double
}

/// The faces of one image.
public struct ImagePrediction: Sendable {
    /// Of the file, upright, in pixels.
    public let width: Int
    public let height: Int
    /// Whether the image was scored as it is, without looking for a face.
    public let isWholeImage: Bool
    /// Largest first. Empty: no face was found.
    public internal(set) var faces: [FacePrediction]
    /// Where the time went.
    public internal(set) var seconds = StageSeconds()

    /// Keeps so many of the largest faces.
    public mutating func keep(_ count: Int) { faces = Array(faces.prefix(count)) }

    /// Marks faces as abstained from whose confidence is lower: see
    /// ``PredictionOptions/abstainBelow``.
    public mutating func abstain(below limit: Double) {
        for index in faces.indices where faces[index].status == .ok {
            guard let confidence = faces[index].confidence, confidence < limit else { continue }
            faces[index].status = .abstained
        }
    }
}

/// Seconds that the stages of one image took on the wall.
public struct StageSeconds: Sendable, Equatable {
    /// Until a thread was free.
    public var queue = 0.0
    public var decode = 0.0
    /// Detection, quality and crops.
    public var detect = 0.0
    /// With the wait for the thread that owns the model.
    public var score = 0.0

    public init() {}
}

/// What became of one file.
public enum FilePrediction: Sendable {
    case image(ImagePrediction)
    /// Why it could not be read: a sentence without the name.
    case unreadable(String)
}
