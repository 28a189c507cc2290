internal import CVision
public import Foundation

public struct VideoFrame: Sendable {
    /// Grey or RGB.
    public let image: Image
    /// From 0, skipped frames counted.
    public let index: Int
    /// Since the first frame.
    public let seconds: Double
}

/// The frames of a video file or camera, one after the other; one at a time is in memory.
///
/// To be used by one thread at a time.
public final class VideoFrames {
    public enum Source: Sendable, Equatable, CustomStringConvertible {
        case file(URL)
        /// From 0.
        case camera(Int)

        public var description: String {
            switch self {
            case .file(let url): url.path
            case .camera(let index): "camera \(index)"
            }
        }
    }

    /// Which frames are given.
    public enum Sampling: Sendable, Equatable {
        case all
        /// The first of every so many.
        case every(Int)
        /// The first at or after each point of time on this grid.
        case perSecond(Double)
    }

    /// Of a frame, in pixels; 0 where the source does not say it before the first frame.
    public let width: Int
    public let height: Int
    /// As the source says.
    public let framesPerSecond: Double?
    /// As the file says; it may be wrong.
    public let declaredFrames: Int?
    /// So far, skipped ones counted.
    public private(set) var framesRead = 0

    private let source: Source
    private let sampling: Sampling
    private let limits: DecodingLimits
    private let video: media_video
    private var isAtEnd = false
    private var start: Double?
    private var lastSeconds = 0.0
    /// The next point of time at which a frame is wanted.
    private var nextTick = 0.0

    /// - Precondition: a sampling above 0.
    /// - Throws: `VideoError`, which names the source.
    public init(
        _ source: Source, sampling: Sampling = .all, limits: DecodingLimits = .init()
    ) throws(VideoError) {
        switch sampling {
        case .all: break
        case .every(let count): precondition(count > 0, "expected every 1 or more, got \(count)")
        case .perSecond(let rate):
            precondition(rate > 0 && rate.isFinite, "expected a rate above 0, got \(rate)")
        }
        do {
            video = try Self.open(source)
        } catch {
            throw VideoError(source: "\(source)", problem: error)
        }
        self.source = source
        self.sampling = sampling
        self.limits = limits
        width = Int(media.video_width(video))
        height = Int(media.video_height(video))
        let rate = media.video_frame_rate(video)
        framesPerSecond = rate > 0 && rate < 1000 ? rate : nil
        let count = media.video_frame_count(video)
        declaredFrames = count >= 1 && count < 1e12 ? Int(count) : nil
        guard Self.fits(width, height, limits) else {
            // All is initialised: deinit frees the video.
            throw failure(.tooLarge(width: width, height: height, limits: limits))
        }
    }

    deinit { media.video_free(video) }

    /// Whether the video ended clearly before the number of frames it declares, as a file does that
    /// was cut. Known once `next` has given nil.
    public var endedEarly: Bool {
        guard isAtEnd, let declaredFrames else { return false }
        // Declared numbers are often estimates from the duration.
        return Double(framesRead) < 0.95 * Double(declaredFrames) - 2
    }

    /// The next frame of the sampling; nil at the end.
    ///
    /// - Throws: `VideoError` when a frame cannot be decoded, or when there was none at all.
    public func next() throws(VideoError) -> VideoFrame? {
        while !isAtEnd {
            var hasFrame: Int32 = 0
            guard media.video_grab(video, &hasFrame) == 0 else {
                throw failure(.frame(framesRead, lastMediaError()))
            }
            guard hasFrame != 0 else {
                isAtEnd = true
                guard framesRead > 0 else { throw failure(.noFrames) }
                return nil
            }
            let index = framesRead
            framesRead += 1
            let seconds = seconds(of: index)
            if isWanted(index, at: seconds) {
                return VideoFrame(image: try retrieve(index), index: index, seconds: seconds)
            }
        }
        return nil
    }

    private func isWanted(_ index: Int, at seconds: Double) -> Bool {
        switch sampling {
        case .all: return true
        case .every(let count): return index % count == 0
        case .perSecond(let rate):
            // Time stamps are whole numbers of some unit: a frame may be a hair early.
            guard seconds >= nextTick - 1e-3 else { return false }
            nextTick = max(nextTick + 1 / rate, ((seconds + 1e-3) * rate).rounded(.down) / rate)
            if nextTick <= seconds + 1e-3 { nextTick += 1 / rate }
            return true
        }
    }

    /// The time stamp where there is one, else from the frame rate; it never runs backwards.
    private func seconds(of index: Int) -> Double {
        let stamp =
            switch source {
            case .camera: ProcessInfo.processInfo.systemUptime
            case .file: media.video_milliseconds(video) / 1000
            }
        let first = start ?? stamp
        start = first
        var seconds = stamp - first
        if !(seconds > lastSeconds), index > 0 {
            seconds = lastSeconds + 1 / (framesPerSecond ?? 25)
        }
        lastSeconds = seconds
        return seconds
    }

    private func retrieve(_ index: Int) throws(VideoError) -> Image {
        var frame = vision_image()
        guard media.video_retrieve(&frame, video) == 0 else {
            throw failure(.frame(index, lastMediaError()))
        }
        let image = Image(taking: frame)
        guard Self.fits(image.width, image.height, limits) else {
            throw failure(
                .tooLarge(width: image.width, height: image.height, limits: limits))
        }
        return image
    }

    private func failure(_ problem: VideoError.Problem) -> VideoError {
        VideoError(source: "\(source)", problem: problem)
    }

    private static func fits(_ width: Int, _ height: Int, _ limits: DecodingLimits) -> Bool {
        max(width, height) <= limits.maximumSide && width * height <= limits.maximumPixels
    }

    private static func open(_ source: Source) throws(VideoError.Problem) -> media_video {
        var handle: media_video?
        switch source {
        case .camera(let index):
            guard let number = Int32(exactly: index), number >= 0,
                media.video_open_camera(&handle, number) == 0, let handle
            else { throw .noCamera(index) }
            return handle
        case .file(let url):
            let bytes = try firstBytes(of: url)
            guard !bytes.isEmpty else { throw .empty }
            // FFmpeg also takes lists that name other files and addresses.
            guard isVideo(startingWith: bytes) else { throw .notAVideo }
            // An absolute path cannot be taken for an address.
            let status = url.absoluteURL.withUnsafeFileSystemRepresentation { path in
                path.map { media.video_open_file(&handle, $0) } ?? 1
            }
            guard status == 0, let handle else { throw .damaged }
            return handle
        }
    }
}

extension VideoFrames {
    /// Whether a file is a video by its first bytes: MP4, MOV, Matroska, WebM, AVI, MPEG, FLV, Ogg
    /// or ASF. False when it cannot be read.
    public static func isVideo(_ url: URL) -> Bool {
        (try? firstBytes(of: url)).map { isVideo(startingWith: $0) } ?? false
    }

    package static func isVideo(startingWith bytes: [UInt8]) -> Bool {
        func has(_ tag: String, at offset: Int) -> Bool {
            bytes.dropFirst(offset).starts(with: tag.utf8)
        }
        func starts(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
        // A photo in the container of MP4.
        let isPhoto = ["heic", "heix", "mif1", "avif"].contains { has($0, at: 8) }
        return ["ftyp", "moov", "mdat", "wide", "free", "skip"].contains { has($0, at: 4) }
            && !isPhoto
            || has("RIFF", at: 0) && has("AVI ", at: 8)
            || starts([0x1A, 0x45, 0xDF, 0xA3])
            || starts([0, 0, 1, 0xBA]) || starts([0, 0, 1, 0xB3])
            || bytes.count > 376 && [0, 188, 376].allSatisfy { bytes[$0] == 0x47 }
            || has("FLV", at: 0) || has("OggS", at: 0)
            || starts([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11])
    }

    /// Of a regular file.
    private static func firstBytes(of url: URL) throws(VideoError.Problem) -> [UInt8] {
        var status = stat()
        let found = url.withUnsafeFileSystemRepresentation { path in
            path.map { stat($0, &status) } ?? -1
        }
        guard found == 0 else { throw .unreadable(String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable("it is not a regular file")
        }
        let file = url.withUnsafeFileSystemRepresentation { path in
            path.map { Foundation.open($0, O_RDONLY | O_CLOEXEC) } ?? -1
        }
        guard file >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
        return Array(bytes.prefix(count))
    }
}
