import HummingbirdCore
import Hummingbird
import Foundation
import HTTPTypes

/// A picture that a request brings: as the body itself, as a part of a form, or in base64.
enum SentImage {

    /// Reads the body and takes the picture out of it. No path and no address is ever taken.
    static func read(_ exchange: Exchange) async throws -> [UInt8] {
        let limit = exchange.service.limits.bodyBytes
        let type = exchange.request.headers[.contentType] ?? "application/octet-stream"
        let kind = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        if kind.hasPrefix("image/") || kind == "application/octet-stream" {
            return try await exchange.collectBody(limit: limit)
        }
        switch kind {
        case "multipart/form-data":
            let body = try await exchange.collectBody(limit: limit)
            return try Multipart.part(named: "image", of: body, contentType: type)
        case "application/json":
            let body = try await exchange.collectBody(limit: limit)
            let decoded = try? JSONDecoder().decode([String: String].self, from: Data(body))
            guard let text = decoded?["image"], decoded?.count == 1 else {
                throw Problem.malformed(
                    "The JSON is not {\"image\": \"base64\"}: parameters stand in the query.",
                    code: "malformed_json")
            }
            guard let data = Data(base64Encoded: text), !data.isEmpty else {
                throw Problem.malformed("image is no base64.", code: "malformed_base64")
            }
            return [UInt8](data)
        default:
            throw Problem(
                .unsupportedMediaType, "content_type",
                "Send the picture itself as image/jpeg, or multipart/form-data, or JSON.",
                closes: true)
        }
    }
}
