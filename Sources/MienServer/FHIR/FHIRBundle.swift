import Crypto
import Foundation
import Imaging
import Mien

/// The faces of a picture as a FHIR R4 Bundle: Device, Media, an Observation for each face, and
/// Provenance. An observation of an expression, which is no diagnosis and never says so.
enum FHIRBundle {
    /// Any JSON value.
    indirect enum Value: Encodable {
        case text(String)
        case number(Double)
        case whole(Int)
        case flag(Bool)
        case list([Value])
        case object([String: Value])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .whole(let value): try container.encode(value)
            case .flag(let value): try container.encode(value)
            case .list(let value): try container.encode(value)
            case .object(let value): try container.encode(value)
            }
        }
    }

    /// Of the codes that no terminology has.
    static let ownSystem = "urn:mien:codes"
    private static let terminology = "http://terminology.hl7.org/CodeSystem/"
    private static let transparency = "http://hl7.org/fhir/uv/aitransparency/CodeSystem/"

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

    private static var artificial: Value {
        coding(terminology + "v3-ObservationValue", "AIAST", "Artificial Intelligence asserted")
    }

    /// - Parameters:
    ///   - picture: the bytes that were sent; only their size and hash are in the bundle.
    ///   - now: when the picture was scored.
    static func make(
        _ image: ImagePrediction, _ model: LoadedModel, picture: [UInt8], now: Date = .now
    ) -> Value {
        func identifier() -> String { "urn:uuid:\(UUID().uuidString.lowercased())" }
        let (device, media, provenance) = (identifier(), identifier(), identifier())
        let time = Value.text(now.formatted(.iso8601))
        let observations = (image.faces.isEmpty ? [nil] : image.faces.map(Optional.some))
            .enumerated().map { index, face in
                (
                    identifier(),
                    observation(
                        face, number: index + 1, model, device: device, media: media, time)
                )
            }
        let entries: [(String, Value)] =
            [
                (device, deviceResource(model)),
                (media, mediaResource(image, picture, time)),
            ] + observations + [
                (
                    provenance,
                    provenanceResource(observations.map(\.0), device: device, media: media, time)
                )
            ]
        return .object([
            "resourceType": .text("Bundle"), "type": .text("collection"), "timestamp": time,
            "entry": .list(
                entries.map {
                    .object(["fullUrl": .text($0.0), "resource": $0.1])
                }),
        ])
    }

    private static func reference(_ url: String) -> Value { .object(["reference": .text(url)]) }

    private static func deviceResource(_ model: LoadedModel) -> Value {
        .object([
            "resourceType": .text("Device"), "status": .text("active"),
            "deviceName": .list([
                .object(["name": .text("Mien \(model.name)"), "type": .text("model-name")])
            ]),
            "version": .list([
                .object([
                    "value": .text(model.sha256),
                    "type": .object(["text": .text("SHA-256 of the model file")]),
                ]),
                .object([
                    "value": .text(currentMienVersion), "type": .object(["text": .text("program")]),
                ]),
            ]),
            "type": concept(transparency + "AIdeviceTypeCS", "Artificial-Intelligence"),
        ])
    }

    private static func mediaResource(
        _ image: ImagePrediction, _ picture: [UInt8], _ time: Value
    ) -> Value {
        .object([
            "resourceType": .text("Media"), "status": .text("completed"),
            "type": concept(terminology + "media-type", "image"), "createdDateTime": time,
            "width": .whole(image.width), "height": .whole(image.height),
            "content": .object([
                "contentType": .text(contentType(picture)), "size": .whole(picture.count),
                "hash": .text(
                    Data(Insecure.SHA1.hash(data: picture)).base64EncodedString()),
            ]),
        ])
    }

    private static func contentType(_ bytes: [UInt8]) -> String {
        switch bytes.first {
        case 0x89: "image/png"
        case 0xFF: "image/jpeg"
        case 0x52: "image/webp"
        case 0x42: "image/bmp"
        case 0x49, 0x4D: "image/tiff"
        default: "image/x-portable-anymap"
        }
    }

    private static func observation(
        _ face: FacePrediction?, number: Int, _ model: LoadedModel, device: String, media: String,
        _ time: Value
    ) -> Value {
        let card = model.predictor.card
        let code = "sad-or-neutral-expression-score"
        var fields: [String: Value] = [
            "resourceType": .text("Observation"), "status": .text("preliminary"),
            "meta": .object(["security": .list([artificial])]),
            "category": .list([concept(ownSystem, "expression-analysis")]),
            "code": concept(
                ownSystem, card.positive == .paper ? code : "expression-score",
                text: "Probability that annotators call the expression \(card.positive.name) "
                    + "(proxy label; not a diagnosis)"),
            "effectiveDateTime": time,
            "method": .object(["text": .text("Mien, model SHA-256 \(model.sha256)")]),
            "device": reference(device), "derivedFrom": .list([reference(media)]),
            "note": .list([.object(["text": .text(FaceRoutes.notice)])]),
        ]
        let isAnswered = face.map { $0.status == .ok } ?? false
        if let score = face?.score, isAnswered {
            fields["valueQuantity"] = quantity(score)
        } else {
            fields["dataAbsentReason"] = concept(
                terminology + "data-absent-reason", "not-performed",
                text: face.map { $0.reason ?? $0.status.rawValue } ?? "no face was found")
        }
        var components: [Value] = []
        if let face, isAnswered {
            components += face.emotions.map { emotion in
                component("emotion-\(emotion.emotion.name)", quantity(emotion.probability))
            }
        }
        if let confidence = face?.face?.confidence {
            components.append(component("detection-confidence", quantity(confidence)))
        }
        if let face, face.face != nil {
            components.append(
                .object([
                    "code": concept(ownSystem, "face-number"), "valueInteger": .whole(number),
                ]))
        }
        if !components.isEmpty { fields["component"] = .list(components) }
        return .object(fields)
    }

    private static func component(_ code: String, _ value: Value) -> Value {
        .object(["code": concept(ownSystem, code), "valueQuantity": value])
    }

    private static func quantity(_ value: Double) -> Value {
        .object([
            "value": .number(value), "system": .text("http://unitsofmeasure.org"),
            "code": .text("1"),
        ])
    }

    private static func provenanceResource(
        _ targets: [String], device: String, media: String, _ time: Value
    ) -> Value {
        .object([
            "resourceType": .text("Provenance"), "target": .list(targets.map(reference)),
            "recorded": time, "reason": .list([.object(["coding": .list([artificial])])]),
            "activity": concept(terminology + "v3-DataOperation", "CREATE"),
            "agent": .list([
                .object([
                    "type": concept(terminology + "provenance-participant-type", "assembler"),
                    "role": .list([
                        concept(transparency + "AIdeviceTypeCS", "Artificial-Intelligence")
                    ]),
                    "who": reference(device),
                ])
            ]),
            "entity": .list([.object(["role": .text("source"), "what": reference(media)])]),
        ])
    }
}
