import Foundation
public import Imaging

/// One line of output: a face, an image without one, or a person in a video.
///
/// Coded as JSON with the names of ``CodingKeys``; a key without a value is left out. The same
/// names, in the same order, are the columns of the csv (``csvHeader``). Coordinates are pixels of
/// the file, x to the right and y down from its top left corner.
public struct PredictionRow: Sendable, Codable {
    /// Raised when a name or a meaning changes; names may be added without.
    public static let schemaVersion = 2

    /// What a row is about: an image, a frame of a video, or a person in it.
    public enum Kind: String, Sendable, Codable { case image, frame, track }

    public private(set) var kind: Kind
    public private(set) var path: String
    var pathBase64: String?
    var frame: Int?
    var seconds: Double?
    var imageWidth: Int?
    var imageHeight: Int?
    /// In the image.
    public internal(set) var faces: Int?
    /// Which of them, from 1.
    public internal(set) var face: Int?
    public private(set) var status: PredictionStatus
    public internal(set) var reason: String?
    public internal(set) var wholeImage: Bool?
    public internal(set) var box: Rectangle?
    var landmarks: FaceLandmarks?
    var detectionConfidence: Double?
    var quality: FaceQuality?
    var problems: [String]?
    public internal(set) var score: Double?
    var confidence: Double?
    var calibrated: Bool?
    /// The class that a high score stands for.
    var positiveClass: String?
    /// The class of the decision at a score of 0.5; `nil` without a score, and for a face that the
    /// model abstained from.
    public internal(set) var prediction: String?
    public internal(set) var emotions: [EmotionProbability] = []
    /// The classes that have a column in the csv.
    var classes = Emotion.allCases
    public internal(set) var track: Int?
    var smoothedScore: Double?
    /// Whether the model was trained, or validated, on this picture or one nearly identical; `nil`
    /// where it was not, or its file does not say.
    public internal(set) var trainedOn: RowUse?
    public internal(set) var summary: Summary?
    /// Says what the score is not; `nil` for rows of files, whose reader has the program's help.
    var notice: String?

    /// Of a person's whole track.
    public struct Summary: Sendable {
        public let firstSeconds: Double
        public let lastSeconds: Double
        public let frames: Int
        public let scored: Int
        public let mean: Double?
        public let standardDeviation: Double?
        public let minimum: Double?
        public let maximum: Double?
        public let positiveFrames: Int
    }

    /// The classes of a model that have a column in the csv.
    static func classes(of card: ModelCard) -> [Emotion] { card.columns }

    /// - Parameter name: with its exact bytes.
    init(_ kind: Kind, _ name: FileName, _ status: PredictionStatus) {
        self.kind = kind
        self.status = status
        path = name.text
        pathBase64 = name.isUTF8 ? nil : Data(name.bytes).base64EncodedString()
    }

    /// The row as a service answers it: without a path, with a sentence that says what the score is
    /// not.
    public func answer(notice: String) -> PredictionRow {
        var row = self
        row.notice = notice
        return row
    }

    /// - Parameter card: of the model, whose classes are columns of the csv.
    public static func unreadable(
        _ name: FileName, _ reason: String, _ card: ModelCard? = nil
    ) -> PredictionRow {
        var row = PredictionRow(.image, name, .unreadable)
        row.reason = reason
        row.classes = card?.columns ?? Emotion.allCases
        return row
    }

    /// One row per face, or one that says that there is none.
    public static func rows(
        _ name: FileName, _ image: ImagePrediction, _ card: ModelCard
    ) -> [PredictionRow] {
        var base = PredictionRow(.image, name, .noFace)
        base.imageWidth = image.width
        base.imageHeight = image.height
        return rows(base, image.faces, image.isWholeImage, card)
    }

    /// One row per face of a frame, or one that says that there is none.
    public static func rows(
        _ name: FileName, _ frame: FramePrediction, _ card: ModelCard
    ) -> [PredictionRow] {
        var base = PredictionRow(.frame, name, .noFace)
        base.imageWidth = frame.width
        base.imageHeight = frame.height
        base.frame = frame.index
        base.seconds = frame.seconds.rounded(digits: 3)
        var rows = rows(base, frame.faces.map(\.face), frame.isWholeImage, card)
        for (index, face) in frame.faces.enumerated() {
            rows[index].track = face.track
            rows[index].smoothedScore = face.smoothedScore
        }
        return rows
    }

    /// The row that sums up a person's whole track.
    public static func row(
        _ name: FileName, _ track: ScoreTrack, _ card: ModelCard
    ) -> PredictionRow {
        var row = PredictionRow(.track, name, track.scored > 0 ? .ok : .lowQuality)
        row.reason = track.scored > 0 ? nil : "no frame of this person was scored"
        row.track = track.number
        row.classes = card.columns
        row.positiveClass = card.positive.name
        let hasScore = track.scored > 0
        row.summary = Summary(
            firstSeconds: track.firstSeconds.rounded(digits: 3),
            lastSeconds: track.lastSeconds.rounded(digits: 3), frames: track.frames,
            scored: track.scored, mean: hasScore ? track.mean : nil,
            standardDeviation: track.standardDeviation,
            minimum: hasScore ? track.minimum : nil, maximum: hasScore ? track.maximum : nil,
            positiveFrames: track.positives)
        return row
    }

    private static func rows(
        _ base: PredictionRow, _ faces: [FacePrediction], _ isWholeImage: Bool, _ card: ModelCard
    ) -> [PredictionRow] {
        var base = base
        base.classes = card.columns
        base.faces = isWholeImage ? nil : faces.count
        base.wholeImage = isWholeImage
        guard !faces.isEmpty else {
            base.reason = "no face was found"
            return [base]
        }
        return faces.enumerated().map { index, face in
            var row = base
            row.face = isWholeImage ? nil : index + 1
            row.status = face.status
            row.reason = face.reason
            row.box = face.face?.box.rounded
            row.landmarks = face.face?.landmarks.rounded
            row.detectionConfidence = face.face?.confidence
            row.quality = face.quality
            row.problems = face.quality == nil ? nil : face.problems.map(\.name)
            row.score = face.score
            row.confidence = face.confidence
            row.calibrated = face.score == nil ? nil : card.isCalibrated
            row.positiveClass = card.positive.name
            row.prediction =
                face.status == .abstained
                ? nil : face.score.map { $0 >= 0.5 ? card.positive.name : "other" }
            row.emotions = face.emotions
            row.trainedOn = face.modelUse
            return row
        }
    }
}

extension ModelCard {
    fileprivate var columns: [Emotion] {
        head == .emotions ? ownClasses ?? Emotion.allCases : Emotion.allCases
    }
}

extension Double {
    fileprivate func rounded(digits: Int) -> Double {
        let power = pow(10, Double(digits))
        return (self * power).rounded() / power
    }
}

extension Rectangle {
    fileprivate var rounded: Rectangle {
        Rectangle(
            left: left.rounded(digits: 2), top: top.rounded(digits: 2),
            width: width.rounded(digits: 2), height: height.rounded(digits: 2))
    }
}

extension FaceLandmarks {
    fileprivate var rounded: FaceLandmarks {
        func rounded(_ point: Point) -> Point {
            Point(x: point.x.rounded(digits: 2), y: point.y.rounded(digits: 2))
        }
        return FaceLandmarks(
            leftEye: rounded(leftEye), rightEye: rounded(rightEye), nose: rounded(nose),
            leftMouth: rounded(leftMouth), rightMouth: rounded(rightMouth))
    }
}
