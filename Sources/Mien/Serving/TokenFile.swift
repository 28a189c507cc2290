import Crypto
public import Foundation
import Torch

/// The access tokens of a service, in a file that holds their SHA-256 alone.
///
/// A token is 32 random bytes in base64url after `mien_`. It is shown once, where it is made.
public struct TokenFile: Sendable, Codable, Equatable {
    /// What a token opens.
    public enum Scope: String, Sendable, Codable, CaseIterable {
        /// Faces, explanations, videos, the model's card, FHIR and the inference protocol.
        case score
        /// The metrics.
        case metrics
    }

    /// A token without its secret.
    public struct Token: Sendable, Codable, Equatable {
        public let name: String
        /// Of the token's text, 64 hexadecimal digits.
        public let sha256: String
        public let scopes: [Scope]
        public let created: Date
        /// `nil` for never.
        public let expires: Date?

        /// Whether it still opens anything.
        public func isValid(at date: Date) -> Bool { expires.map { date < $0 } ?? true }
    }

    public private(set) var schema = 1
    /// In the order in which they were made.
    public private(set) var tokens: [Token] = []

    public init() {}

    /// Reads a file.
    /// - Throws: `UsageError` for a file that cannot be read or is no token file.
    public init(contentsOf url: URL) throws(UsageError) {
        func failure(_ found: String) -> UsageError {
            UsageError(
                url.path, found: found, expected: "a file of access tokens",
                advice: "Make one with mien token add.")
        }
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw failure("a file that cannot be read")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let file = try? decoder.decode(TokenFile.self, from: data), file.schema == 1 else {
            throw failure("other content")
        }
        self = file
    }

    /// Changes a file, one process or thread at a time: others that change it wait, and find it as
    /// it then is. The lock is on a file beside it, with the ending `.lock`.
    /// - Parameters:
    ///   - makesOne: begin with no tokens where there is no file.
    ///   - change: the file stays as it is where this throws.
    /// - Returns: what `change` returns.
    /// - Throws: `UsageError` for what is no token file, `FileError`, what `change` throws.
    public static func change<Value>(
        _ url: URL, makesOne: Bool = false, _ change: (inout TokenFile) throws -> Value
    ) throws -> Value {
        func current() throws(UsageError) -> TokenFile {
            if makesOne, !FileManager.default.fileExists(atPath: url.path) { return TokenFile() }
            return try TokenFile(contentsOf: url)
        }
        // A wrong path gets no lock file.
        _ = try current()
        let place = try AtomicFile.destination(of: url)
        let lock = try FileLock(place.path + ".lock", name: url.path, rights: 0o600)
        defer { lock.release() }
        var file = try current()
        let value = try change(&file)
        try file.write(to: url)
        return value
    }

    /// Writes the file whole; only its owner may read it.
    /// - Throws: `FileError`.
    public func write(to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: url)
        guard chmod(url.path, 0o600) == 0 else {
            throw FileError(path: url.path, reason: "its access rights cannot be set")
        }
    }

    /// Refuses a name that no token may have.
    /// - Throws: `UsageError` for one that is not plain.
    public static func requirePlain(_ name: String) throws(UsageError) {
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0" ... "9").contains($0))
                || "-_.".unicodeScalars.contains($0)
        }
        guard 1 ... 64 ~= name.count, isPlain else {
            throw UsageError(
                "name of the token", found: name,
                expected: "1 to 64 letters, digits, hyphens, dots and underscores")
        }
    }

    /// Makes a token.
    /// - Parameter days: until it expires; `nil` for never.
    /// - Returns: the token's text, which is kept nowhere.
    /// - Throws: `UsageError` for a name that is taken or is not plain.
    public mutating func add(
        _ name: String, scopes: [Scope], days: Int?, now: Date = .now
    ) throws(UsageError) -> String {
        try Self.requirePlain(name)
        guard !tokens.contains(where: { $0.name == name }) else {
            throw UsageError(
                "name of the token", found: "\(name), which is taken", expected: "another name",
                advice: "Revoke the token of that name first.")
        }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0 ..< 32).map { _ in UInt8.random(in: 0 ... 255, using: &generator) }
        let text =
            "mien_"
            + Data(bytes).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
        let whole = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded())
        tokens.append(
            Token(
                name: name, sha256: Self.digest(text), scopes: scopes, created: whole,
                expires: days.map { whole.addingTimeInterval(Double($0) * 86_400) }))
        return text
    }

    /// Removes a token.
    /// - Throws: `UsageError` for a name that is not there.
    public mutating func revoke(_ name: String) throws(UsageError) {
        guard let index = tokens.firstIndex(where: { $0.name == name }) else {
            throw UsageError(
                "name of the token", found: name,
                expected: tokens.isEmpty
                    ? "no name: the file has no tokens"
                    : "one of \(tokens.map(\.name).joined(separator: ", "))")
        }
        tokens.remove(at: index)
    }

    /// The token of a text, where it is known and has not expired. Digests are compared, which tells
    /// nothing of the token by its time.
    public func token(_ text: String, now: Date = .now) -> Token? {
        let digest = Self.digest(text)
        return tokens.first { $0.sha256 == digest && $0.isValid(at: now) }
    }

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).hexadecimal
    }
}
