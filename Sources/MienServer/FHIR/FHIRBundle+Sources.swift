import Crypto
import Foundation
import Imaging
import Mien

/// What an observation comes from: the model and its card, the picture, the person.
extension FHIRBundle {
    /// A pseudonym and nothing else: no name, no date of birth, no gender.
    static func patientResource(_ subject: FHIRSubject) -> Value {
        .object([
            "resourceType": .text("Patient"),
            "identifier": .list([
                .object(["system": .text(subject.system), "value": .text(subject.pseudonym)])
            ]),
        ])
    }

    static func deviceResource(_ model: LoadedModel) -> Value {
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

    /// The model card in Markdown, whole.
    static func cardResource(_ model: LoadedModel, _ time: Value) -> Value {
        let text = Data(model.cardText.utf8)
        return .object([
            "resourceType": .text("DocumentReference"), "status": .text("current"),
            "type": concept(transparency + "AIinputsCS", "AIModelCard"),
            "category": .list([
                concept(transparency + "AIinputsCS", "AIModelCardMarkdownFormat")
            ]),
            "date": time,
            "content": .list([
                .object([
                    "attachment": .object([
                        "contentType": .text("text/markdown"), "size": .whole(text.count),
                        "hash": .text(sha1(text)),
                        "title": .text("Model card of Mien \(model.name)"),
                        "data": .text(text.base64EncodedString()),
                    ])
                ])
            ]),
        ])
    }

    /// The picture without its bytes.
    static func mediaResource(
        _ image: ImagePrediction, _ picture: [UInt8], _ links: Links, _ time: Value
    ) -> Value {
        var fields: [String: Value] = [
            "resourceType": .text("Media"), "status": .text("completed"),
            "type": concept(terminology + "media-type", "image"), "createdDateTime": time,
            "width": .whole(image.width), "height": .whole(image.height),
            "content": .object([
                "contentType": .text(contentType(picture)), "size": .whole(picture.count),
                "hash": .text(sha1(picture)),
            ]),
        ]
        if let subject = links.subject { fields["subject"] = reference(subject) }
        return .object(fields)
    }

    /// FHIR asks for this digest; it protects nothing here.
    private static func sha1(_ bytes: some DataProtocol) -> String {
        Data(Insecure.SHA1.hash(data: bytes)).base64EncodedString()
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
}
