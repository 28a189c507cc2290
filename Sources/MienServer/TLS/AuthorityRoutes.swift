import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// `GET /authority.crt`: the local authority's certificate, for devices that are to trust it. It is
/// public: its key never leaves the folder.
enum AuthorityRoutes {
    static let path = "/authority.crt"

    static var routes: [Route] {
        [
            Route(.get, path) { exchange in
                guard let authority = exchange.service.authority.withLock({ $0 }) else {
                    throw Problem(
                        .notFound, "no_authority",
                        "The service has no authority of its own: its certificate is not made by it."
                    )
                }
                return Response(
                    status: .ok,
                    headers: [
                        .contentType: "application/x-x509-ca-cert",
                        .contentDisposition: "attachment; filename=\"mien-authority.crt\"",
                    ],
                    body: .init(
                        byteBuffer: ByteBuffer(bytes: try authority.certificateBytes())))
            }
        ]
    }
}
