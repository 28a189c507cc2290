import Foundation
import Imaging

extension PredictionRow {
    /// A row of an earlier run, whose JSON is then that run's. A row does not tell the order of a
    /// model's own classes: in the csv they stand by name unless `classes` is set.
    /// - Throws: `DecodingError` for another schema, and for content that is no row.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: key)
        }
        func members(_ key: CodingKeys) throws -> [String: Double]? { try value(key) }
        func refuse(_ key: CodingKeys, _ what: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: container, debugDescription: what)
        }
        guard try container.decode(Int.self, forKey: .schema) == Self.schemaVersion else {
            throw refuse(.schema, "expected schema \(Self.schemaVersion)")
        }
        let text: String = try container.decode(String.self, forKey: .path)
        let exact: String? = try value(.pathBase64)
        let bytes = exact.flatMap { Data(base64Encoded: $0) }
        guard exact == nil || bytes != nil else { throw refuse(.pathBase64, "expected base64") }
        self.init(
            try container.decode(Kind.self, forKey: .kind),
            bytes.map { FileName(bytes: Array($0)) } ?? FileName(text),
            try container.decode(PredictionStatus.self, forKey: .status))
        frame = try value(.frame)
        seconds = try value(.seconds)
        imageWidth = try value(.imageWidth)
        imageHeight = try value(.imageHeight)
        faces = try value(.faces)
        face = try value(.face)
        reason = try value(.reason)
        wholeImage = try value(.wholeImage)
        box = try members(.box).map { members in
            guard let left = members["left"], let top = members["top"],
                let width = members["width"], let height = members["height"]
            else { throw refuse(.box, "expected left, top, width and height") }
            return Rectangle(left: left, top: top, width: width, height: height)
        }
        landmarks = try members(.landmarks).map { members in
            func point(_ name: String) throws -> Point {
                guard let x = members[name + "_x"], let y = members[name + "_y"] else {
                    throw refuse(.landmarks, "expected \(name)_x and \(name)_y")
                }
                return Point(x: x, y: y)
            }
            return FaceLandmarks(
                leftEye: try point("left_eye"), rightEye: try point("right_eye"),
                nose: try point("nose"), leftMouth: try point("left_mouth"),
                rightMouth: try point("right_mouth"))
        }
        detectionConfidence = try value(.detectionConfidence)
        quality = try members(.quality).map { members in
            func member(_ name: String) throws -> Double {
                guard let value = members[name] else { throw refuse(.quality, "expected \(name)") }
                return value
            }
            return FaceQuality(
                size: try member("size"), sharpness: try member("sharpness"),
                brightness: try member("brightness"), contrast: try member("contrast"),
                yaw: try member("yaw"), pitch: try member("pitch"), roll: try member("roll"),
                visibleShare: try member("visible_share"), occlusion: members["occlusion"])
        }
        problems = try value(.problems)
        score = try value(.score)
        confidence = try value(.confidence)
        calibrated = try value(.calibrated)
        positiveClass = try value(.positiveClass)
        prediction = try value(.prediction)
        emotions = (try members(.emotions) ?? [:]).sorted { $0.key < $1.key }.map {
            EmotionProbability(emotion: Emotion(named: $0.key), probability: $0.value)
        }
        let isUsual = emotions.allSatisfy { Emotion.allCases.contains($0.emotion) }
        classes = isUsual ? Emotion.allCases : emotions.map(\.emotion)
        track = try value(.track)
        smoothedScore = try value(.smoothedScore)
        trainedOn = try value(.trainedOn)
        summary = try members(.summary).map { members in
            guard let first = members["first_seconds"], let last = members["last_seconds"],
                let frames = members["frames"], let scored = members["scored"],
                let positives = members["positive_frames"]
            else { throw refuse(.summary, "expected seconds and counts") }
            return Summary(
                firstSeconds: first, lastSeconds: last, frames: Int(frames), scored: Int(scored),
                mean: members["mean"], standardDeviation: members["standard_deviation"],
                minimum: members["minimum"], maximum: members["maximum"],
                positiveFrames: Int(positives))
        }
    }
}
