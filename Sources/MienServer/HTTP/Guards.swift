import Foundation
import HTTPTypes
import Hummingbird
import Mien

/// What a request must pass before its body is read.
struct Guards: Sendable {
    /// Names that the service answers to, in lower case, without a port.
    let hosts: Set<String>

    /// - Throws: `Problem` 400 without exactly one `Host`, 403 for a name that is not the service's:
    ///   a page elsewhere may have pointed its own name at this machine.
    func checkHost(_ request: Request) throws(Problem) {
        guard let authority = request.head.authority,
            Self.host.map({ request.headers[values: $0].isEmpty }) == true
        else {
            throw Problem(
                .badRequest, "host", "The request has no Host, or more than one.", closes: true)
        }
        guard hosts.contains(Self.name(authority)) else {
            throw Problem(
                .forbidden, "host", "The service does not answer to this Host.", closes: true)
        }
    }

    /// The first Host is the authority of the request: what is left among the fields is a second.
    private static let host = HTTPField.Name("Host")

    /// A host without its port, in lower case.
    static func name(_ authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[...end])
        }
        return String(text.prefix { $0 != ":" })
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

    /// - Throws: `Problem` 403 where a page of another site asks for a change (as Go's
    ///   CrossOriginProtection decides).
    func checkOrigin(_ request: Request) throws(Problem) {
        guard ![.get, .head, .options].contains(request.method) else { return }
        let isSame: Bool
        if let site = Self.fetchSite.flatMap({ request.headers[$0] }) {
            isSame = site == "same-origin" || site == "none"
        } else if let origin = request.headers[.origin] {
            let host = origin.split(separator: "://", maxSplits: 1).last.map(String.init)
            isSame = host?.lowercased() == request.head.authority?.lowercased()
        } else {
            // No browser.
            isSame = true
        }
        guard isSame else {
            throw Problem(
                .forbidden, "origin", "A page of another site may not ask for this.", closes: true)
        }
    }

    /// - Throws: `Problem` 400 for a target that is no path, 415 for a compressed body.
    func checkForm(_ request: Request) throws(Problem) {
        guard request.head.path?.hasPrefix("/") == true else {
            throw Problem(
                .badRequest, "target", "The target of the request is no path.", closes: true)
        }
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType, "encoded", "Compressed bodies are not read.", closes: true)
        }
    }

    /// - Returns: the token's name, or `nil` where none is needed.
    /// - Throws: `Problem` 401 without a known token, 403 for one that does not open this.
    func checkToken(
        _ request: Request, _ route: Route, _ tokens: TokenStore?
    ) throws(Problem) -> String? {
        guard let tokens, let scope = route.scope else { return nil }
        let prefix = "bearer "
        guard let field = request.headers[.authorization],
            field.lowercased().hasPrefix(prefix),
            let token = tokens.token(String(field.dropFirst(prefix.count)))
        else {
            throw Problem(
                .unauthorized, "token",
                "This path needs a token: Authorization: Bearer, then the token.", closes: true)
        }
        guard token.scopes.contains(scope) else {
            throw Problem(
                .forbidden, "scope", "The token does not open this path.", closes: true)
        }
        return token.name
    }
}
