/// A class of faces: one of the eight emotions of FER+, or a class of the user's own.
public struct Emotion: Sendable, Hashable {
    /// "neutral", "happy", ...: the name in files and in what people read.
    public let name: String
    /// Place among the eight emotions, which is the column of its votes; `nil` for an own class.
    let column: Int?

    private init(_ name: String, column: Int) {
        self.name = name
        self.column = column
    }

    /// Takes the canonical names and the usual synonyms ("happiness", "sadness", "anger",
    /// "fearful"), in any case, with spaces and underscores around them.
    public init?(name: String) {
        guard let emotion = Self.byName[Self.key(name)] else { return nil }
        self = emotion
    }

    /// The emotion of this name, else a class of the user's own.
    public init(named name: String) {
        self = Emotion(name: name) ?? Emotion(own: name)
    }

    /// The one of these classes that has this name, or a synonym of it.
    init?(name: String, among classes: [Emotion]) {
        let (emotion, key) = (Emotion(name: name), Self.key(name))
        guard let found = classes.first(where: { $0 == emotion || Self.key($0.name) == key })
        else { return nil }
        self = found
    }

    private init(own name: String) {
        self.name = name
        column = nil
    }

    public static let neutral = Emotion("neutral", column: 0)
    public static let happy = Emotion("happy", column: 1)
    public static let surprise = Emotion("surprise", column: 2)
    public static let sad = Emotion("sad", column: 3)
    public static let angry = Emotion("angry", column: 4)
    public static let disgust = Emotion("disgust", column: 5)
    public static let fear = Emotion("fear", column: 6)
    public static let contempt = Emotion("contempt", column: 7)

    /// The eight emotions, in the order of FER+'s columns. FER-2013 has all but contempt.
    public static let allCases: [Emotion] = [
        .neutral, .happy, .surprise, .sad, .angry, .disgust, .fear, .contempt,
    ]

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

    /// Without the spaces and underscores around it.
    static func trimmed(_ name: String) -> String {
        let isPadding: (Character) -> Bool = { $0 == " " || $0 == "_" }
        guard let last = name.lastIndex(where: { !isPadding($0) }) else { return "" }
        return String(name[...last].drop(while: isPadding))
    }

    /// The same in small letters.
    static func key(_ name: String) -> String { trimmed(name).lowercased() }

    /// The seven emotions that FER-2013 knows, in the order of ``allCases``.
    public static let fer2013Classes: [Emotion] = allCases.filter { $0 != .contempt }

    /// FER-2013's own numbers: 0 angry, 1 disgust, 2 fear, 3 happy, 4 sad, 5 surprise, 6 neutral.
    public static let fer2013Order: [Emotion] = [
        .angry, .disgust, .fear, .happy, .sad, .surprise, .neutral,
    ]

    /// "neutral, happy, ...", for messages.
    static var knownNames: String { allCases.names }
}

extension Emotion: CustomStringConvertible {
    public var description: String { name }
}

extension [Emotion] {
    /// "neutral, happy, ...", for messages.
    var names: String { map(\.name).joined(separator: ", ") }
}

/// Coded by name.
extension Emotion: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(named: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
