import Foundation
import HTTPTypes
import Hummingbird
import Imaging
import Mien
import NIOCore

/// Why a request is refused: an RFC 9457 problem with a code, the limit and the value found.
struct Problem: Error, Sendable {
    let status: HTTPResponse.Status
    /// One word for programs.
    let code: String
    /// A sentence for people; holds no path and nothing that the client sent.
    let detail: String
    var limit: Double?
    var found: Double?
    /// Seconds after which the client may ask again.
    var retryAfter: Int?
    /// The methods that a path has.
    var allow: [HTTPRequest.Method] = []
    /// Whether the connection is of no more use.
    var closes = false

    init(
        _ status: HTTPResponse.Status, _ code: String, _ detail: String, limit: Double? = nil,
        found: Double? = nil, retryAfter: Int? = nil, allow: [HTTPRequest.Method] = [],
        closes: Bool = false
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.limit = limit
        self.found = found
        self.retryAfter = retryAfter
        self.allow = allow
        self.closes = closes
    }

    /// The deadline of a request has passed.
    static func late(_ seconds: Double) -> Problem {
        Problem(
            .serviceUnavailable, "deadline", "The request was not answered within its time.",
            limit: seconds, retryAfter: 1)
    }

    /// A value of the query or of a field that cannot be used.
    static func malformed(_ detail: String, code: String = "malformed") -> Problem {
        Problem(.badRequest, code, detail)
    }

    private struct Body: Encodable {
        let type = "about:blank"
        let title: String
        let status: Int
        let code: String
        let detail: String
        let limit: Double?
        let found: Double?
    }

    private struct InferenceBody: Encodable {
        let error: String
    }

    /// The answer.
    /// - Parameter isInference: whether it is one of the Open Inference Protocol, whose errors have a
    ///   form of their own.
    func response(isInference: Bool) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = isInference ? "application/json" : "application/problem+json"
        if let retryAfter { headers[.retryAfter] = "\(max(1, retryAfter))" }
        if !allow.isEmpty {
            headers[.allow] = allow.map(\.rawValue).joined(separator: ", ")
        }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        let data: Data
        if isInference {
            data = JSON.data(InferenceBody(error: detail))
        } else {
            data = JSON.data(
                Body(
                    title: status.reasonPhrase, status: status.code, code: code, detail: detail,
                    limit: limit, found: found))
        }
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}

extension Problem {
    /// What an error of the library is to the client.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case is ClientGone:
            self.init(
                .init(code: 499, reasonPhrase: "Client Closed Request"), "client_gone",
                "The client has closed the connection.", closes: true)
        case is CancellationError:
            self.init(
                .serviceUnavailable, "stopped", "The service stops.", retryAfter: 5, closes: true)
        case let error as ImageError: self.init(error.problem)
        case let error as UnreadableVideo:
            self.init(.unprocessableContent, "unreadable_video", "The video \(error).")
        case let error as QueueFullError:
            self.init(
                .serviceUnavailable, "queue_full", "As many requests wait as may.",
                limit: Double(error.limit), retryAfter: 1)
        case let error as UsageError:
            self.init(
                .badRequest, "malformed",
                "\(error.subject): found \(error.found), expected \(error.expected).")
        default:
            self.init(
                .internalServerError, "failure", "The service failed at this request.")
        }
    }

    private init(_ problem: ImageError.Problem) {
        func sentence(_ problem: ImageError.Problem) -> String {
            "The picture " + problem.explanation(of: "the picture") + "."
        }
        switch problem {
        case .empty: self.init(.badRequest, "empty", "The request has no picture.")
        case .tooManyBytes(let found, let limit):
            self.init(
                .contentTooLarge, "body_too_large", sentence(problem), limit: Double(limit),
                found: Double(found))
        case .tooLarge(let width, let height, let limits)
        where max(width, height) > limits.maximumSide:
            self.init(
                .contentTooLarge, "too_long_side", "A side of the picture has too many pixels.",
                limit: Double(limits.maximumSide), found: Double(max(width, height)))
        case .tooLarge(let width, let height, let limits):
            self.init(
                .contentTooLarge, "too_many_pixels", "The picture claims too many pixels.",
                limit: Double(limits.maximumPixels), found: Double(width) * Double(height))
        case .notAnImage:
            self.init(
                .unsupportedMediaType, "no_picture",
                "The bytes are no picture: PNG, JPEG, WebP, BMP, TIFF, PGM and PPM are read.")
        case .otherFile(let file):
            self.init(
                .unsupportedMediaType, "no_picture",
                "The bytes are \(file.name): PNG, JPEG, WebP, BMP, TIFF, PGM and PPM are read.")
        case .video:
            self.init(
                .unsupportedMediaType, "video", "The bytes are a video: /v1/videos takes it.")
        case .unsupported: self.init(.unsupportedMediaType, "unsupported", sentence(problem))
        case .truncated, .damaged, .unreadable, .cannotEncode:
            self.init(.unprocessableContent, "damaged", sentence(problem))
        }
    }
}

/// JSON as the service writes it: sorted keys, one line.
enum JSON {
    static func data(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Values of the service's own types, all of which can be written.
        return (try? encoder.encode(value)) ?? Data("{}".utf8)
    }

    static func response(
        _ value: some Encodable, status: HTTPResponse.Status = .ok,
        type: String = "application/json"
    ) -> Response {
        response(data(value), status: status, type: type)
    }

    static func response(
        _ data: Data, status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}
