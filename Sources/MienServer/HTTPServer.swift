import HummingbirdCore
import UnixSignals
public import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import Logging
public import Mien
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization

/// Serves an `ExpressionService` over HTTP until it is told to stop.
public struct HTTPServer: Sendable {
    /// Where and how it is reached.
    public struct Options: Sendable {
        public var address = ServerAddress(host: "127.0.0.1", port: 8080)
        /// Further names that the service answers to.
        public var hosts: [String] = []
        public var encryption = Encryption.none
        /// Where the metrics are; `nil` for nowhere.
        public var metrics: ServerAddress?
        /// Where devices fetch the local authority's certificate in plain HTTP; `nil` for nowhere.
        public var authority: ServerAddress?

        public init() {}
    }

    /// How connections are encrypted.
    public enum Encryption: Sendable, Equatable {
        case none
        /// By a local authority and a certificate that the service makes, kept in this folder.
        case automatic(URL)
        case files(certificate: URL, key: URL)
    }

    /// Where a running server is reached.
    public struct Running: Sendable {
        /// The page.
        public let url: String
        public let port: Int
        public let metricsPort: Int?
        public let authorityPort: Int?
        /// `nil` without a local authority.
        public let authority: Authority?
        /// Ends the service as SIGTERM does.
        public let stop: @Sendable () async -> Void
    }

    /// A local authority's certificate, which devices must trust.
    public struct Authority: Sendable {
        public let path: String
        /// SHA-256 in pairs of hexadecimal digits.
        public let fingerprint: String
        /// Where other machines fetch it; `nil` where the service has no name that they know.
        public let url: String?

        /// A QR code of the address for a terminal; `nil` where there is none.
        public var code: String? { url.flatMap { QRCode($0)?.terminalText } }
    }

    private let service: ExpressionService
    private let options: Options

    /// - Throws: `UsageError` for an address that others reach without tokens and encryption, or for
    ///   metrics that they do.
    public init(_ service: ExpressionService, _ options: Options) throws(UsageError) {
        try Self.check(options, hasTokens: service.tokens != nil)
        self.service = service
        self.options = options
    }

    /// - Throws: `UsageError` for an address that others reach without tokens and encryption, or for
    ///   metrics that they do.
    public static func check(_ options: Options, hasTokens: Bool) throws(UsageError) {
        let address = options.address
        guard address.isLoopback || hasTokens && options.encryption != .none else {
            throw UsageError(
                "address", found: "\(address), which other machines reach",
                expected: "tokens and encryption",
                advice: "Make a token with mien token add, and name its file and a certificate; or "
                    + "serve this machine alone on 127.0.0.1.")
        }
        if let metrics = options.metrics, !metrics.isLoopback {
            throw UsageError(
                "metrics", found: "\(metrics), which other machines reach",
                expected: "an address of this machine alone, such as 127.0.0.1:9090")
        }
        if let authority = options.authority {
            guard case .automatic = options.encryption else {
                throw UsageError(
                    "authority", found: "\(authority)", expected: "a local authority beside it",
                    advice: "Let the service make its certificate itself.")
            }
        }
    }

    private var hostNames: Set<String> {
        var names: Set = ["localhost", "127.0.0.1", "[::1]"]
        names.insert(options.address.hostInURL.lowercased())
        names.formUnion(options.hosts.map { Guards.name($0) })
        return names
    }

    /// Listens, answers, and returns once all requests have ended after a stop.
    /// - Parameters:
    ///   - stopping: whether SIGTERM and SIGINT stop it; otherwise its task's end does.
    ///   - overdue: called where requests have not ended in their time after a stop.
    ///   - running: called once it listens.
    /// - Throws: `UsageError` for an address that cannot be listened on or a certificate that cannot
    ///   be used.
    public func run(
        stopping: Bool = true, overdue: @escaping @Sendable () -> Void = {},
        running: @escaping @Sendable (Running) -> Void
    ) async throws {
        let encryption = try ServerEncryption(
            options.encryption, hosts: hostNames.sorted(), logger: service.logger)
        let guards = Guards(hosts: hostNames)
        let responder = GuardingResponder(
            service: service, table: RouteTable(routes: Routes.all),
            headers: SecurityHeaders(isEncrypted: encryption != nil), guards: guards)
        service.authority.withLock { $0 = encryption?.local }
        let ports = Mutex<(metrics: Int?, authority: Int?)>((nil, nil))
        let stopper = Mutex<ServiceGroup?>(nil)
        let scheme = encryption == nil ? "http" : "https"
        let local = try encryption?.local.map { ($0.authorityURL.path, try $0.fingerprint()) }
        let main = try application(responder, at: options.address, encryption) { port in
            let host = reachableHost ?? options.address.hostInURL
            let (metricsPort, authorityPort) = ports.withLock { $0 }
            running(
                Running(
                    url: "\(scheme)://\(host):\(port)/", port: port, metricsPort: metricsPort,
                    authorityPort: authorityPort,
                    authority: local.map { path, fingerprint in
                        Authority(
                            path: path, fingerprint: fingerprint,
                            url: authorityURL(port: port, plainPort: authorityPort))
                    },
                    stop: { await stopper.withLock { $0 }?.triggerGracefulShutdown() }))
        }
        var services: [any Service] = []
        var others: [Listening] = []
        if let address = options.metrics {
            let listening = Listening()
            others.append(listening)
            let metrics = try application(
                MetricsResponder(service: service, guards: guards), at: address, nil
            ) { port in
                ports.withLock { $0.metrics = port }
                listening.open()
            }
            services.append(Bound(application: metrics, subject: "metrics", address: address))
        }
        if let address = options.authority {
            let listening = Listening()
            others.append(listening)
            let plain = GuardingResponder(
                service: service, table: RouteTable(routes: AuthorityRoutes.routes),
                headers: SecurityHeaders(isEncrypted: false), guards: guards)
            let authority = try application(plain, at: address, nil) { port in
                ports.withLock { $0.authority = port }
                listening.open()
            }
            services.append(Bound(application: authority, subject: "authority", address: address))
        }
        services.append(
            Following(
                service: Bound(application: main, subject: "address", address: options.address),
                after: others))
        if let renewal = encryption?.renewal { services.append(renewal) }
        services.append(Draining(service: service, overdue: overdue))
        let group = ServiceGroup(
            configuration: .init(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, gracefulShutdownSignals: stopping ? [.sigterm, .sigint] : [],
                logger: service.logger))
        stopper.withLock { $0 = group }
        do {
            try await group.run()
        } catch is CancellationError {}
    }

    /// The address as clients write it; of one that stands for all of the machine's, the first name that
    /// the service answers to, if it has one.
    private var reachableHost: String? {
        let isWildcard = ["0.0.0.0", "::"].contains(options.address.host)
        return isWildcard ? options.hosts.first : options.address.hostInURL
    }

    /// Where other machines fetch the authority's certificate: by a name that the service answers to.
    private func authorityURL(port: Int, plainPort: Int?) -> String? {
        guard let host = options.hosts.first ?? reachableHost else { return nil }
        let start = plainPort.map { "http://\(host):\($0)" } ?? "https://\(host):\(port)"
        return start + AuthorityRoutes.path
    }

    private func application<Responder: HTTPResponder>(
        _ responder: Responder, at address: ServerAddress, _ encryption: ServerEncryption?,
        listening: @escaping @Sendable (Int) -> Void
    ) throws -> Application<Responder> where Responder.Context == ServiceContext {
        let limits = service.limits
        let connections = service.connections
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionHandler(connections)],
                idleTimeout: .milliseconds(Int64(1000 * limits.idleSeconds)),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headerFields)))
        var logger = service.logger
        logger.logLevel = .error
        return Application(
            responder: responder,
            server: try encryption.map { try .tls(plain, tlsConfiguration: $0.configuration) }
                ?? plain,
            configuration: .init(
                address: .hostname(address.host, port: address.port), backlog: 1024,
                availableConnectionsDelegate: .maximum(limits.connections + 64, logger: logger)),
            onServerRunning: { listening($0.localAddress?.port ?? address.port) }, logger: logger)
    }
}

/// All routes of the service.
enum Routes {
    static let all =
        PageRoutes.routes + HealthRoutes.routes + ModelRoutes.routes + FaceRoutes.routes
        + ExplanationRoutes.routes + VideoRoutes.routes + OpenAPIRoutes.routes
        + InferenceRoutes.routes + FHIRRoutes.routes + AuthorityRoutes.routes
}

/// Says that the service is not ready once it is to stop.
private struct Draining: Service {
    let service: ExpressionService
    let overdue: @Sendable () -> Void

    func run() async throws {
        try? await gracefulShutdown()
        service.drain()
        // Not a task: it must end the process whatever the tasks do.
        DispatchQueue.global().asyncAfter(
            deadline: .now() + service.limits.shutdownSeconds, execute: overdue)
    }
}

/// A server whose address, where it cannot be had, is named.
private struct Bound<Server: Service>: Service {
    let application: Server
    /// What the address is of.
    let subject: String
    let address: ServerAddress

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw UsageError(
                subject, found: "\(address)", expected: "one that is free",
                advice: "\(String(cString: strerror(error.errnoCode))).")
        }
    }
}

/// A server that begins once others listen.
private struct Following<Server: Service>: Service {
    let service: Server
    let after: [Listening]

    func run() async throws {
        for listening in after { await cancelWhenGracefulShutdown { await listening.wait() } }
        guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
        try await service.run()
    }
}

/// A gate that opens once.
private final class Listening: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }

    func wait() async {
        for await _ in stream {}
    }
}
