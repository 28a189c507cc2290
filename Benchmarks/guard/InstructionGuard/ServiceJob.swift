import Foundation
import HTTPTypes
import Hummingbird
import Imaging
import Inference
import Logging
import Mien
import NIOCore
import NIOEmbedded
import Synchronization

@testable import MienServer

/// Requests through the guards, the router, admission and scoring of the service, without a
/// connection: valgrind 3.19 does not get through the start of a server.
final class ServiceJob: Sendable {
    private let responder: GuardingResponder
    private let crop: [UInt8]
    private let logger = Logger(label: "guard") { _ in SwiftLogNoOpLogHandler() }

    /// A service with the small network, ready to answer.
    /// - Throws: what the service throws where the face detector or the scoring library is missing.
    init() throws {
        // As the server does: its threads are those of the requests.
        InferenceEngine.setThreadCount(1)
        var limits = ServiceLimits()
        // Instructions are counted, not seconds.
        limits.requestSeconds = 3600
        let service = try ExpressionService(
            models: [.init("tiny", try ModelPlace.file("tiny"))], tokens: nil, limits: limits,
            logger: logger)
        // Nothing is made later, while instructions are counted.
        try Self.waiting { try await service.start() }
        responder = GuardingResponder(
            service: service, table: RouteTable(routes: Routes.all),
            headers: SecurityHeaders(isEncrypted: false), guards: Guards(hosts: ["localhost"]))
        let face = SyntheticFaces(seed: 1).face(at: 3)
        crop = try Image(width: 48, height: 48, channels: 1, pixels: face.pixels).encoded(as: .png)
    }

    /// By name.
    var jobs: [(name: String, run: () throws -> Double)] {
        [
            (
                "answer a request that scores a crop",
                { try self.ask(1, .post, "/v1/faces?whole_image=true", self.crop, status: .ok) }
            ),
            (
                "answer 100 requests for a path that is none",
                { try self.ask(100, .get, "/nothing", [], status: .notFound) }
            ),
        ]
    }

    /// - Returns: the sum of all bytes of the bodies.
    private func ask(
        _ count: Int, _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8],
        status: HTTPResponse.Status
    ) throws -> Double {
        try Self.waiting { [self] in
            var sum = 0.0
            for _ in 0 ..< count { sum += try await one(method, path, body, status: status) }
            return sum
        }
    }

    /// Does asynchronous work while the calling thread waits.
    private static func waiting<Output: Sendable>(
        _ work: @escaping @Sendable () async throws -> Output
    ) throws -> Output {
        let result = Mutex<Result<Output, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                let output = try await work()
                result.withLock { $0 = .success(output) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
            done.signal()
        }
        done.wait()
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }

    private func one(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8],
        status: HTTPResponse.Status
    ) async throws -> Double {
        var head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
        if !body.isEmpty {
            head.headerFields[.contentType] = "image/png"
            head.headerFields[.contentLength] = "\(body.count)"
        }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = ServiceContext(
            source: ApplicationRequestContextSource(
                channel: NIOAsyncTestingChannel(), logger: logger))
        let response = try await responder.respond(to: request, context: context)
        guard response.status == status else {
            throw UsageError(path, found: "\(response.status)", expected: "\(status)")
        }
        let writer = SummingWriter()
        try await response.body.write(writer)
        return writer.sum
    }
}

/// Adds the bytes of a body.
private final class SummingWriter: ResponseBodyWriter {
    private(set) var sum = 0.0

    func write(_ buffer: ByteBuffer) {
        sum += buffer.readableBytesView.reduce(0.0) { $0 + Double($1) }
    }

    func finish(_ trailingHeaders: HTTPFields?) {}
}
