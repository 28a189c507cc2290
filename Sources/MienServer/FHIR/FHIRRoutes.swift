import Foundation
import HTTPTypes
import Hummingbird
import Mien

/// `POST /fhir/$mien-observe` and `GET /fhir/metadata`: a converter, which stores nothing.
enum FHIRRoutes {
    private static let type = "application/fhir+json"

    static var routes: [Route] {
        [
            Route(.post, "/fhir/$mien-observe", scope: .score) { exchange in
                let query = try Query(exchange, names: FaceRoutes.parameters)
                let choice = try FaceRoutes.Choice(exchange, query)
                let bytes = try await SentImage.read(exchange)
                let image = try await FaceRoutes.predict(bytes, choice, exchange)
                return response(image, choice.model, picture: bytes)
            },
            Route(.get, "/fhir/metadata") { _ in JSON.response(capabilities, type: type) },
        ]
    }

    static func response(
        _ image: ImagePrediction, _ model: LoadedModel, picture: [UInt8]
    ) -> Response {
        JSON.response(FHIRBundle.make(image, model, picture: picture), type: type)
    }

    private static var capabilities: FHIRBundle.Value {
        .object([
            "resourceType": .text("CapabilityStatement"), "status": .text("active"),
            "date": .text("2026-11-28"), "kind": .text("instance"),
            "fhirVersion": .text("4.0.1"), "format": .list([.text("json")]),
            "implementation": .object([
                "description": .text(
                    "Mien \(currentMienVersion): turns a picture into an observation; stores nothing."
                )
            ]),
            "rest": .list([
                .object([
                    "mode": .text("server"),
                    "operation": .list([
                        .object([
                            "name": .text("mien-observe"),
                            "definition": .text("urn:mien:operation:mien-observe"),
                        ])
                    ]),
                ])
            ]),
        ])
    }
}
