public import Mien

/// Where a server listens: a host and a port.
public struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    /// A name or a number, without brackets.
    public let host: String
    /// 0 for one that the system chooses.
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`; an IPv6 number stands in brackets.
    /// - Throws: `UsageError`.
    public init(_ text: String) throws(UsageError) {
        let error = UsageError(
            "address", found: text, expected: "HOST:PORT, such as 127.0.0.1:8080")
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), 0 ... 65535 ~= port
        else { throw error }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains("["), !host.contains("/") else { throw error }
        self.init(host: host, port: port)
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool {
        host == "localhost" || host == "::1"
            || host.hasPrefix("127.") && host.split(separator: ".").count == 4
    }

    /// As it stands in a URL.
    var hostInURL: String { host.contains(":") ? "[\(host)]" : host }

    public var description: String { "\(hostInURL):\(port)" }
}
