import Foundation
import HTTPTypes
import Hummingbird
import Mien

/// `POST /fhir/$mien-observe` and `GET /fhir/metadata`: a converter, which stores nothing.
enum FHIRRoutes {
    private static let type = "application/fhir+json"
    /// The parameter that names whose picture it is.
    static let subject = "subject"

    static var routes: [Route] {
        [
            Route(.post, "/fhir/$mien-observe", scope: .score) { exchange in
                let query = try Query(exchange, names: FaceRoutes.parameters + [subject])
                let choice = try FaceRoutes.Choice(exchange, query)
                let person = try self.person(query)
                let bytes = try await SentImage.read(exchange)
                let image = try await FaceRoutes.predict(bytes, choice, exchange)
                return response(image, choice.model, picture: bytes, person)
            },
            Route(.get, "/fhir/metadata") { _ in JSON.response(capabilities, type: type) },
        ]
    }

    /// - Throws: `Problem` 400 for a subject that is no system and pseudonym.
    static func person(_ query: Query) throws(Problem) -> FHIRSubject? {
        guard let text = query.text(subject) else { return nil }
        return try FHIRSubject(text)
    }

    static func response(
        _ image: ImagePrediction, _ model: LoadedModel, picture: [UInt8], _ person: FHIRSubject?
    ) -> Response {
        JSON.response(
            FHIRBundle.make(image, model, picture: picture, subject: person), type: type)
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
