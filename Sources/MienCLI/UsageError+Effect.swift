import Mien

extension UsageError {
    /// An option that would change nothing.
    /// - Parameter expected: what it needs.
    static func withoutEffect(
        _ option: String, because reason: String, expected: String
    ) -> UsageError {
        UsageError(option, found: "an option without effect: \(reason)", expected: expected)
    }

    /// - Parameter options: those that would change nothing, and whether they were given.
    static func requireNone(
        _ options: [(String, isGiven: Bool)], because reason: String, expected: String
    ) throws(UsageError) {
        for (option, isGiven) in options where isGiven {
            throw withoutEffect(option, because: reason, expected: expected)
        }
    }
}
