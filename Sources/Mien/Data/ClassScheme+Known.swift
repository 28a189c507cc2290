/// The numberings and letters of known data sets.
extension ClassScheme {
    struct Known: Sendable {
        let name: String
        /// The codes in order.
        private let classes: [(code: String, meaning: Meaning)]

        init(_ name: String, from first: Int = 0, _ classes: Meaning...) {
            self.name = name
            self.classes = classes.enumerated().map { ("\(first + $0.offset)", $0.element) }
        }

        init(_ name: String, letters: KeyValuePairs<String, Meaning>) {
            self.name = name
            classes = letters.map { ($0.key, $0.value) }
        }

        var meanings: [String: Meaning] { Dictionary(uniqueKeysWithValues: classes) }

        var hasNumbers: Bool { classes.allSatisfy { ClassScheme.isNumber($0.code) } }

        var line: String {
            "\(name): " + classes.map { "\($0.code) \($0.meaning.name)" }.joined(separator: ", ")
        }
    }

    static let known = [
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
        knownLetters,
    ]

    /// The letters that JAFFE, KDEF and CREMA-D name their classes by.
    static let letters = ClassScheme(knownLetters)

    private static let knownLetters = Known(
        "letters",
        letters: [
            "an": .angry, "di": .disgust, "fe": .fear, "af": .fear, "ha": .happy,
            "ne": .neutral, "sa": .sad, "su": .surprise, "ang": .angry, "dis": .disgust,
            "fea": .fear, "hap": .happy, "neu": .neutral, "sur": .surprise,
        ])

    /// The schemes with what their numbers mean, a line each.
    static let table = known.filter(\.hasNumbers).map(\.line).joined(separator: "; ")
}
