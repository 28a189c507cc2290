import Foundation
import HTTPTypes
import Hummingbird
import Mien
import NIOCore

/// The answer of an inference: score, emotions and status of the largest face of each picture.
struct InferenceAnswer {
    let request: InferenceRequest
    let model: LoadedModel
    let images: [ImagePrediction]

    private struct Body: Encodable {
        let modelName: String
        let modelVersion: String
        let id: String?
        let outputs: [Output]

        enum CodingKeys: String, CodingKey {
            case id, outputs
            case modelName = "model_name"
            case modelVersion = "model_version"
        }
    }

    private struct Output: Encodable {
        let name: String
        let datatype: String
        let shape: [Int]
        var parameters: [String: Int]?
        var data: TensorValues?
    }

    private enum TensorValues: Encodable {
        /// `nil` for a face that has no score.
        case numbers([Float?])
        case texts([String])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .numbers(let values): try container.encode(values)
            case .texts(let values): try container.encode(values)
            }
        }

        /// Little-endian; a text after its length.
        var bytes: [UInt8] {
            switch self {
            case .numbers(let values):
                values.flatMap {
                    withUnsafeBytes(of: ($0 ?? .nan).bitPattern.littleEndian) { Array($0) }
                }
            case .texts(let values):
                values.flatMap { text in
                    withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) }
                        + Array(text.utf8)
                }
            }
        }
    }

    private static let inferenceHeader = HTTPField.Name("Inference-Header-Content-Length")

    var response: Response {
        var binary: [UInt8] = []
        let outputs = request.outputs.map { name, isBinary in
            let (datatype, shape, values) = tensor(name)
            guard isBinary else {
                return Output(name: name, datatype: datatype, shape: shape, data: values)
            }
            let bytes = values.bytes
            binary += bytes
            return Output(
                name: name, datatype: datatype, shape: shape,
                parameters: ["binary_data_size": bytes.count])
        }
        let json = JSON.data(
            Body(
                modelName: model.name, modelVersion: model.version, id: request.id,
                outputs: outputs))
        guard request.outputs.contains(where: \.isBinary) else { return JSON.response(json) }
        var response = JSON.response(json + binary, type: "application/octet-stream")
        if let name = Self.inferenceHeader { response.headers[name] = "\(json.count)" }
        return response
    }

    private func tensor(_ name: String) -> (String, [Int], TensorValues) {
        let faces = images.map { $0.faces.first }
        let count = images.count
        switch name {
        case "score":
            return (
                "FP32", [count],
                .numbers(faces.map { $0.flatMap { Self.answered($0)?.score.map(Float.init) } })
            )
        case "emotions":
            let classes = model.emotionCount
            let rows = faces.flatMap { face -> [Float?] in
                let values =
                    face.flatMap(Self.answered)?.emotions.map { Float($0.probability) } ?? []
                return values.count == classes
                    ? values : [Float?](repeating: nil, count: classes)
            }
            return ("FP32", [count, classes], .numbers(rows))
        default:
            return (
                "BYTES", [count],
                .texts(faces.map { ($0?.status ?? .noFace).rawValue })
            )
        }
    }

    private static func answered(_ face: FacePrediction) -> FacePrediction? {
        face.status == .ok ? face : nil
    }
}

extension LoadedModel {
    /// The first digits of the model file's SHA-256.
    var version: String { String(sha256.prefix(12)) }

    /// Columns of the output `emotions`.
    var emotionCount: Int {
        predictor.card.head == .emotions ? predictor.card.classes.count : 0
    }
}
