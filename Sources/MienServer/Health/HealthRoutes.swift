import HTTPTypes
import Hummingbird
import Mien

/// `GET /livez`, `/readyz`: whether the service runs, and whether it takes requests.
enum HealthRoutes {
    private struct Status: Encodable {
        let status: String
        var reason: String?
    }

    static var routes: [Route] {
        [
            Route(.get, "/livez") { _ in JSON.response(Status(status: "live")) },
            Route(.get, "/readyz") { exchange in
                guard let reason = exchange.service.unready else {
                    return JSON.response(Status(status: "ready"))
                }
                return JSON.response(
                    Status(status: "unready", reason: reason), status: .serviceUnavailable)
            },
        ]
    }
}
