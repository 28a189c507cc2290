import Foundation
import Imaging
import Mien

/// Sound as one channel, read in pieces from start to end.
protocol SoundSource: AnyObject {
    var sampleRate: Int { get }
    /// As the file says; 0 where it does not.
    var seconds: Double { get }

    /// Reads on from where the last call stopped; -1 to 1 is full scale.
    /// - Returns: fewer than `length` samples at the end, none after it.
    /// - Throws: `DataError` with the file.
    func read(_ length: Int) throws(DataError) -> [Float]
}

extension WaveFile: SoundSource {}

/// The sound track of a video, or a sound file that is no WAV, by FFmpeg: 16 kHz.
final class DecodedSound: SoundSource {
    private let track: SoundTrack

    var sampleRate: Int { track.sampleRate }
    var seconds: Double { track.declaredSeconds }
    /// What a user should know about what was read so far.
    var notes: [String] {
        track.notes + (track.isCut ? ["says that it is longer than it is."] : [])
    }

    /// - Throws: `DataError` for what holds no sound that is read.
    init(_ url: URL) throws(DataError) {
        do throws(SoundError) {
            track = try SoundTrack(url)
        } catch {
            throw DataError(error)
        }
    }

    func read(_ length: Int) throws(DataError) -> [Float] {
        do throws(SoundError) {
            return try track.read(length)
        } catch {
            throw DataError(error)
        }
    }
}

extension DataError {
    /// The error of a sound track, in the words of a corpus.
    init(_ error: SoundError) {
        let kind: Kind =
            switch error.problem {
            case .unreadable: .unreadable
            case .empty: .empty
            case .damaged, .noSamples, .stopped: .damaged
            case .notSound, .noSound, .unsupported: .unknownForm
            }
        self.init(
            kind, file: error.path, found: error.problem.found, expected: error.problem.expected)
    }
}

/// Opens sound: WAV by Mien itself, all else by FFmpeg.
enum SoundFile {
    /// - Throws: `DataError` for what holds no sound that is read.
    static func open(_ url: URL) throws(DataError) -> any SoundSource {
        isWave(url) ? try WaveFile(url) : try DecodedSound(url)
    }

    /// By its name or its first bytes.
    static func isWave(_ url: URL) -> Bool {
        if url.pathExtension.lowercased() == "wav" { return true }
        guard let file = try? FileHandle(forReadingFrom: url) else { return false }
        defer { try? file.close() }
        let head = [UInt8]((try? file.read(upToCount: 12)) ?? Data())
        return head.count == 12 && head.starts(with: Array("RIFF".utf8))
            && head[8...].elementsEqual("WAVE".utf8)
    }
}
