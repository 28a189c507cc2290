import Foundation
import Imaging

/// How much the service takes at once: bytes, pixels, faces, time.
public struct ServiceLimits: Sendable, Equatable {
    /// Bytes of a body.
    public var bodyBytes = 20_000_000
    /// Bytes of a body that is a video.
    public var videoBytes = 64_000_000
    /// Pixels of a picture, width times height.
    public var pixels = 50_000_000
    /// Faces of a picture that are answered, largest first.
    public var faces = 64
    /// Frames of a video that are scored.
    public var frames = 600
    /// Bytes of the header fields of a request, and their number.
    public var headerBytes = 32_768
    public var headerFields = 100
    /// Connections at once.
    public var connections = 1024
    /// Seconds after which a connection that sends nothing may be closed for a new one, where there
    /// are as many as may be.
    public var silentSeconds = 1.0
    /// Bytes of all bodies that are held at once.
    public var heldBytes = 512_000_000
    /// Requests that wait for the model at once.
    public var waiting = 256
    /// Seconds from the first byte of a request to its answer.
    public var requestSeconds = 10.0
    /// Seconds after which a queue that was never empty is an overload, and the seconds that a
    /// request may then expect to wait.
    public var burstSeconds = 5.0
    public var queueSeconds = 2.0
    /// Seconds from the first byte of a video to the end of its rows.
    public var videoSeconds = 60.0
    /// Seconds without a byte after which a connection is closed.
    public var idleSeconds = 15.0
    /// Slowest upload, bytes in a second, after the first seconds.
    public var uploadRate = 128_000.0
    /// Bytes that are read and thrown away after a refusal, so that the client sees it.
    public var drainBytes = 262_144
    /// Seconds in which requests may end once the service is asked to stop.
    public var shutdownSeconds = 20.0
    /// Requests of one client in a second, and how many may come at once; `nil` for no limit.
    public var clientRate: Double?
    public var clientBurst: Double { max(1, 2 * (clientRate ?? 0)) }
    /// Clients that the rate is kept of.
    public var clients = 10_000

    public init() {}

    /// Seconds that a body of so many bytes may take.
    func bodySeconds(_ bytes: Int) -> Double { requestSeconds + Double(bytes) / uploadRate }

    var decoding: DecodingLimits {
        DecodingLimits(maximumBytes: max(bodyBytes, videoBytes), maximumPixels: pixels)
    }

    /// As the service publishes them.
    var published: [String: Double] {
        var values: [String: Double] = [
            "body_bytes": Double(bodyBytes), "video_bytes": Double(videoBytes),
            "pixels": Double(pixels), "faces": Double(faces), "frames": Double(frames),
            "header_bytes": Double(headerBytes), "header_fields": Double(headerFields),
            "connections": Double(connections), "waiting_requests": Double(waiting),
            "request_seconds": requestSeconds, "video_seconds": videoSeconds,
            "burst_seconds": burstSeconds, "queue_seconds": queueSeconds,
            "idle_seconds": idleSeconds, "upload_bytes_per_second": uploadRate,
        ]
        values["requests_per_second"] = clientRate
        return values
    }
}
