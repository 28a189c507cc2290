/// Why sound could not be opened or read further, and which file's.
public struct SoundError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with a file.
    public enum Problem: Error, Sendable, Equatable {
        /// The file could not be opened or read, with the system's reason.
        case unreadable(String)
        case empty
        /// Neither sound nor video; the name of what it is where that is known.
        case notSound(String?)
        /// Sound or video by its first bytes, but what is needed to play it is missing or damaged.
        case damaged
        /// Pictures or other tracks, but none of sound.
        case noSound
        /// Coded in a way that is not read, which is named.
        case unsupported(String)
        /// It opened, but not one sample could be decoded.
        case noSamples
        /// Reading stopped after these seconds, with the decoder's reason.
        case stopped(Double, String)
    }

    public let path: String
    public let problem: Problem

    public init(path: String, problem: Problem) {
        self.path = path
        self.problem = problem
    }

    public var description: String { "\(path): \(problem.found); expected \(problem.expected)" }
}

extension SoundError.Problem {
    /// What was found, in a phrase.
    public var found: String {
        switch self {
        case .unreadable(let reason): "a file that cannot be read: \(reason)"
        case .empty: "an empty file"
        case .notSound(let name): name ?? "neither sound nor video"
        case .damaged: "a damaged or truncated file that cannot be opened"
        case .noSound: "no sound track"
        case .unsupported(let what): "sound that is not read: \(what)"
        case .noSamples: "sound without a sample that can be decoded"
        case .stopped(let seconds, let reason): "sound that breaks off at \(seconds) s: \(reason)"
        }
    }

    /// What the reader expects, in a phrase.
    public var expected: String {
        switch self {
        case .notSound: "WAV, MP4, M4A, WebM, Matroska, AVI, Ogg, Opus, MP3, FLAC or AAC"
        default: "a file with sound"
        }
    }
}
