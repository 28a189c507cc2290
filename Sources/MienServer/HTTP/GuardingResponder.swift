import HummingbirdCore
import Synchronization
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Mien
import NIOCore
import NIOHTTP1

/// Answers every request: guards before routes, one form for errors, the security fields on every
/// status, and the end of a connection after a refusal.
struct GuardingResponder: HTTPResponder {
    let service: ExpressionService
    let table: RouteTable
    let headers: SecurityHeaders
    let guards: Guards
    private static let serverTiming = HTTPField.Name("Server-Timing")

    func respond(to request: Request, context: ServiceContext) async throws -> Response {
        let exchange = Exchange(request, context, service)
        var pattern = "none"
        var response: Response
        var closes = false
        do {
            response = try await answer(exchange, &pattern)
        } catch let error as HTTPParserError {
            exchange.release()
            throw error
        } catch {
            let problem = Problem(error)
            if problem.status == .internalServerError {
                // The kind alone: an error may name what a client sent.
                service.logger.warning("A request failed: \(type(of: error)).")
            }
            if problem.status.code >= 400 {
                service.metrics.count("mien_rejected_total", ["reason": problem.code])
            }
            closes = problem.closes
            response = problem.response(isInference: request.uri.path.hasPrefix("/v2"))
        }
        exchange.release()
        headers.add(to: &response)
        let seconds = exchange.stageSeconds
        if let name = Self.serverTiming {
            response.headers[name] = Self.timing(exchange, seconds)
        }
        service.metrics.observe(
            "http_server_request_duration_seconds",
            (ContinuousClock.now - exchange.began).seconds,
            [
                "http_route": pattern, "http_request_method": Self.known(request.method),
                "http_response_status_code": "\(response.status.code)",
            ])
        if request.method == .head { response = response.createHeadResponse() }
        // What was not read of the body would be taken for the next request.
        guard closes || !exchange.body.isAtEnd else { return response }
        return closing(response, exchange)
    }

    private func answer(_ exchange: Exchange, _ pattern: inout String) async throws -> Response {
        let request = exchange.request
        guard service.connections.makeRoom() else {
            throw Problem(
                .serviceUnavailable, "connections_full", "There are too many connections.",
                limit: Double(service.limits.connections), retryAfter: 1, closes: true)
        }
        try guards.checkHost(request)
        try guards.checkForm(request)
        let (route, open) = try table.route(request.method, request.uri.path)
        pattern = route.path
        exchange.parameters.withLock { $0 = open }
        try guards.checkOrigin(request)
        let token = try guards.checkToken(request, route, service.tokens)
        if let limiter = service.limiter,
            let seconds = limiter.refusal(token ?? RateLimiter.network(of: exchange.address))
        {
            throw Problem(
                .tooManyRequests, "rate", "Too many requests of one client.",
                limit: service.limits.clientRate, retryAfter: Int(seconds.rounded(.up)),
                closes: true)
        }
        return try await route.answer(exchange)
    }

    /// The answer, after which the connection is closed.
    private func closing(_ response: Response, _ exchange: Exchange) -> Response {
        var headers = response.headers
        headers[.connection] = "close"
        let body = response.body
        return Response(
            status: response.status, headers: headers,
            body: ResponseBody(contentLength: body.contentLength) { writer in
                try await body.write(writer)
                await exchange.drain()
                throw ConnectionDone()
            })
    }

    private static func known(_ method: HTTPRequest.Method) -> String {
        [.get, .head, .post, .options].contains(method) ? method.rawValue : "other"
    }

    private static func timing(_ exchange: Exchange, _ seconds: StageSeconds) -> String {
        let total = (ContinuousClock.now - exchange.began).seconds
        let stages = [
            ("queue", seconds.queue), ("decode", seconds.decode), ("detect", seconds.detect),
            ("score", seconds.score), ("total", total),
        ]
        return stages.map { String(format: "%@;dur=%.2f", $0, 1000 * $1) }.joined(separator: ", ")
    }
}

/// Ends a connection whose last answer was written.
private struct ConnectionDone: Error {}
