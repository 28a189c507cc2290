/// Why several processes cannot work together, or no longer do.
public struct ProcessGroupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The step of joining or working that failed.
    public enum Step: String, Sendable, Codable, CaseIterable {
        /// Finding the address of the host that all meet at.
        case resolve
        /// Choosing the network interface.
        case interface
        /// Reaching the store.
        case store
        /// Waiting for all processes.
        case members
        /// Connecting each process to each.
        case connect
        /// Working together.
        case exchange
    }

    public let step: Step
    /// A sentence or more: what happened, to which rank at which address, and what to do.
    public let description: String

    public init(_ step: Step, _ description: String) {
        self.step = step
        self.description = description
    }
}

/// The first sentence of a message of libtorch or gloo, without the place in their sources.
func shortReason(_ message: String) -> String {
    var line = message.prefix { $0 != "\n" }
    if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
        line = line[line.index(after: end)...].drop { $0 == " " }
    }
    guard let end = line.firstRange(of: ". ") else { return String(line) }
    return String(line[..<end.lowerBound])
}
