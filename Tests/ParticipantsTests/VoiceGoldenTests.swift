import Foundation
import Testing

@testable import Participants

/// Voice features beside those of Praat and librosa: Golden/make_golden.py.
struct VoiceGoldenTests {
    private struct Golden: Decodable {
        let seconds, wobble, noise: Double
        let f0Mean, f0Sd, jitter, shimmer, hnrMean: Double
        let mfccMean, mfccSd: [Double]
    }

    static let rate = 16_000

    /// The sound of make_golden.py.
    private static func voice(_ golden: Golden) -> [Int16] {
        let count = Int(golden.seconds * Double(rate))
        var (phase, stretch, height) = (0.0, 1.0, 1.0)
        var state = 1
        return (0 ..< count).map { index in
            state = (state * 1_103_515_245 + 12_345) % (1 << 31)
            let random = Double(state) / 2_147_483_648 - 0.5
            let pitch =
                (140 + 20 * sin(2 * .pi * 1.5 * Double(index) / Double(rate))) * stretch
            phase += pitch / Double(rate)
            if phase >= 1 {
                phase -= 1
                stretch = 1 + golden.wobble * random
                height = 1 + 4 * golden.wobble * random
            }
            let value = (1 ... 8).reduce(0.0) {
                $0 + cos(2 * .pi * Double($1) * phase) / pow(Double($1), 1.5)
            }
            let sample = 0.15 * height * value + golden.noise * random
            return Int16((sample * 32_767).rounded(.toNearestOrEven))
        }
    }

    private static func measured(_ name: String) throws -> (Golden, FeatureValues) {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/voice", withExtension: "json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let all = try decoder.decode([String: Golden].self, from: Data(contentsOf: url))
        let golden = try #require(all[name])
        let values = try withFolder { folder in
            let file = folder.appendingPathComponent("voice.wav")
            try waveFile(voice(golden), rate: rate).write(to: file)
            return try WaveFeatures.read(file, spans: nil, cuts: [], wantsActivity: false).values
        }
        return (golden, values)
    }

    private func value(_ values: FeatureValues, _ name: String) throws -> Double {
        try #require(values["voice.wav_\(name)"])
    }

    @Test(arguments: ["steady", "rough"])
    func pitchIsThatOfPraat(name: String) throws {
        let (golden, values) = try Self.measured(name)
        #expect(abs(try value(values, "f0_mean") - golden.f0Mean) < 0.1)
        #expect(abs(try value(values, "f0_sd") - golden.f0Sd) < 0.1)
        #expect(try value(values, "voiced_share") > 0.97)
    }

    @Test(arguments: ["steady", "rough"])
    func cepstrumIsThatOfLibrosa(name: String) throws {
        let (golden, values) = try Self.measured(name)
        for index in 0 ..< 13 {
            #expect(abs(try value(values, "mfcc\(index)_mean") - golden.mfccMean[index]) < 0.05)
            #expect(abs(try value(values, "mfcc\(index)_sd") - golden.mfccSd[index]) < 0.05)
        }
    }

    @Test func perturbationIsNearThatOfPraat() throws {
        let (golden, values) = try Self.measured("rough")
        #expect(abs(try value(values, "jitter") / golden.jitter - 1) < 0.3)
        #expect(abs(try value(values, "shimmer") / golden.shimmer - 1) < 0.3)
        #expect(abs(try value(values, "hnr_mean") - golden.hnrMean) < 3)
        let (_, steady) = try Self.measured("steady")
        #expect(try value(steady, "jitter") < value(values, "jitter"))
        #expect(try value(steady, "shimmer") < value(values, "shimmer"))
    }

    @Test func silenceHasNoVoice() throws {
        let values = try withFolder { folder in
            let file = folder.appendingPathComponent("silence.wav")
            try waveFile([Int16](repeating: 0, count: 8000), rate: 8000).write(to: file)
            return try WaveFeatures.read(file, spans: nil, cuts: [], wantsActivity: true).values
        }
        #expect(values["voice.wav_voiced_share"] == 0)
        #expect(values["voice.wav_f0_mean"] == nil)
        #expect(values["voice.wav_loudness_mean"] == -100)
    }
}

/// A mono WAV file of 16-bit samples.
func waveFile(_ samples: [Int16], rate: Int) -> Data {
    var data = Data("RIFF".utf8)
    func put(_ value: Int, _ bytes: Int) {
        for byte in 0 ..< bytes { data.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }
    put(36 + 2 * samples.count, 4)
    data += Data("WAVEfmt ".utf8)
    put(16, 4)
    put(1, 2)
    put(1, 2)
    put(rate, 4)
    put(2 * rate, 4)
    put(2, 2)
    put(16, 2)
    data += Data("data".utf8)
    put(2 * samples.count, 4)
    for sample in samples { put(Int(sample), 2) }
    return data
}
