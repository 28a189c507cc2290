/// Why an image could not be read or written, and which one.
public struct ImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with an image file.
    public enum Problem: Sendable, Equatable {
        /// The file could not be opened or read, with the system's reason.
        case unreadable(String)
        /// Nothing to decode.
        case empty
        /// The file has more bytes than the limit.
        case tooManyBytes(found: Int, limit: Int)
        /// The first bytes are those of no known image format.
        case notAnImage(startsWith: String)
        /// The first bytes are those of something else that has a name.
        case otherFile(FileSignature)
        case video
        /// An image, but of a format or kind that is not decoded here.
        case unsupported(String)
        /// The data ends before the image does.
        case truncated(format: String)
        /// The header claims more pixels than the limits allow. Nothing was decoded.
        case tooLarge(width: Int, height: Int, limits: DecodingLimits)
        /// The header is there, but the data behind it is not valid.
        case damaged(String)
        case cannotEncode(String)
    }

    /// The path, or what the caller called the data.
    public let source: String
    public let problem: Problem

    public init(source: String, problem: Problem) {
        self.source = source
        self.problem = problem
    }

    public var description: String { "\(source): \(problem.explanation(of: source))" }
}

extension ImageError.Problem {
    fileprivate static let accepted = "PNG, JPEG, BMP, WebP, TIFF, PGM and PPM are read"

    /// - Parameter source: what commands that help are to be given.
    package func explanation(of source: String) -> String {
        switch self {
        case .unreadable(let reason):
            "cannot be read: \(reason)"
        case .empty:
            "is empty; expected an image file"
        case .tooManyBytes(let found, let limit):
            "has \(found) bytes, over the limit of \(limit); save it smaller"
        case .notAnImage(let start):
            "is not an image: it starts with \(start); \(Self.accepted)"
        case .otherFile(let file):
            "is \(file.name), which is not read here. \(file.remedy(for: source))"
        case .video:
            "is a video, not an image; mien predict and mien faces take it by itself"
        case .unsupported(let what):
            "\(what); \(Self.accepted)"
        case .truncated(let format):
            "is a truncated \(format) file: the data ends before the image does; copy it again"
        case .tooLarge(let width, let height, let limits):
            "claims \(width) x \(height) pixels, over the limit of \(limits.maximumPixels) pixels "
                + "and \(limits.maximumSide) a side; save it smaller"
        case .damaged(let reason):
            "is a damaged image: \(reason); save or copy it again"
        case .cannotEncode(let reason):
            "cannot be encoded: \(reason)"
        }
    }
}
