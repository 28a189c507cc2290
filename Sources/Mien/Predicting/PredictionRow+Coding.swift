import Evaluation
import Foundation
import Imaging

extension PredictionRow {
    /// A name in JSON. In the csv, an object's members are columns `name_member`.
    enum CodingKeys: String, CodingKey {
        case schema, kind, path
        case pathBase64 = "path_base64"
        case frame, seconds
        case imageWidth = "image_width"
        case imageHeight = "image_height"
        case faces, face, status, reason
        case wholeImage = "whole_image"
        case box, landmarks
        case detectionConfidence = "detection_confidence"
        case quality, problems, score, confidence, calibrated
        case positiveClass = "positive_class"
        case prediction
        /// The name of `positive_class` in schema 1; kept in schema 2.
        case positive
        case emotions, track
        case smoothedScore = "smoothed_score"
        case summary
        case trainedOn = "trained_on"
        case notice
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.schemaVersion, forKey: .schema)
        try container.encode(kind, forKey: .kind)
        if notice == nil { try container.encode(path, forKey: .path) }
        try container.encodeIfPresent(pathBase64, forKey: .pathBase64)
        try container.encodeIfPresent(frame, forKey: .frame)
        try container.encodeIfPresent(seconds, forKey: .seconds)
        try container.encodeIfPresent(imageWidth, forKey: .imageWidth)
        try container.encodeIfPresent(imageHeight, forKey: .imageHeight)
        try container.encodeIfPresent(faces, forKey: .faces)
        try container.encodeIfPresent(face, forKey: .face)
        try container.encode(status, forKey: .status)
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encodeIfPresent(wholeImage, forKey: .wholeImage)
        try container.encodeIfPresent(members(boxMembers), forKey: .box)
        try container.encodeIfPresent(members(landmarkMembers), forKey: .landmarks)
        try container.encodeIfPresent(detectionConfidence, forKey: .detectionConfidence)
        try container.encodeIfPresent(members(qualityMembers), forKey: .quality)
        try container.encodeIfPresent(problems, forKey: .problems)
        try container.encodeIfPresent(score, forKey: .score)
        try container.encodeIfPresent(confidence, forKey: .confidence)
        try container.encodeIfPresent(calibrated, forKey: .calibrated)
        try container.encodeIfPresent(positiveClass, forKey: .positiveClass)
        try container.encodeIfPresent(prediction, forKey: .prediction)
        try container.encodeIfPresent(positiveClass, forKey: .positive)
        try container.encodeIfPresent(members(emotionMembers), forKey: .emotions)
        try container.encodeIfPresent(track, forKey: .track)
        try container.encodeIfPresent(smoothedScore, forKey: .smoothedScore)
        try container.encodeIfPresent(members(summaryMembers), forKey: .summary)
        try container.encodeIfPresent(trainedOn, forKey: .trainedOn)
        try container.encodeIfPresent(notice, forKey: .notice)
    }

    /// One line of JSON.
    public func json() throws -> String {
        printableJSON(try JSONEncoder.canonical.encode(self))
    }

    /// The names of the columns, without the end of the line.
    public static var csvHeader: String { csvHeader(nil) }

    /// The names of the columns for a model, whose own classes are among them.
    public static func csvHeader(_ card: ModelCard?) -> String {
        csvHeader(classes: card.map(classes(of:)) ?? Emotion.allCases)
    }

    /// The names of the columns for a model's classes.
    static func csvHeader(classes: [Emotion]) -> String {
        var row = unreadable(FileName(""), "")
        row.classes = classes
        return row.columns.map { CSV.field($0.name) }.joined(separator: ",")
    }

    /// One record of csv (RFC 4180), without the end of the line.
    public var csv: String {
        columns.map { CSV.field($0.value) }.joined(separator: ",")
    }

    private typealias Members = [(name: String, value: Double?)]

    private func members(_ members: Members) -> [String: Double]? {
        let known = members.compactMap { member in member.value.map { (member.name, $0) } }
        return known.isEmpty ? nil : Dictionary(uniqueKeysWithValues: known)
    }

    private var boxMembers: Members {
        [
            ("left", box?.left), ("top", box?.top), ("width", box?.width), ("height", box?.height),
        ]
    }

    private var landmarkMembers: Members {
        let names = ["left_eye", "right_eye", "nose", "left_mouth", "right_mouth"]
        let points = landmarks?.points
        return names.enumerated().flatMap { index, name in
            [(name + "_x", points?[index].x), (name + "_y", points?[index].y)]
        }
    }

    private var qualityMembers: Members {
        [
            ("size", quality?.size), ("sharpness", quality?.sharpness),
            ("brightness", quality?.brightness), ("contrast", quality?.contrast),
            ("yaw", quality?.yaw), ("pitch", quality?.pitch), ("roll", quality?.roll),
            ("visible_share", quality?.visibleShare), ("occlusion", quality?.occlusion),
        ]
    }

    private var emotionMembers: Members {
        classes.map { emotion in
            (emotion.name, emotions.first { $0.emotion == emotion }?.probability)
        }
    }

    private var summaryMembers: Members {
        [
            ("first_seconds", summary?.firstSeconds), ("last_seconds", summary?.lastSeconds),
            ("frames", summary.map { Double($0.frames) }),
            ("scored", summary.map { Double($0.scored) }), ("mean", summary?.mean),
            ("standard_deviation", summary?.standardDeviation), ("minimum", summary?.minimum),
            ("maximum", summary?.maximum),
            ("positive_frames", summary.map { Double($0.positiveFrames) }),
        ]
    }

    private var columns: [(name: String, value: String?)] {
        func text(_ value: Int?) -> String? { value.map(String.init) }
        func text(_ value: Double?) -> String? {
            value.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : "\($0)" }
        }
        func text(_ value: Bool?) -> String? { value.map { $0 ? "true" : "false" } }
        func texts(_ key: CodingKeys, _ members: Members) -> [(name: String, value: String?)] {
            members.map { ("\(key.rawValue)_\($0.name)", text($0.value)) }
        }
        let first: [(CodingKeys, String?)] = [
            (.schema, text(Self.schemaVersion)), (.kind, kind.rawValue), (.path, path),
            (.pathBase64, pathBase64), (.frame, text(frame)), (.seconds, text(seconds)),
            (.imageWidth, text(imageWidth)), (.imageHeight, text(imageHeight)),
            (.faces, text(faces)), (.face, text(face)), (.status, status.rawValue),
            (.reason, reason), (.wholeImage, text(wholeImage)),
        ]
        let second: [(CodingKeys, String?)] = [
            (.problems, problems?.joined(separator: " ")), (.score, text(score)),
            (.confidence, text(confidence)), (.calibrated, text(calibrated)),
            (.positiveClass, positiveClass), (.prediction, prediction), (.positive, positiveClass),
        ]
        return first.map { ($0.rawValue, $1) } + texts(.box, boxMembers)
            + texts(.landmarks, landmarkMembers)
            + [(CodingKeys.detectionConfidence.rawValue, text(detectionConfidence))]
            + texts(.quality, qualityMembers) + second.map { ($0.rawValue, $1) }
            + texts(.emotions, emotionMembers)
            + [
                (CodingKeys.track.rawValue, text(track)),
                (CodingKeys.smoothedScore.rawValue, text(smoothedScore)),
            ] + texts(.summary, summaryMembers)
            + [(CodingKeys.trainedOn.rawValue, trainedOn?.rawValue)]
    }
}
