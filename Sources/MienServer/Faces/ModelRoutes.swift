import Networks
import HTTPTypes
import Hummingbird
import Mien

/// `GET /v1/model`: what answers, how it was measured, and the limits.
enum ModelRoutes {
    private struct Answer: Encodable {
        let name: String
        let names: [String]
        let sha256: String
        let version: String
        let kind: String
        let architecture: String?
        let created: String
        let imageSize: Int
        let classes: [String]
        let positiveClass: String
        let temperature: Double?
        let precision: String
        let validation: ValidationSummary?
        let trainingSamples: Int
        let trainedOnSyntheticFaces: Bool
        let intendedUse: String
        let limits: [String: Double]
        let notice: String

        enum CodingKeys: String, CodingKey {
            case name, names, sha256, version, kind, architecture, created, classes, temperature
            case precision, validation, limits, notice
            case imageSize = "image_size"
            case positiveClass = "positive_class"
            case trainingSamples = "training_samples"
            case trainedOnSyntheticFaces = "trained_on_synthetic_faces"
            case intendedUse = "intended_use"
        }
    }

    static var routes: [Route] {
        [
            Route(.get, "/v1/model", scope: .score) { exchange in
                let query = try Query(exchange, names: ["model"])
                let service = exchange.service
                let model = try service.model(query.text("model"))
                let card = model.predictor.card
                return JSON.response(
                    Answer(
                        name: model.name, names: service.models.map(\.name), sha256: model.sha256,
                        version: currentMienVersion, kind: (card.kind ?? .network).rawValue,
                        architecture: card.architecture?.rawValue, created: card.created,
                        imageSize: card.imageSize, classes: card.classes,
                        positiveClass: card.positive.name,
                        temperature: card.calibration?.temperature,
                        precision: "\(model.predictor.precision)", validation: card.validation,
                        trainingSamples: card.trainingSamples,
                        trainedOnSyntheticFaces: card.trainedOnSyntheticFaces,
                        intendedUse: card.intendedUse, limits: service.limits.published,
                        notice: FaceRoutes.notice))
            }
        ]
    }
}
