/// Why a video could not be opened or read further, and which one.
public struct VideoError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Problem: Sendable, Equatable {
        /// The file could not be opened or read, with the system's reason.
        case unreadable(String)
        case empty
        /// The first bytes are those of no known video format.
        case notAVideo
        /// A video by its first bytes, but what is needed to play it is missing or damaged.
        case damaged
        /// It opened, but not one frame could be decoded.
        case noFrames
        /// Its frames have more pixels than the limits allow.
        case tooLarge(width: Int, height: Int, limits: DecodingLimits)
        case noCamera(Int)
        /// A frame could not be decoded, with OpenCV's reason.
        case frame(Int, String)
    }

    /// The path, or "camera 0".
    public let source: String
    public let problem: Problem

    public init(source: String, problem: Problem) {
        self.source = source
        self.problem = problem
    }

    public var description: String { "\(source): \(problem.explanation)" }
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
            "is a damaged or truncated video: it cannot be opened; copy it again"
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
