/// Which emotion a number or a name of a data set's own stands for.
///
/// Numbers mean different emotions in different data sets, so none are taken without a scheme.
public struct ClassScheme: Sendable, Equatable {
    /// As it was given: a scheme's name, or a list such as "0=neutral,1=happy,noface=none".
    public let text: String
    private let meanings: [String: Meaning]

    enum Meaning: Sendable, Equatable {
        case emotion(Emotion)
        /// Rows of this class are left out.
        case none
    }

    /// A scheme by its name, such as "rafdb".
    public init(named name: String) throws(DataError) {
        let wanted = name.lowercased().filter { $0 != "+" && $0 != "-" && $0 != "_" }
        guard let known = Self.known.first(where: { $0.name == wanted }) else {
            throw DataError(
                .request, found: "class scheme \(name.quoted())",
                expected: "one of \(Self.known.map(\.name).joined(separator: ", "))")
        }
        text = known.name
        meanings = Dictionary(uniqueKeysWithValues: known.classes.map { ("\($0.0)", $0.1) })
    }

    /// Reads "0=neutral,1=happy,noface=none".
    public init(parsing text: String) throws(DataError) {
        var meanings: [String: Meaning] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let meaning = Meaning(name: String(pair[1])) else {
                throw DataError(
                    .request, found: "the class \(String(part).quoted())",
                    expected: "CLASS=EMOTION, such as 0=neutral or noface=none",
                    advice: "Emotions: \(Emotion.knownNames); none leaves rows out.")
            }
            guard meanings.updateValue(meaning, forKey: Self.key(String(pair[0]))) == nil else {
                throw DataError(
                    .request, found: "the class \(String(pair[0]).quoted()) twice",
                    expected: "each class once")
            }
        }
        self.text = text
        self.meanings = meanings
    }

    /// The meaning of a class by this scheme, else by its name.
    func meaning(of name: String) -> Meaning? {
        meanings[Self.key(name)] ?? Emotion(name: name).map { .emotion($0) }
    }

    /// "03" and "3.0" are the number 3; names lose spaces and underscores around them.
    private static func key(_ name: String) -> String {
        let name = Emotion.key(name)
        guard let number = Double(name), let whole = Int(exactly: number) else { return name }
        return String(whole)
    }

    private struct Known: Sendable {
        let name: String
        let classes: [(Int, Meaning)]

        init(_ name: String, from first: Int = 0, _ classes: Meaning...) {
            self.name = name
            self.classes = classes.enumerated().map { (first + $0.offset, $0.element) }
        }
    }

    private static let known = [
        Known(
            "fer2013", .angry, .disgust, .fear, .happy, .sad, .surprise, .neutral, .contempt),
        Known(
            "ferplus", .neutral, .happy, .surprise, .sad, .angry, .disgust, .fear, .contempt,
            .none, .none),
        Known(
            "affectnet", .neutral, .happy, .sad, .surprise, .fear, .disgust, .angry, .contempt,
            .none, .none, .none),
        Known("rafdb", from: 1, .surprise, .fear, .disgust, .happy, .sad, .angry, .neutral),
        Known(
            "ckplus", .neutral, .angry, .contempt, .disgust, .fear, .happy, .sad, .surprise),
        Known(
            "affwild2", from: -1, .none, .neutral, .angry, .disgust, .fear, .happy, .sad,
            .surprise, .none),
        Known(
            "ravdess", from: 1, .neutral, .neutral, .happy, .sad, .angry, .fear, .disgust,
            .surprise),
        Known("imagefolder", .angry, .disgust, .fear, .happy, .neutral, .sad, .surprise),
    ]

    /// The schemes with what their numbers mean, a line each.
    static let table = known.map { scheme in
        "\(scheme.name): "
            + scheme.classes.map { "\($0.0) \($0.1.name)" }.joined(separator: ", ")
    }.joined(separator: "; ")

    static let advice =
        "Numbers mean different emotions in different sets. Name the scheme with --class-scheme, "
        + "or the classes with --classes 0=neutral,1=happy. The schemes are: \(table)."

    /// Whether it is a number, which names no emotion.
    static func isNumber(_ name: String) -> Bool { Double(Emotion.key(name)) != nil }
}

extension ClassScheme.Meaning {
    init?(name: String) {
        if Emotion.key(name) == "none" {
            self = .none
        } else if let emotion = Emotion(name: name) {
            self = .emotion(emotion)
        } else {
            return nil
        }
    }

    var name: String {
        switch self {
        case .emotion(let emotion): emotion.name
        case .none: "none"
        }
    }

    static let neutral = Self.emotion(.neutral)
    static let happy = Self.emotion(.happy)
    static let surprise = Self.emotion(.surprise)
    static let sad = Self.emotion(.sad)
    static let angry = Self.emotion(.angry)
    static let disgust = Self.emotion(.disgust)
    static let fear = Self.emotion(.fear)
    static let contempt = Self.emotion(.contempt)
}

/// Coded as its text.
extension ClassScheme: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self = try text.contains("=") ? Self(parsing: text) : Self(named: text)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
