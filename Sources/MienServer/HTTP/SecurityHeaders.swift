import HTTPTypes
import Hummingbird

/// The fields that every answer has, whatever its status.
struct SecurityHeaders: Sendable {
    private let fields: [(name: HTTPField.Name, value: String)]

    static let contentPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:",
        "media-src 'self' blob:", "connect-src 'self'", "form-action 'self'", "base-uri 'none'",
        "object-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
    ].joined(separator: "; ")

    /// - Parameter isEncrypted: whether browsers are to insist on TLS from now on.
    init(isEncrypted: Bool) {
        var fields = [
            ("Content-Security-Policy", Self.contentPolicy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("X-Frame-Options", "DENY"),
        ]
        if isEncrypted {
            fields.append(("Strict-Transport-Security", "max-age=31536000"))
        }
        self.fields = fields.compactMap { name, value in
            HTTPField.Name(name).map { ($0, value) }
        }
    }

    func add(to response: inout Response) {
        for field in fields { response.headers[field.name] = field.value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }
}
