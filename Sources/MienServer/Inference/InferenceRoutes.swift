import Foundation
import HTTPTypes
import Hummingbird
import Mien

/// `/v2`: the Open Inference Protocol, so that clients of Triton and KServe can ask.
enum InferenceRoutes {
    private struct Server: Encodable {
        let name = "mien"
        let version = currentMienVersion
        let extensions = ["binary_tensor_data"]
        let limits: [String: Double]
    }

    private struct Tensor: Encodable {
        let name: String
        let datatype: String
        let shape: [Int]
    }

    private struct Metadata: Encodable {
        let name: String
        let versions: [String]
        let platform = "mien"
        let inputs: [Tensor]
        let outputs: [Tensor]
        let parameters: [String: String]
    }

    private struct Ready: Encodable {
        let name: String
        let ready: Bool
    }

    static var routes: [Route] {
        var routes = [
            Route(.get, "/v2") { exchange in
                JSON.response(Server(limits: exchange.service.limits.published))
            },
            Route(.get, "/v2/health/live") { exchange in health(exchange, isReadiness: false) },
            Route(.get, "/v2/health/ready") { exchange in health(exchange, isReadiness: true) },
        ]
        for path in ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"] {
            routes += [
                Route(.get, path, scope: .score) { JSON.response(metadata(try model($0))) },
                Route(.get, path + "/ready") { exchange in
                    let isReady = exchange.service.unready == nil
                    return JSON.response(
                        Ready(name: try model(exchange).name, ready: isReady),
                        status: isReady ? .ok : .serviceUnavailable)
                },
                Route(.post, path + "/infer", scope: .score) { try await infer($0) },
            ]
        }
        return routes
    }

    /// The specification's text and its schema differ in the key: both are there.
    private static func health(_ exchange: Exchange, isReadiness: Bool) -> Response {
        let value = !isReadiness || exchange.service.unready == nil
        return JSON.response(
            isReadiness ? ["live": value, "ready": value] : ["live": true, "ready": true],
            status: value ? .ok : .serviceUnavailable)
    }

    private static func model(_ exchange: Exchange) throws(Problem) -> LoadedModel {
        let model = try exchange.service.model(exchange.parameter("model"))
        let version = exchange.parameter("version")
        guard version.isEmpty || version == model.version else {
            throw Problem(.notFound, "no_version", "The model has no such version.")
        }
        return model
    }

    private static func metadata(_ model: LoadedModel) -> Metadata {
        let side = InferenceRequest.side
        return Metadata(
            name: model.name, versions: [model.version],
            inputs: [
                Tensor(name: "image", datatype: "BYTES", shape: [-1]),
                Tensor(name: "face", datatype: "UINT8", shape: [-1, side, side]),
            ],
            outputs: [
                Tensor(name: "score", datatype: "FP32", shape: [-1]),
                Tensor(name: "emotions", datatype: "FP32", shape: [-1, model.emotionCount]),
                Tensor(name: "status", datatype: "BYTES", shape: [-1]),
            ], parameters: ["notice": FaceRoutes.notice])
    }

    private static func infer(_ exchange: Exchange) async throws -> Response {
        let query = try Query(exchange, names: [])
        let model = try model(exchange)
        let field = HTTPField.Name("Inference-Header-Content-Length")
        let text = field.flatMap { exchange.request.headers[$0] }
        let length = text.flatMap { Int($0) }
        guard (text == nil) == (length == nil) else {
            throw Problem.malformed("Inference-Header-Content-Length is no number.")
        }
        let body = try await exchange.collectBody(limit: exchange.service.limits.bodyBytes)
        let request = try InferenceRequest(body, headerLength: length)
        let choice = try FaceRoutes.Choice(
            exchange, query, model: model, wholeImage: request.areFaces, count: 1)
        let images = try await withThrowingTaskGroup(of: (Int, ImagePrediction).self) { group in
            for (index, picture) in request.pictures.enumerated() {
                group.addTask {
                    (index, try await FaceRoutes.predict(picture, choice, exchange))
                }
            }
            return try await group.reduce(into: [Int: ImagePrediction]()) { $0[$1.0] = $1.1 }
        }
        return InferenceAnswer(
            request: request, model: model,
            images: request.pictures.indices.compactMap { images[$0] }
        ).response
    }
}
