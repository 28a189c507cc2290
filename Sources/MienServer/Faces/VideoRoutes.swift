import Foundation
import HTTPTypes
import Hummingbird
import Imaging
import Mien
import NIOCore
import Synchronization

/// `POST /v1/videos`: the faces of a short video, a row a line as they are found.
enum VideoRoutes {
    private struct End: Encodable {
        let kind = "end"
        let frames: Int
        let endedEarly: Bool
        let isCut: Bool
        let notes: [String]

        enum CodingKeys: String, CodingKey {
            case kind, frames, notes
            case endedEarly = "ended_early"
            case isCut = "cut_at_limit"
        }
    }

    private struct Failure: Encodable {
        let kind = "error"
        let code: String
        let detail: String
    }

    static var routes: [Route] {
        [Route(.post, "/v1/videos", scope: .score) { try await videos($0) }]
    }

    private static func videos(_ exchange: Exchange) async throws -> Response {
        let service = exchange.service
        let limits = service.limits
        let query = try Query(exchange, names: ["model", "frames_per_second"])
        let model = try service.model(query.text("model"))
        var options = VideoOptions()
        options.limits = limits.decoding
        options.sampling = .perSecond(
            try query.number("frames_per_second", 0.1 ... 60) ?? 5)
        let type = exchange.request.headers[.contentType] ?? "application/octet-stream"
        guard type.hasPrefix("video/") || type.hasPrefix("application/octet-stream") else {
            throw Problem(
                .unsupportedMediaType, "content_type", "Send the video itself as video/mp4.",
                closes: true)
        }
        let seconds = try exchange.allowedSeconds(limits.videoSeconds)
        let bytes = try await exchange.collectBody(limit: limits.videoBytes)
        guard VideoSignature(bytes: Array(bytes.prefix(VideoSignature.length))).isVideo else {
            throw Problem(.unsupportedMediaType, "no_video", "The bytes are no video.")
        }
        let file = try UnnamedFile(bytes)
        try service.admission.enter(.video, within: exchange.remaining(of: seconds))
        let held = exchange.takeHeldBytes()
        let (rows, continuation) = AsyncStream<ByteBuffer>.makeStream(
            bufferingPolicy: .unbounded)
        let settings = options
        let work = Task {
            var isAnswered = false
            defer {
                service.admission.leave(.video, answered: isAnswered)
                service.admission.releaseBytes(held)
                continuation.finish()
            }
            let send: @Sendable (String) -> Void = {
                continuation.yield(ByteBuffer(string: $0 + "\n"))
            }
            do {
                try await withDeadline(
                    seconds: exchange.remaining(of: seconds), of: exchange.connection,
                    late: .late(seconds)
                ) {
                    let end = try await follow(
                        file, model, settings, most: limits.frames, send: send)
                    send(String(decoding: JSON.data(end), as: UTF8.self))
                }
                isAnswered = true
            } catch {
                let problem = Problem(error)
                send(
                    String(
                        decoding: JSON.data(
                            Failure(code: problem.code, detail: problem.detail)), as: UTF8.self))
            }
        }
        return Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: ResponseBody { writer in
                let end = exchange.closeLater(after: seconds + service.limits.idleSeconds)
                defer { end.cancel() }
                do {
                    for await row in rows { try await writer.write(row) }
                    try await writer.finish(nil)
                } catch {
                    work.cancel()
                    throw error
                }
            })
    }

    private static func follow(
        _ file: UnnamedFile, _ model: LoadedModel, _ options: VideoOptions, most: Int,
        send: @escaping @Sendable (String) -> Void
    ) async throws -> End {
        let (name, card) = (FileName(""), model.predictor.card)
        let count = Mutex(0)
        let summary = try await model.predictor.predict(
            .video(FileName(file.path)), options: options,
            isCancelled: { Task.isCancelled || count.withLock { $0 } >= most }
        ) { event in
            let rows: [PredictionRow]
            switch event {
            case .frame(let frame):
                count.withLock { $0 += 1 }
                rows = PredictionRow.rows(name, frame, card)
            case .trackEnded(let track): rows = [PredictionRow.row(name, track, card)]
            }
            for row in rows { send(try row.answer(notice: FaceRoutes.notice).json()) }
        }
        return End(
            frames: summary.frames, endedEarly: summary.endedEarly,
            isCut: count.withLock { $0 } >= most, notes: summary.notes)
    }
}

/// A file in memory that no folder lists, for libraries that read files alone.
private final class UnnamedFile: Sendable {
    private let descriptor: Int32

    /// - Throws: `Problem` where the system has no room.
    init(_ bytes: [UInt8]) throws(Problem) {
        // Of <fcntl.h>, which Swift does not see: O_TMPFILE.
        let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
        descriptor = open("/dev/shm", unnamed | O_RDWR | O_CLOEXEC, 0o600)
        let isWritten =
            descriptor >= 0
            && bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let count = write(
                        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    guard count > 0 else { return false }
                    rest = rest.dropFirst(count)
                }
                return true
            }
        guard isWritten else {
            throw Problem(
                .serviceUnavailable, "no_memory", "The service has no room for a video.",
                retryAfter: 5)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    var path: String { "/proc/self/fd/\(descriptor)" }
}
