/// A value or path given by the user that cannot be used: which, what it is, what was expected.
public struct UsageError: Error, Sendable, Equatable {
    /// A setting, or the name of what was given: a path, a field.
    public let subject: Advice
    public let found: String
    public let expected: String
    /// A sentence, or empty.
    public let advice: Advice

    /// An error of something with a name, such as a path.
    public init(_ subject: String, found: String, expected: String, advice: Advice = "") {
        self.init(subject: Advice(subject), found: found, expected: expected, advice: advice)
    }

    /// An error of a setting, by its plain name, such as `batch-size`.
    public init(setting: String, found: String, expected: String, advice: Advice = "") {
        self.init(
            subject: "\(setting: setting)", found: found, expected: expected, advice: advice)
    }

    init(subject: Advice, found: String, expected: String, advice: Advice) {
        self.subject = subject
        self.found = found
        self.expected = expected
        self.advice = advice
    }
}

extension UsageError: NamesSettings {
    /// "batch-size: found 0, expected 1 to 4096. ..."
    public var message: Advice {
        let sentence: Advice = "\(subject): found \(found), expected \(expected)."
        return advice.isEmpty ? sentence : "\(sentence) \(advice)"
    }
}
