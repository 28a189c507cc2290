import Foundation
import HTTPTypes
import Hummingbird
import Mien
import NIOCore

/// `POST /v1/faces`: the faces of a picture, as `mien predict --json` prints them.
enum FaceRoutes {
    /// What every answer says beside the scores.
    static let notice =
        "The score is the probability that annotators call the expression sad or neutral. It is no "
        + "diagnosis and no basis for a decision about a person."

    static let parameters = [
        "model", "whole_image", "largest", "abstain_below", "limit",
    ]

    static var routes: [Route] {
        [Route(.post, "/v1/faces", scope: .score) { try await faces($0) }]
    }

    /// How a picture is to be looked at.
    struct Choice: Sendable {
        let model: LoadedModel
        let wholeImage: Bool
        let count: Int
        let abstainBelow: Double?
        let seconds: Double

        /// - Parameters:
        ///   - model: instead of the one that the query names.
        ///   - wholeImage: instead of what the query says, as is `count`.
        init(
            _ exchange: Exchange, _ query: Query, model: LoadedModel? = nil,
            wholeImage: Bool? = nil, count: Int? = nil
        ) throws(Problem) {
            let limits = exchange.service.limits
            if let model {
                self.model = model
            } else {
                self.model = try exchange.service.model(query.text("model"))
            }
            if let wholeImage {
                self.wholeImage = wholeImage
            } else {
                self.wholeImage = try query.flag("whole_image")
            }
            let limit = try query.count("limit", 1 ... limits.faces) ?? limits.faces
            let isLargest = try query.flag("largest")
            self.count = count ?? (isLargest ? 1 : limit)
            abstainBelow = try query.number("abstain_below", 0.5 ... 1)
            seconds = try exchange.allowedSeconds(limits.requestSeconds)
        }
    }

    private static func faces(_ exchange: Exchange) async throws -> Response {
        let query = try Query(exchange, names: parameters + ["_format", FHIRRoutes.subject])
        let choice = try Choice(exchange, query)
        let format = query.text("_format") ?? "json"
        guard ["json", "fhir"].contains(format) else {
            throw Problem.malformed("_format: expected json or fhir.")
        }
        let person = try FHIRRoutes.person(query)
        guard person == nil || format == "fhir" else {
            throw Problem.malformed("subject: expected _format=fhir with it.")
        }
        let bytes = try await SentImage.read(exchange)
        let image = try await predict(bytes, choice, exchange)
        guard format == "json" else {
            return FHIRRoutes.response(image, choice.model, picture: bytes, person)
        }
        let rows = PredictionRow.rows(FileName(""), image, choice.model.predictor.card)
        return try answer(rows.map { $0.answer(notice: notice) }, exchange)
    }

    /// Scores a picture in its turn.
    /// - Parameter explains: makes a map of each face too.
    static func predict(
        _ bytes: [UInt8], _ choice: Choice, _ exchange: Exchange, explains: Bool = false
    ) async throws -> ImagePrediction {
        let service = exchange.service
        let seconds = exchange.remaining(of: choice.seconds)
        try service.admission.enter(.picture, within: seconds)
        var image: ImagePrediction = try await withDeadline(
            seconds: seconds, of: exchange.connection, late: .late(choice.seconds)
        ) {
            var isAnswered = false
            defer { service.admission.leave(.picture, answered: isAnswered) }
            let predictor =
                explains
                ? try await choice.model.explainer() : choice.model.predictor
            let image = try await predictor.predict(decoding: bytes, wholeImage: choice.wholeImage)
            isAnswered = true
            return image
        }
        image.keep(choice.count)
        if let limit = choice.abstainBelow { image.abstain(below: limit) }
        exchange.add(image.seconds)
        record(image, in: service.metrics)
        return image
    }

    private static func record(_ image: ImagePrediction, in metrics: Metrics) {
        let seconds = image.seconds
        metrics.observe("mien_queue_seconds", seconds.queue)
        for (stage, value) in [
            ("decode", seconds.decode), ("detect", seconds.detect), ("score", seconds.score),
        ] {
            metrics.observe("mien_stage_seconds", value, ["stage": stage])
        }
        if image.faces.isEmpty {
            metrics.count("mien_faces_total", ["status": PredictionStatus.noFace.rawValue])
        }
        for face in image.faces {
            metrics.count("mien_faces_total", ["status": face.status.rawValue])
        }
    }

    /// Rows as an array, or one a line where the client asks for that.
    private static func answer(_ rows: [PredictionRow], _ exchange: Exchange) throws -> Response {
        let lines = try rows.map { try $0.json() }
        if exchange.request.headers[.accept]?.contains("application/x-ndjson") == true {
            return JSON.response(
                Data(lines.map { $0 + "\n" }.joined().utf8), type: "application/x-ndjson")
        }
        return JSON.response(Data("[\(lines.joined(separator: ","))]".utf8))
    }
}
