internal import CVision
public import Foundation

/// A frame of a video, upright and in square pixels.
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
/// Frames are as a player shows them: cropped, upright, of square pixels (the height stays), RGB by
/// the file's colour matrix and range, high dynamic range mapped to standard range.
///
/// To be used by one thread at a time.
public final class VideoFrames {
    /// Where the frames come from: a file or a camera.
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

    /// Of a frame, in displayed pixels; 0 where the source does not say it before the first frame.
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
    private let engine: video_functions
    private let video: video_reader
    /// As the file says; 0 where it does not.
    private let declaredSeconds: Double
    private var isAtEnd = false
    private var start = 0.0
    private var lastSeconds = 0.0
    /// By the file's own clock.
    private var lastStamp = 0.0
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
        (engine, video) = try Self.open(source, limits)
        self.source = source
        self.sampling = sampling
        self.limits = limits
        width = Int(engine.width(video))
        height = Int(engine.height(video))
        declaredSeconds = engine.seconds(video)
        let rate = engine.frame_rate(video)
        framesPerSecond = rate > 0 && rate < 1000 ? rate : nil
        let count = engine.frame_count(video)
        declaredFrames = count >= 1 && count < 1e12 ? Int(count) : nil
        guard Self.fits(width, height, limits) else {
            // All is initialised: deinit frees the video.
            throw failure(.tooLarge(width: width, height: height, limits: limits))
        }
    }

    deinit { engine.close(video) }

    /// Whether the file was cut, or the video ended clearly before the number of frames and the time
    /// it declares. Known once `next` has given nil.
    public var endedEarly: Bool {
        guard isAtEnd else { return false }
        if engine.is_cut(video) != 0 { return true }
        guard let declaredFrames else { return false }
        // Declared numbers are often estimates: of uneven frame rates by far.
        let isShort =
            max(lastSeconds, lastStamp) < 0.95 * declaredSeconds - 2 / (framesPerSecond ?? 25)
        return isShort && Double(framesRead) < 0.95 * Double(declaredFrames) - 2
    }

    /// What a user should know about how the frames so far were read, one sentence each: what is
    /// lost, what is not as a player shows it.
    public var notes: [String] {
        text(engine.notes(video)).split(separator: "\n").map(String.init)
    }

    /// The next frame of the sampling; nil at the end.
    ///
    /// - Throws: `VideoError` when a frame cannot be decoded, or when there was none at all.
    public func next() throws(VideoError) -> VideoFrame? {
        while !isAtEnd {
            var hasFrame: Int32 = 0
            let status = engine.grab(video, &hasFrame)
            guard status == 0 else {
                let reason = text(engine.last_error())
                throw failure(
                    Int(status) == Int(VIDEO_UNSUPPORTED)
                        ? .unsupported(reason) : .frame(framesRead, reason))
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
            case .file: engine.milliseconds(video) / 1000
            }
        if !stamp.isNaN { lastStamp = stamp }
        guard index > 0 else {
            start = stamp.isNaN ? 0 : stamp
            return 0
        }
        var seconds = stamp - start
        if !(seconds > lastSeconds) {
            let next = lastSeconds + 1 / (framesPerSecond ?? 25)
            // Clocks that start again, as in joined broadcasts, go on from here.
            if seconds < lastSeconds - 1 { start += seconds - next }
            seconds = next
        }
        lastSeconds = seconds
        return seconds
    }

    private func retrieve(_ index: Int) throws(VideoError) -> Image {
        let (width, height) = (Int(engine.width(video)), Int(engine.height(video)))
        guard Self.fits(width, height, limits) else {
            throw failure(.tooLarge(width: width, height: height, limits: limits))
        }
        var frame = vision_image()
        guard engine.retrieve(&frame, video) == 0 else {
            throw failure(.frame(index, text(engine.last_error())))
        }
        return Image(taking: frame)
    }

    private func failure(_ problem: VideoError.Problem) -> VideoError {
        VideoError(source: "\(source)", problem: problem)
    }

    private static func fits(_ width: Int, _ height: Int, _ limits: DecodingLimits) -> Bool {
        max(width, height) <= limits.maximumSide && width * height <= limits.maximumPixels
    }

    private static func open(
        _ source: Source, _ limits: DecodingLimits
    ) throws(VideoError) -> (video_functions, video_reader) {
        var handle: video_reader?
        func failure(
            _ problem: VideoError.Problem, _ signature: FileSignature? = nil
        ) -> VideoError {
            VideoError(source: "\(source)", problem: problem, signature: signature)
        }
        switch source {
        case .camera(let index):
            guard index >= 0, cameras.open(&handle, "/dev/video\(index)", 0) == 0, let handle
            else { throw failure(.noCamera(index)) }
            return (cameras, handle)
        case .file(let url):
            let signature: VideoSignature
            do {
                signature = try VideoSignature(contentsOf: url)
            } catch {
                throw failure(error)
            }
            guard !signature.bytes.isEmpty else { throw failure(.empty) }
            // FFmpeg also takes lists that name other files and addresses.
            guard signature.isVideo else {
                throw failure(
                    .notAVideo,
                    FileSignature(of: signature.bytes) ?? FileSignature(ofPicture: signature.bytes))
            }
            let status = url.absoluteURL.withUnsafeFileSystemRepresentation { path in
                path.map { videos.open(&handle, $0, Int64(limits.maximumPixels)) } ?? 1
            }
            if status == 0, let handle { return (videos, handle) }
            switch Int(status) {
            case Int(VIDEO_NO_PICTURES): throw failure(.noPictures)
            case Int(VIDEO_UNSUPPORTED): throw failure(.unsupported(text(videos.last_error())))
            default: throw failure(.damaged)
            }
        }
    }
}

extension VideoFrames {
    /// Whether a file is a video by its first bytes: MP4, MOV, Matroska, WebM, AVI, MPEG, FLV, Ogg
    /// or ASF. False when it cannot be read.
    public static func isVideo(_ url: URL) -> Bool {
        (try? VideoSignature(contentsOf: url))?.isVideo ?? false
    }
}
