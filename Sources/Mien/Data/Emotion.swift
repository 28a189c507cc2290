/// The eight emotions of FER+, in the order of its columns. FER-2013 has all but contempt.
public enum Emotion: Int, CaseIterable, Sendable, Hashable {
    case neutral, happy, surprise, sad, angry, disgust, fear, contempt

    /// "neutral", "happy", ...: the name in files and in what people read.
    public var name: String { String(describing: self) }

    /// Takes the canonical names and the usual synonyms ("happiness", "sadness", "anger",
    /// "fearful"), in any case.
    public init?(name: String) {
        switch name.lowercased() {
        case "neutral", "neutrality", "calm": self = .neutral
        case "happy", "happiness", "joy", "joyful": self = .happy
        case "surprise", "surprised", "suprise": self = .surprise
        case "sad", "sadness": self = .sad
        case "angry", "anger": self = .angry
        case "disgust", "disgusted": self = .disgust
        case "fear", "fearful", "afraid", "scared": self = .fear
        case "contempt", "contemptuous": self = .contempt
        default: return nil
        }
    }

    /// The seven emotions that FER-2013 knows, in the order of this type.
    public static let fer2013Classes: [Emotion] = allCases.filter { $0 != .contempt }

    /// FER-2013's own numbers: 0 angry, 1 disgust, 2 fear, 3 happy, 4 sad, 5 surprise, 6 neutral.
    public static let fer2013Order: [Emotion] = [
        .angry, .disgust, .fear, .happy, .sad, .surprise, .neutral,
    ]

    /// "neutral, happy, ...", for messages.
    static var knownNames: String { allCases.map(\.name).joined(separator: ", ") }
}

/// Coded by name.
extension Emotion: Codable {
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let emotion = Emotion(name: name) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "found emotion \"\(name)\", expected one of "
                        + Emotion.knownNames))
        }
        self = emotion
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
