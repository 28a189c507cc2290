import Foundation
import Imaging
import Logging
import Mien
import MienServer
import ProgramSupport
import Synchronization

/// A server in this process, on a port that the system chooses.
final class TestServer: Sendable {
    let service: ExpressionService
    let port: Int
    let metricsPort: Int?
    let authorityPort: Int?
    let authority: HTTPServer.Authority?
    private let stop: @Sendable () async -> Void

    /// One for the tests that change nothing of it.
    static let shared = Task { try await TestServer() }

    /// Those of the service, but for a machine that is slow or busy.
    static var patient: ServiceLimits {
        var limits = ServiceLimits()
        limits.requestSeconds = 300
        limits.queueSeconds = 300
        limits.videoSeconds = 300
        limits.idleSeconds = 300
        return limits
    }

    init(
        limits: ServiceLimits = patient, tokens: URL? = nil,
        encryption: HTTPServer.Encryption = .none, metrics: Bool = false, authority: Bool = false
    ) async throws {
        let service = try ExpressionService(
            models: [.init("mien", try ModelPlace.file(ModelPlace.released))], tokens: tokens,
            limits: limits, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        self.service = service
        var options = HTTPServer.Options()
        options.address = ServerAddress(host: "127.0.0.1", port: 0)
        options.encryption = encryption
        options.metrics = metrics ? ServerAddress(host: "127.0.0.1", port: 0) : nil
        options.authority = authority ? ServerAddress(host: "127.0.0.1", port: 0) : nil
        let server = try HTTPServer(service, options)
        let (stream, continuation) = AsyncThrowingStream<HTTPServer.Running, any Error>.makeStream()
        Task {
            do {
                try await server.run(stopping: false) { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        var running: HTTPServer.Running?
        for try await value in stream {
            running = value
            break
        }
        guard let running else { throw CocoaError(.featureUnsupported) }
        port = running.port
        metricsPort = running.metricsPort
        authorityPort = running.authorityPort
        self.authority = running.authority
        stop = running.stop
        try await service.start()
    }

    deinit {
        let stop = stop
        Task { await stop() }
    }

    /// Sends bytes as they are and reads what comes back.
    /// - Parameter count: answers that are waited for.
    func raw(_ bytes: [UInt8], count: Int = 1) async throws -> [RawAnswer] {
        let port = port
        return try await onThread {
            try RawClient(port: port).exchange(bytes, count: count, seconds: 300)
        }
    }

    /// Sends one request on a connection of its own.
    func send(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: [UInt8] = [],
        host: String? = "localhost"
    ) async throws -> RawAnswer {
        let answers = try await raw(
            RawClient.request(method, path, fields, body: body, host: host))
        guard let answer = answers.last else { throw CocoaError(.fileReadUnknown) }
        return answer
    }
}

/// Runs what waits on a thread of its own: the server's tasks need Swift's own threads.
func onThread<Output: Sendable>(
    _ body: @escaping @Sendable () throws -> Output
) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try body() }) }
        thread.stackSize = 1 << 20
        thread.start()
    }
}

/// Pictures for the tests, made once.
enum Pictures {
    /// Two drawn faces that the detector finds, as PNG.
    static let two: [UInt8] = encoded(
        DrawnPhotos.photo(
            width: 640, height: 320, side: 192, at: [(left: 40, top: 60), (left: 380, top: 60)]
        ).rgb())
    /// No face.
    static let none: [UInt8] = encoded(
        Image(width: 200, height: 100, channels: 3, filledWith: 90))

    static func encoded(_ image: Image) -> [UInt8] { (try? image.encoded(as: .png)) ?? [] }
}
