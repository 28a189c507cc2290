import Foundation
import HTTPTypes
import Hummingbird
import Imaging
import Mien

/// `POST /v1/explanations`: the faces of a picture, each scored one with its heat map.
enum ExplanationRoutes {
    private struct Row: Encodable {
        let row: PredictionRow
        let method: ExplanationMethod?
        let map: HeatMap?
        /// The crop with the map over it, PNG in base64.
        let picture: String?

        enum CodingKeys: String, CodingKey {
            case method, map, empty, caption
            case picture = "heat_map"
        }

        private struct Grid: Encodable {
            let width: Int
            let height: Int
            let values: [Float]
        }

        func encode(to encoder: any Encoder) throws {
            try row.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            guard let map else { return }
            try container.encodeIfPresent(method, forKey: .method)
            try container.encode(HeatMap.caption, forKey: .caption)
            try container.encodeIfPresent(map.emptiness, forKey: .empty)
            guard map.emptiness != .notFinite else { return }
            try container.encode(
                Grid(width: map.width, height: map.height, values: map.values), forKey: .map)
            try container.encodeIfPresent(picture, forKey: .picture)
        }
    }

    static var routes: [Route] {
        [
            Route(.post, "/v1/explanations", scope: .score) { exchange in
                let query = try Query(exchange, names: FaceRoutes.parameters)
                let choice = try FaceRoutes.Choice(exchange, query)
                let bytes = try await SentImage.read(exchange)
                let image = try await FaceRoutes.predict(bytes, choice, exchange, explains: true)
                let card = choice.model.predictor.card
                let rows = PredictionRow.rows(FileName(""), image, card)
                let method = ExplanationSession(for: card).method
                return JSON.response(
                    try rows.enumerated().map { index, row in
                        let face = index < image.faces.count ? image.faces[index] : nil
                        let map = face?.explanation?.map
                        return Row(
                            row: row.answer(notice: FaceRoutes.notice),
                            method: map == nil ? nil : method, map: map,
                            picture: try face.flatMap { try picture($0, card) })
                    })
            }
        ]
    }

    private static func picture(_ face: FacePrediction, _ card: ModelCard) throws -> String? {
        guard let map = face.explanation?.map, !map.isEmpty else { return nil }
        let overlay = map.overlay(on: face.crop, inputSize: card.imageSize)
        return Data(try overlay.encoded(as: .png)).base64EncodedString()
    }
}
