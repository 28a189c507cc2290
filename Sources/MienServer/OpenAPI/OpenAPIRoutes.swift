import Foundation
import HTTPTypes
import Hummingbird

/// `GET /openapi.json`: the interface, written by hand and part of the program.
enum OpenAPIRoutes {
    static var routes: [Route] {
        [
            Route(.get, "/openapi.json") { _ in
                JSON.response(Data(PackageResources.openapi_json))
            }
        ]
    }
}
