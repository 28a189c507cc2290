import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// The body of a request, read once, by one task at a time.
final class BodyReader: @unchecked Sendable {
    private let body: RequestBody
    private var iterator: RequestBody.AsyncIterator?
    /// Whether all of it was read.
    private(set) var isAtEnd: Bool
    /// Whether a task that was given up may still read it.
    private(set) var isAbandoned = false
    /// As the client says; `nil` for a chunked body.
    let declaredBytes: Int?

    init(_ request: Request) {
        body = request.body
        let isChunked = request.headers[.transferEncoding] != nil
        let length = request.headers[.contentLength].flatMap { Int($0) }
        declaredBytes = isChunked ? nil : length ?? 0
        isAtEnd = !isChunked && (length ?? 0) == 0
    }

    func abandon() { isAbandoned = true }

    func next() async throws -> ByteBuffer? {
        guard !isAtEnd else { return nil }
        var current = iterator ?? body.makeAsyncIterator()
        let buffer = try await current.next()
        iterator = current
        if buffer == nil { isAtEnd = true }
        return buffer
    }

    /// All of the body.
    /// - Parameter reserve: called with the bytes that are to be held, before they are.
    /// - Throws: `Problem` beyond `limit`, `ClientGone` where it is cut.
    func collect(limit: Int, reserve: (Int) throws -> Void) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        if let declaredBytes { bytes.reserveCapacity(min(declaredBytes, 1 << 20)) }
        while let buffer = try await next() {
            let count = bytes.count + buffer.readableBytes
            guard count <= limit else { throw Self.tooLarge(limit, found: count) }
            try reserve(count)
            buffer.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        }
        if let declaredBytes, bytes.count != declaredBytes { throw ClientGone() }
        return bytes
    }

    static func tooLarge(_ limit: Int, found: Int) -> Problem {
        Problem(
            .contentTooLarge, "body_too_large", "The body has more bytes than are taken.",
            limit: Double(limit), found: Double(found))
    }
}
