import Foundation
import Imaging
import Mien

/// The faces of a picture as a FHIR R4 Bundle: Device, DocumentReference of the model card, Media, an
/// Observation for each face, and Provenance; a Patient with a pseudonym alone where the request names
/// one. An observation of an expression, which is no diagnosis and never says so.
enum FHIRBundle {
    /// Of the codes that no terminology has.
    static let ownSystem = "urn:mien:codes"
    static let terminology = "http://terminology.hl7.org/CodeSystem/"
    static let transparency = "http://hl7.org/fhir/uv/aitransparency/CodeSystem/"

    static func coding(_ system: String, _ code: String, _ display: String? = nil) -> Value {
        var fields: [String: Value] = ["system": .text(system), "code": .text(code)]
        if let display { fields["display"] = .text(display) }
        return .object(fields)
    }

    static func concept(
        _ system: String, _ code: String, text: String? = nil
    ) -> Value {
        var fields: [String: Value] = ["coding": .list([coding(system, code)])]
        if let text { fields["text"] = .text(text) }
        return .object(fields)
    }

    static var artificial: Value {
        coding(terminology + "v3-ObservationValue", "AIAST", "Artificial Intelligence asserted")
    }

    static func reference(_ url: String) -> Value { .object(["reference": .text(url)]) }

    /// The identifiers of the resources that others of the bundle refer to.
    struct Links {
        let device = Links.identifier()
        let card = Links.identifier()
        let media = Links.identifier()
        let subject: String?

        /// - Parameter hasSubject: whether the bundle has a Patient.
        init(hasSubject: Bool) { subject = hasSubject ? Links.identifier() : nil }

        static func identifier() -> String { "urn:uuid:\(UUID().uuidString.lowercased())" }
    }

    /// - Parameters:
    ///   - picture: the bytes that were sent; only their size and hash are in the bundle.
    ///   - subject: whose picture it is; `nil` for a bundle that says nothing of that.
    ///   - now: when the picture was scored.
    static func make(
        _ image: ImagePrediction, _ model: LoadedModel, picture: [UInt8],
        subject: FHIRSubject? = nil, now: Date = .now
    ) -> Value {
        let links = Links(hasSubject: subject != nil)
        let time = Value.text(now.formatted(.iso8601))
        let observations = (image.faces.isEmpty ? [nil] : image.faces.map(Optional.some))
            .enumerated().map { index, face in
                (
                    Links.identifier(),
                    observation(face, number: index + 1, model, links, time)
                )
            }
        var entries: [(String, Value)] = []
        if let subject, let url = links.subject { entries.append((url, patientResource(subject))) }
        entries += [
            (links.device, deviceResource(model)),
            (links.card, cardResource(model, time)),
            (links.media, mediaResource(image, picture, links, time)),
        ]
        entries += observations
        entries.append(
            (Links.identifier(), provenanceResource(observations.map(\.0), links, time)))
        return .object([
            "resourceType": .text("Bundle"), "type": .text("collection"), "timestamp": time,
            "entry": .list(
                entries.map {
                    .object(["fullUrl": .text($0.0), "resource": $0.1])
                }),
        ])
    }

    private static func provenanceResource(
        _ targets: [String], _ links: Links, _ time: Value
    ) -> Value {
        func entity(_ role: String, _ url: String) -> Value {
            .object(["role": .text(role), "what": reference(url)])
        }
        return .object([
            "resourceType": .text("Provenance"), "target": .list(targets.map(reference)),
            "recorded": time, "reason": .list([.object(["coding": .list([artificial])])]),
            "activity": concept(terminology + "v3-DataOperation", "CREATE"),
            "agent": .list([
                .object([
                    "type": concept(terminology + "provenance-participant-type", "assembler"),
                    "role": .list([
                        concept(transparency + "AIdeviceTypeCS", "Artificial-Intelligence")
                    ]),
                    "who": reference(links.device),
                ])
            ]),
            "entity": .list([
                entity("source", links.media), entity("derivation", links.card),
            ]),
        ])
    }
}
