/// Why a video could not be opened or read further, and which one.
public struct VideoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with a video.
    public enum Problem: Sendable, Equatable {
        /// The file could not be opened or read, with the system's reason.
        case unreadable(String)
        case empty
        /// The first bytes are those of no known video format.
        case notAVideo
        /// A video by its first bytes, but what is needed to play it is missing or damaged.
        case damaged
        /// Sound or other tracks, but none of pictures.
        case noPictures
        /// A video, but coded or coloured in a way that is not read, which is named.
        case unsupported(String)
        /// It opened, but not one frame could be decoded.
        case noFrames
        /// Its frames have more pixels than the limits allow.
        case tooLarge(width: Int, height: Int, limits: DecodingLimits)
        case noCamera(Int)
        /// A frame could not be decoded, with the decoder's reason.
        case frame(Int, String)
    }

    /// The path, or "camera 0".
    public let source: String
    public let problem: Problem

    /// Of a file that is not a video: what it is, where that is known.
    public let signature: FileSignature?

    public init(source: String, problem: Problem, signature: FileSignature? = nil) {
        self.source = source
        self.problem = problem
        self.signature = signature
    }

    public var description: String {
        guard let signature else { return "\(source): \(problem.explanation)" }
        return "\(source): is \(signature.name), not a video. \(signature.remedy(for: source))"
    }
}

extension VideoError.Problem: Error {}

extension VideoError.Problem {
    fileprivate var explanation: String {
        switch self {
        case .unreadable(let reason):
            "cannot be read: \(reason)"
        case .empty:
            "is empty; expected a video file"
        case .notAVideo:
            "is not a video; MP4, MOV, Matroska, WebM, AVI, MPEG, FLV, Ogg and ASF are read"
        case .damaged:
            "is a damaged or truncated video: it cannot be opened (an MP4 that was cut lacks its "
                + "index, which stands at the end); copy it again"
        case .noPictures:
            "has no picture track: it holds sound alone, or sound and a cover picture"
        case .unsupported(let what):
            "is a video that is not read: \(what); convert it with "
                + "ffmpeg -c:v libx264 -pix_fmt yuv420p"
        case .noFrames:
            "is a video without a frame that can be decoded"
        case .tooLarge(let width, let height, let limits):
            "has frames of \(width) x \(height) pixels, over the limit of \(limits.maximumPixels) "
                + "pixels and \(limits.maximumSide) a side; save it smaller"
        case .noCamera(let index):
            "there is no camera \(index) that can be opened"
        case .frame(let index, let reason):
            "frame \(index): \(reason)"
        }
    }
}
