/// The eight emotions of FER+, in the order of its columns. FER-2013 has all but contempt.
public enum Emotion: Int, CaseIterable, Sendable, Hashable {
    case neutral, happy, surprise, sad, angry, disgust, fear, contempt

    /// "neutral", "happy", ...: the name in files and in what people read.
    public var name: String { String(describing: self) }

    /// Takes the canonical names and the usual synonyms ("happiness", "sadness", "anger",
    /// "fearful"), in any case, with spaces and underscores around them.
    public init?(name: String) {
        guard let emotion = Self.byName[Self.key(name)] else { return nil }
        self = emotion
    }

    static let synonyms: [Emotion: [String]] = [
        .neutral: ["neutral", "neutrality", "calm"],
        .happy: ["happy", "happiness", "joy", "joyful"],
        .surprise: ["surprise", "surprised", "suprise"],
        .sad: ["sad", "sadness"],
        .angry: ["angry", "anger"],
        .disgust: ["disgust", "disgusted"],
        .fear: ["fear", "fearful", "afraid", "scared"],
        .contempt: ["contempt", "contemptuous"],
    ]
    private static let byName = Dictionary(
        uniqueKeysWithValues: synonyms.flatMap { emotion, names in names.map { ($0, emotion) } })

    /// In small letters, without the spaces and underscores around it.
    static func key(_ name: String) -> String {
        let isPadding: (Character) -> Bool = { $0 == " " || $0 == "_" }
        guard let last = name.lastIndex(where: { !isPadding($0) }) else { return "" }
        return name[...last].drop(while: isPadding).lowercased()
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
