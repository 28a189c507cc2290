import Foundation
import HTTPTypes
import Hummingbird
import Mien
import NIOCore
import NIOHTTPTypes
import Synchronization

/// What Hummingbird knows of a request beside its head.
struct ServiceContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// A request under way.
final class Exchange: Sendable {
    let service: ExpressionService
    let request: Request
    let body: BodyReader
    let began = ContinuousClock.now
    /// The query by name; `nil` where a name comes twice or its percent signs are wrong.
    let query: [String: String]?
    /// The parts of the path that the route leaves open, by name.
    let parameters = Mutex<[String: String]>([:])
    let connection: ConnectionState?
    private let channel: any Channel
    private let held = Mutex((bytes: 0, isOver: false))
    private let stages = Mutex(StageSeconds())

    init(_ request: Request, _ context: ServiceContext, _ service: ExpressionService) {
        self.request = request
        self.service = service
        body = BodyReader(request)
        channel = context.channel
        connection = service.connections.state(of: context.channel)
        query = Self.query(request.uri.query)
    }

    /// The address of the client, which no field of the request can change.
    var address: String { channel.remoteAddress?.ipAddress ?? "local" }

    /// A part of the path.
    func parameter(_ name: String) -> String { parameters.withLock { $0[name] ?? "" } }

    func add(_ seconds: StageSeconds) {
        stages.withLock { stages in
            stages.queue += seconds.queue
            stages.decode += seconds.decode
            stages.detect += seconds.detect
            stages.score += seconds.score
        }
    }

    var stageSeconds: StageSeconds { stages.withLock { $0 } }

    /// Seconds that are left of so many.
    func remaining(of seconds: Double) -> Double {
        seconds - (ContinuousClock.now - began).seconds
    }

    /// Seconds that the request may take: the service's, or fewer where the client says so.
    func allowedSeconds(_ most: Double) throws(Problem) -> Double {
        guard let name = HTTPField.Name("Request-Timeout"), let text = request.headers[name] else {
            return most
        }
        guard let seconds = Double(text), seconds > 0, seconds.isFinite else {
            throw .malformed("Request-Timeout is no number of seconds above 0.")
        }
        return min(seconds, most)
    }

    /// Reads the whole body within its time.
    /// - Throws: `Problem`: 411, 413, 408, 503; `ClientGone`.
    func collectBody(limit: Int) async throws -> [UInt8] {
        let declared = body.declaredBytes
        if let declared {
            guard declared > 0 else {
                throw request.headers[.contentLength] == nil
                    ? Problem(.lengthRequired, "no_length", "The request has no body.")
                    : .malformed("The body is empty.", code: "empty")
            }
            guard declared <= limit else { throw BodyReader.tooLarge(limit, found: declared) }
        }
        let most = declared ?? limit
        try reserve(min(Self.firstBytes, most), most: most)
        if request.headers[.expect]?.lowercased() == "100-continue" {
            channel.writeAndFlush(
                HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
        }
        let seconds = service.limits.bodySeconds(declared ?? limit)
        do {
            return try await withDeadline(
                seconds: seconds, of: connection,
                late: Problem(
                    .requestTimeout, "slow_body", "The body did not come within its time.",
                    limit: seconds, closes: true)
            ) { [self] in
                try await body.collect(limit: limit) { try reserve($0, most: most) }
            }
        } catch let problem as Problem where problem.status == .requestTimeout {
            body.abandon()
            throw problem
        }
    }

    /// Bytes that are reserved before anything of a body has come.
    private static let firstBytes = 65_536

    /// Holds at least `count` bytes, in steps that double: an upload that declares much and stalls
    /// keeps no room from others.
    /// - Parameter most: that the body can have.
    private func reserve(_ count: Int, most: Int) throws {
        let more = held.withLock { held in
            held.bytes >= count ? 0 : min(most, max(count, 2 * held.bytes)) - held.bytes
        }
        guard more > 0 else { return }
        try service.admission.reserveBytes(more)
        // A task that was given up may still read after its request has ended.
        let isOver = held.withLock { held in
            if !held.isOver { held.bytes += more }
            return held.isOver
        }
        guard !isOver else {
            service.admission.releaseBytes(more)
            throw ClientGone()
        }
    }

    /// Gives back what the request held.
    func release() {
        let count = takeHeldBytes()
        if count > 0 { service.admission.releaseBytes(count) }
    }

    /// Hands the bytes that the request holds over to who releases them later.
    func takeHeldBytes() -> Int {
        held.withLock { held in
            defer { held = (0, true) }
            return held.bytes
        }
    }

    /// Closes the connection in so many seconds, unless the task is cancelled: for answers that take
    /// long, which a slow reader would hold for ever.
    func closeLater(after seconds: Double) -> Task<Void, Never> {
        let channel = channel
        return Task {
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
            channel.close(promise: nil)
        }
    }

    /// Reads the rest of a body, as much as may be, so that the client sees the refusal.
    func drain() async {
        guard !body.isAtEnd, !body.isAbandoned else { return }
        let limit = service.limits.drainBytes
        _ = try? await withDeadline(seconds: 2, of: connection, late: .late(2)) { [body] in
            var count = 0
            while count < limit, let buffer = try await body.next() {
                count += buffer.readableBytes
            }
        }
    }

    private static func query(_ text: String?) -> [String: String]? {
        var values: [String: String] = [:]
        for part in (text ?? "").split(separator: "&") {
            let pair = part.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = pair.map {
                $0.replacing("+", with: " ").removingPercentEncoding
            }
            guard let name = decoded[0], values[name] == nil else { return nil }
            guard decoded.count == 1 || decoded[1] != nil else { return nil }
            values[name] = decoded.count > 1 ? decoded[1] ?? "" : ""
        }
        return values
    }
}
