import Evaluation
import Foundation
import Imaging
import Mien
import Testing

@testable import Participants

/// The sound of videos and compressed sound files: Golden/make_sounds.sh.
struct SoundTrackTests {
    private static func url(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Golden/sound/\(name)", withExtension: nil))
    }

    /// In pieces of an odd length.
    private static func samples(of name: String, rate: Int = 16_000) throws -> [Float] {
        let track = try SoundTrack(try url(name), sampleRate: rate)
        var samples: [Float] = []
        while true {
            let piece = try track.read(777)
            if piece.isEmpty { return samples }
            samples += piece
        }
    }

    private static func level(_ samples: some Collection<Float>) -> Double {
        let square = samples.reduce(0) { $0 + Double($1) * Double($1) }
        return (square / Double(max(1, samples.count))).squareRoot()
    }

    /// Of 0.1 (1, 1/2.8, 1/5.2, 1/8): the root of half the sum of squares.
    private static let voice =
        0.1 * ((1 + 1 / 7.84 + 1 / 27.04 + 1 / 64.0) / 2).squareRoot()

    /// LAME, the encoder of the MP3, takes 5 % off.
    @Test(arguments: [
        ("film.mp4", 0.75), ("film.webm", 1), ("film.mkv", 1), ("voice.opus", 1),
        ("voice.mp3", 0.95),
        ("voice.flac", 1), ("voice.m4a", 1),
    ])
    func lengthAndLevelAreThoseOfTheVoice(name: String, share: Double) throws {
        let samples = try Self.samples(of: name)
        #expect(abs(Double(samples.count) / 16_000 - 1.8) < 0.06, "\(samples.count)")
        // Without the ends, where codecs fade.
        let level = Self.level(samples[3200 ..< 25_600])
        #expect(abs(level / (share * Self.voice) - 1) < 0.02, "\(level)")
        let declared = try SoundTrack(try Self.url(name)).declaredSeconds
        #expect(abs(declared - 1.8) < 0.06)
        let twice = try Self.samples(of: name, rate: 32_000)
        #expect(abs(twice.count - 2 * samples.count) <= 4)
    }

    @Test(arguments: ["film.mp4", "film.webm", "film.mkv", "voice.opus", "voice.mp3", "voice.m4a"])
    func featuresAreThoseOfTheSameSoundAsWAV(name: String) throws {
        let decoded = try WaveFeatures.read(
            try Self.url(name), spans: nil, cuts: [], wantsActivity: false)
        let plain = try withFolder { folder in
            let file = folder.appendingPathComponent("voice.wav")
            let samples = try Self.samples(of: "voice.flac").map { Int16($0 * 32_767) }
            try waveFile(samples, rate: 16_000).write(to: file)
            return try WaveFeatures.read(file, spans: nil, cuts: [], wantsActivity: false)
        }
        let limits = [
            "f0_mean": 0.05, "f0_p50": 0.02, "loudness_mean": name == "film.mp4" ? 3 : 0.5,
            "voiced_share": 0.05,
        ]
        for (feature, limit) in limits {
            let key = "voice.wav_\(feature)"
            let (one, other) = (try #require(decoded.values[key]), try #require(plain.values[key]))
            #expect(abs(one - other) < limit, "\(key): \(one), WAV \(other)")
        }
        // 200 Hz is 34.3 semitones above 27.5 Hz.
        #expect(abs((decoded.values["voice.wav_f0_p50"] ?? 0) - 12 * log2(200 / 27.5)) < 0.02)
        #expect(abs(decoded.sources[0].seconds - 1.8) < 0.06 && decoded.sources[0].rows > 170)
    }

    @Test func channelsAreAveraged() throws {
        let samples = try Self.samples(of: "six.flac")
        #expect(samples.count == 6400)
        #expect(abs(Self.level(samples) / Self.voice - 1) < 0.01)
    }

    @Test func silenceStandsWhereTheClockLeavesAGap() throws {
        let late = try Self.samples(of: "late.mkv")
        #expect(abs(late.count - 28_800) < 400, "\(late.count)")
        #expect(late[..<15_900].allSatisfy { $0 == 0 })
        #expect(abs(Self.level(late[16_400 ..< 28_000]) / Self.voice - 1) < 0.02)
        let gap = try Self.samples(of: "gap.mkv")
        #expect(abs(gap.count - 28_800) < 400, "\(gap.count)")
        #expect(gap[10_420 ..< 19_500].allSatisfy { abs($0) < 1e-4 })
        #expect(abs(Self.level(gap[1000 ..< 10_000]) / Self.voice - 1) < 0.02)
        #expect(abs(Self.level(gap[20_000 ..< 28_000]) / Self.voice - 1) < 0.02)
    }

    private func problem(_ url: URL) -> SoundError.Problem? {
        do throws(SoundError) {
            let track = try SoundTrack(url)
            while try !track.read(4096).isEmpty {}
            return nil
        } catch {
            return error.problem
        }
    }

    @Test func whatHoldsNoSoundIsNamed() throws {
        let silent = try Self.url("silent.mp4")
        #expect(problem(silent) == .noSound)
        #expect(problem(URL(fileURLWithPath: "/nowhere/a.mp4")) != nil)
        try withFile("", named: "a.mp3") { #expect(problem($0) == .empty) }
        try withFile("participant,time,text\n", named: "a.mp3") {
            #expect(problem($0) == .notSound(nil))
        }
        try withFile("{\\rtf1 words}", named: "a.m4a") { url in
            guard case .notSound(.some) = problem(url) else {
                Issue.record("\(String(describing: problem(url)))")
                return
            }
        }
        try withFile("ID3\u{3}\u{0}", named: "a.mp3") { #expect(problem($0) == .damaged) }
        // A list that names a file is not opened.
        try withFile("#EXTM3U\nvoice.mp3\n", named: "a.mp4") { url in
            #expect(problem(url) == .notSound("a playlist"))
        }
        let error = SoundError(path: "a.mp4", problem: .noSound)
        #expect("\(error)" == "a.mp4: no sound track; expected a file with sound")
        #expect(Irregularity(DataError(error), answer: "missing").kind == .missingFile)
    }

    @Test func aCutFileGivesWhatIsLeftAndSaysSo() throws {
        try withFolder { folder in
            let whole = try Data(contentsOf: try Self.url("film.mkv"))
            let url = folder.appendingPathComponent("cut.mkv")
            try whole.prefix(whole.count / 2).write(to: url)
            let reading = try WaveFeatures.read(url, spans: nil, cuts: [], wantsActivity: false)
            #expect(reading.sources[0].seconds < 1.3 && reading.sources[0].seconds > 0.3)
            #expect(
                reading.irregularities.contains { $0.found.contains("longer than it is") },
                "\(reading.irregularities)")
        }
    }

    /// MIEN_FUZZ sets the number of files.
    @Test func damagedFilesAreReadOrRefused() throws {
        let wanted = ProcessInfo.processInfo.environment["MIEN_FUZZ"].flatMap { Int($0) } ?? 220
        var generator = SeededGenerator(seed: 5)
        let names = [
            "film.mp4", "film.webm", "film.mkv", "voice.opus", "voice.mp3", "voice.flac",
            "voice.m4a", "gap.mkv", "late.mkv", "six.flac", "silent.mp4",
        ]
        let files = try names.map { [UInt8](try Data(contentsOf: try Self.url($0))) }
        var (readable, refused) = (0, 0)
        try withFolder { folder in
            let url = folder.appendingPathComponent("damaged")
            for number in 0 ..< wanted {
                var bytes = files[number % files.count]
                for _ in 0 ... generator.index(below: 6) where !bytes.isEmpty {
                    let reach = generator.index(below: 2) == 0 ? min(600, bytes.count) : bytes.count
                    let place = generator.index(below: reach)
                    switch generator.index(below: 5) {
                    case 0: bytes.removeLast(generator.index(below: bytes.count))
                    case 1: bytes.remove(at: place)
                    case 2: bytes[place] = [0, 0xFF, 0x7F, 0x80][generator.index(below: 4)]
                    case 3: bytes[place] ^= 1 << UInt8(generator.index(below: 8))
                    default: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                    }
                }
                try Data(bytes).write(to: url)
                do throws(SoundError) {
                    let track = try SoundTrack(url)
                    var count = 0
                    while true {
                        let samples = try track.read(1 << 14)
                        if samples.isEmpty { break }
                        let isFinite = samples.allSatisfy(\.isFinite)
                        #expect(isFinite)
                        count += samples.count
                    }
                    // Sound of 2 s, as much silence, and 10 minutes.
                    #expect(count < 16_000 * 900, "\(number): \(count)")
                    readable += 1
                } catch {
                    #expect(!error.problem.found.isEmpty && error.path == url.path)
                    refused += 1
                }
            }
        }
        #expect(readable > wanted / 10 && refused > wanted / 20, "\(readable), \(refused)")
    }
}
