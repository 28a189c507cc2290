import Imaging
import Mien

extension FHIRBundle {
    /// - Parameters:
    ///   - face: `nil` for a picture without one.
    ///   - number: of the face in its picture, from 1.
    static func observation(
        _ face: FacePrediction?, number: Int, _ model: LoadedModel, _ links: Links, _ time: Value
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
            "device": reference(links.device), "derivedFrom": .list([reference(links.media)]),
            "note": .list([.object(["text": .text(FaceRoutes.notice)])]),
        ]
        if let subject = links.subject { fields["subject"] = reference(subject) }
        let isAnswered = face.map { $0.status == .ok } ?? false
        if let score = face?.score, isAnswered {
            fields["valueQuantity"] = quantity(score)
        } else {
            fields["dataAbsentReason"] = concept(
                terminology + "data-absent-reason", "not-performed",
                text: face.map { $0.reason ?? $0.status.rawValue } ?? "no face was found")
        }
        let components = face.map { self.components($0, number, isAnswered: isAnswered) } ?? []
        if !components.isEmpty { fields["component"] = .list(components) }
        return .object(fields)
    }

    private static func components(
        _ face: FacePrediction, _ number: Int, isAnswered: Bool
    ) -> [Value] {
        var components: [Value] = []
        if isAnswered {
            components += face.emotions.map { emotion in
                component("emotion-\(emotion.emotion.name)", quantity(emotion.probability))
            }
        }
        if let confidence = face.face?.confidence {
            components.append(component("detection-confidence", quantity(confidence)))
        }
        if face.quality != nil {
            let names = face.problems.map(\.name).joined(separator: " ")
            components.append(
                .object([
                    "code": concept(ownSystem, "quality-problems"),
                    "valueString": .text(names.isEmpty ? "none" : names),
                ]))
        }
        if face.face != nil {
            components.append(
                .object([
                    "code": concept(ownSystem, "face-number"), "valueInteger": .whole(number),
                ]))
        }
        return components
    }

    private static func component(_ code: String, _ value: Value) -> Value {
        .object(["code": concept(ownSystem, code), "valueQuantity": value])
    }

    /// A share from 0 to 1, in UCUM's unit of none.
    private static func quantity(_ value: Double) -> Value {
        .object([
            "value": .number(value), "system": .text("http://unitsofmeasure.org"),
            "code": .text("1"),
        ])
    }
}
