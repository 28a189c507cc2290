import HTTPTypes
import Hummingbird
import Mien

/// One path and method of the service, and who may use it.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// Parts in braces are open: `/v2/models/{model}`.
    let path: String
    /// What a token must open; `nil` for everybody.
    let scope: TokenFile.Scope?
    let answer: @Sendable (Exchange) async throws -> Response
    private let parts: [Substring]

    init(
        _ method: HTTPRequest.Method, _ path: String, scope: TokenFile.Scope? = nil,
        answer: @escaping @Sendable (Exchange) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.scope = scope
        self.answer = answer
        parts = Self.parts(path)
    }

    /// The open parts of a path that this route is of; `nil` for another path.
    func match(_ path: [Substring]) -> [String: String]? {
        guard parts.count == path.count else { return nil }
        var open: [String: String] = [:]
        for (part, found) in zip(parts, path) {
            if part.hasPrefix("{") {
                open[String(part.dropFirst().dropLast())] = String(found)
            } else if part != found {
                return nil
            }
        }
        return open
    }

    static func parts(_ path: some StringProtocol) -> [Substring] {
        Substring(path).dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}

/// All routes.
struct RouteTable: Sendable {
    let routes: [Route]

    /// The route of a request, with the open parts of its path.
    /// - Throws: `Problem`: 404 for a path, 405 for a method that the path does not have.
    func route(
        _ method: HTTPRequest.Method, _ path: String
    ) throws(Problem) -> (route: Route, open: [String: String]) {
        let parts = Route.parts(path)
        let matches = routes.compactMap { route in route.match(parts).map { (route, $0) } }
        guard !matches.isEmpty else {
            throw Problem(.notFound, "no_path", "The service does not have this path.")
        }
        // HEAD is answered as GET is, without the body.
        let wanted = method == .head ? .get : method
        guard let match = matches.first(where: { $0.0.method == wanted }) else {
            var allow = matches.map(\.0.method)
            if allow.contains(.get) { allow.append(.head) }
            throw Problem(
                .methodNotAllowed, "no_method", "This path does not have this method.",
                allow: allow)
        }
        return match
    }
}
