internal import CVision
public import Foundation

/// The sound of a video or sound file as one channel, read in pieces: MP4, M4A, MOV, Matroska, WebM,
/// AVI, MPEG, FLV, Ogg, Opus, ASF, MP3, FLAC, AAC, WAV.
///
/// Samples are the mean of the channels, of which -1 to 1 is full scale. Time 0 is the start of the
/// recording: where the file's clock leaves a gap, silence stands. One frame is in memory.
///
/// To be used by one thread at a time.
public final class SoundTrack {
    public let sampleRate: Int
    /// As the file says; 0 where it does not.
    public let declaredSeconds: Double
    /// So far.
    public private(set) var samplesRead = 0

    private let path: String
    private let engine: sound_functions
    private let sound: sound_reader

    /// - Parameter sampleRate: the rate that samples are given at.
    /// - Precondition: 4,000 to 384,000 Hz.
    /// - Throws: `SoundError`, which names the file.
    public init(_ url: URL, sampleRate: Int = 16_000) throws(SoundError) {
        precondition(
            (4000 ... 384_000).contains(sampleRate),
            "expected 4,000 to 384,000 Hz, got \(sampleRate)")
        let signature: VideoSignature
        do throws(VideoError.Problem) {
            signature = try VideoSignature(contentsOf: url)
        } catch {
            guard case .unreadable(let reason) = error else {
                throw SoundError(path: url.path, problem: .damaged)
            }
            throw SoundError(path: url.path, problem: .unreadable(reason))
        }
        guard !signature.bytes.isEmpty else { throw SoundError(path: url.path, problem: .empty) }
        let kind = FileSignature(of: signature.bytes)
        guard signature.isVideo || kind?.isReadableSound == true else {
            let other = kind ?? FileSignature(ofPicture: signature.bytes)
            throw SoundError(path: url.path, problem: .notSound(other?.name))
        }
        var handle: sound_reader?
        let status = url.absoluteURL.withUnsafeFileSystemRepresentation { path in
            path.map { sounds.open(&handle, $0, Int32(sampleRate)) } ?? 1
        }
        guard status == 0, let handle else {
            let problem: SoundError.Problem =
                switch Int(status) {
                case Int(VIDEO_NO_SOUND): .noSound
                case Int(VIDEO_UNSUPPORTED): .unsupported(text(sounds.last_error()))
                default: .damaged
                }
            throw SoundError(path: url.path, problem: problem)
        }
        self.sampleRate = sampleRate
        path = url.path
        engine = sounds
        sound = handle
        let seconds = engine.seconds(handle)
        declaredSeconds = seconds.isFinite ? max(0, seconds) : 0
    }

    deinit { engine.close(sound) }

    /// Reads on from where the last call stopped.
    /// - Returns: fewer than `length` samples at the end, none after it.
    /// - Throws: `SoundError` when there was not one sample, or the sound cannot be read further.
    public func read(_ length: Int) throws(SoundError) -> [Float] {
        guard length > 0 else { return [] }
        var samples = [Float](repeating: 0, count: length)
        var count: Int32 = 0
        let status = samples.withUnsafeMutableBufferPointer {
            engine.read(sound, $0.baseAddress, Int32(length), &count)
        }
        guard status == 0 else {
            let reason = text(engine.last_error())
            throw SoundError(
                path: path,
                problem: Int(status) == Int(VIDEO_UNSUPPORTED)
                    ? .unsupported(reason)
                    : .stopped(Double(samplesRead) / Double(sampleRate), reason))
        }
        samplesRead += Int(count)
        guard samplesRead > 0 else { throw SoundError(path: path, problem: .noSamples) }
        samples.removeLast(length - Int(count))
        return samples
    }

    /// Whether the file says that it is longer than it is.
    public var isCut: Bool { engine.is_cut(sound) != 0 }

    /// What a user should know about what was read so far, one sentence each.
    public var notes: [String] {
        text(engine.notes(sound)).split(separator: "\n").map(String.init)
    }
}
