/// Which class a number or a name of a data set's own stands for.
///
/// Numbers mean different emotions in different data sets, so none are taken without a scheme.
public struct ClassScheme: Sendable, Equatable {
    /// As it was given: a scheme's name, or a list such as "0=neutral,1=happy,noface=none" or
    /// "smile,frown,blank".
    public let text: String
    /// The classes in order, where the list names them; `nil` stands for the emotions.
    public let classes: [Emotion]?
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
        self.init(known)
    }

    init(_ known: Known) {
        text = known.name
        classes = nil
        meanings = known.meanings
    }

    /// Reads "0=neutral,1=happy,noface=none", or the names of all classes in order:
    /// "smile,frown,blank,2=smile,noface=none". "rafdb:8=none" adds to a scheme.
    public init(parsing text: String) throws(DataError) {
        if let colon = text.firstIndex(of: ":"),
            let base = try? ClassScheme(named: String(text[..<colon]))
        {
            let further = try ClassScheme(parsing: String(text[text.index(after: colon)...]))
            self.text = text
            classes = nil
            meanings = base.meanings.merging(further.meanings) { $1 }
            return
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.split(separator: "=", omittingEmptySubsequences: false).map(String.init) }
        let named = parts.filter { $0.count == 1 }.map { Emotion.trimmed($0[0]) }
        let classes = named.isEmpty || parts.count == 1 ? nil : named.map(Emotion.init(named:))
        if let classes { try Self.check(classes, named) }
        var meanings: [String: Meaning] = [:]
        for pair in parts where pair.count != 1 || classes == nil {
            guard pair.count == 2, let meaning = Meaning(name: pair[1], among: classes) else {
                throw DataError(
                    .request, found: "the class \(pair.joined(separator: "=").quoted())",
                    expected: "CLASS=EMOTION, such as 0=neutral or noface=none",
                    advice: "\(classes == nil ? "Emotions" : "Classes"): "
                        + "\((classes ?? Emotion.allCases).names); none leaves rows out.")
            }
            guard meanings.updateValue(meaning, forKey: Self.key(pair[0])) == nil else {
                throw DataError(
                    .request, found: "the class \(pair[0].quoted()) twice",
                    expected: "each class once")
            }
        }
        self.text = text
        self.classes = classes
        self.meanings = meanings
    }

    /// A scheme with further meanings of names.
    /// - Parameters:
    ///   - base: `nil` stands for the names of emotions alone.
    ///   - pairs: such as "neural=neutral".
    ///   - dropped: names of classes whose images are left out.
    public init?(
        _ base: ClassScheme?, adding pairs: [String], dropping dropped: [String]
    ) throws(DataError) {
        let further = pairs + dropped.map { "\($0)=none" }
        guard !further.isEmpty else {
            guard let base else { return nil }
            self = base
            return
        }
        if let wrong = pairs.first(where: { !$0.contains("=") || $0.contains(",") }) {
            throw DataError(
                .request, found: "the class \(wrong.quoted())",
                expected: "NAME=CLASS, such as neural=neutral")
        }
        let list = further.joined(separator: ",")
        guard let base else {
            self = try ClassScheme(parsing: list)
            return
        }
        let isScheme = !base.text.contains { "=,".contains($0) }
        try self.init(parsing: base.text + (isScheme ? ":" : ",") + list)
    }

    /// The classes of a model that was trained on the user's own.
    public init(classes: [Emotion]) {
        text = classes.map(\.name).joined(separator: ",")
        self.classes = classes
        meanings = [:]
    }

    private static func check(_ classes: [Emotion], _ names: [String]) throws(DataError) {
        if let wrong = names.first(where: { !LabelSpace.isName($0) }) {
            throw DataError(
                .request, found: "the class \(wrong.quoted())",
                expected: "a name of 1 to 64 printable characters, other than none")
        }
        let keys = classes.map { key($0.name) }
        guard classes.count > 1, Set(keys).count == keys.count else {
            throw DataError(
                .request, found: "the classes \(classes.names)",
                expected: "2 classes or more, each once")
        }
    }

    /// The meaning of a class by this scheme, else by its name.
    func meaning(of name: String) -> Meaning? {
        if let known = meanings[Self.key(name)] { return known }
        guard let classes else { return Emotion(name: name).map { .emotion($0) } }
        return Emotion(name: name, among: classes).map { .emotion($0) }
    }

    /// "03" and "3.0" are the number 3; names lose spaces and underscores around them.
    private static func key(_ name: String) -> String {
        let name = Emotion.key(name)
        guard let number = Double(name), let whole = Int(exactly: number) else { return name }
        return String(whole)
    }

    static let advice: Advice =
        "Numbers mean different emotions in different sets. Name the scheme with "
        + "\(setting: "class-scheme"), "
        + "or the classes with \(setting: "classes") 0=neutral,1=happy. The schemes are: \(table)."

    /// Whether it is a number, which names no emotion.
    static func isNumber(_ name: String) -> Bool { Double(Emotion.key(name)) != nil }
}

extension ClassScheme.Meaning {
    /// - Parameter classes: those that there are; `nil` stands for the emotions.
    fileprivate init?(name: String, among classes: [Emotion]?) {
        if Emotion.key(name) == "none" {
            self = .none
        } else if let emotion = Emotion(name: name, among: classes ?? Emotion.allCases) {
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
        self = try text.contains { "=,".contains($0) } ? Self(parsing: text) : Self(named: text)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
