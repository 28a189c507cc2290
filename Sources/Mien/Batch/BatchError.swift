/// A job, or a shard of one, that cannot go on: why, and whether a repetition can help.
public struct BatchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a batch engine is to do about it.
    public enum Kind: Sendable {
        /// Job, program or model differ from the plan: a repetition ends the same way.
        case differs
        /// Storage or pictures cannot be reached now: a repetition may succeed.
        case temporary
        /// Results are missing, damaged or of another job: they are not collected.
        case refused
    }

    public let kind: Kind
    /// The file, or the shard by its number.
    public let subject: String
    public let found: String
    public let expected: String
    /// A sentence, or empty.
    public let advice: String

    package init(
        _ kind: Kind, _ subject: String, found: String, expected: String, advice: String = ""
    ) {
        self.kind = kind
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
