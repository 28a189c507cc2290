/// A value or path given by the user that cannot be used: which, what it is, what was expected.
public struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    public let subject: String
    public let found: String
    public let expected: String
    /// A sentence, or empty.
    public let advice: String

    public init(_ subject: String, found: String, expected: String, advice: String = "") {
        self.subject = subject
        self.found = found
        self.expected = expected
        self.advice = advice
    }

    public var description: String {
        let sentence = "\(subject): found \(found), expected \(expected)."
        return advice.isEmpty ? sentence : "\(sentence) \(advice)"
    }
}
