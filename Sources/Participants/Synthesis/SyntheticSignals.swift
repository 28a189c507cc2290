import Evaluation
import Foundation

/// Sound, acoustic features and facial activity of a drawn person.
struct SyntheticSignals {
    let person: SyntheticPerson
    let interview: SyntheticInterview
    let seconds: Double
    /// Writes -inf and words for missing numbers.
    let hasFaults: Bool

    private var voice: Double { person.latents[.voice] ?? 0 }
    private var face: Double { person.latents[.face] ?? 0 }

    private func isSpeech(_ spans: inout TimeSpans, _ time: Double) -> Bool {
        spans.contains(time)
    }

    // MARK: - Sound

    static let sampleRate = 16_000

    /// A WAV file of ``samples()``.
    func wave() -> [UInt8] {
        let samples = samples()
        return Self.header(samples: samples.count / 2) + samples
    }

    /// 16 bits, one channel: the person's rows at the known pitch, the interviewer's rows faint.
    func samples() -> [UInt8] {
        var generator = person.generator(2)
        var own = TimeSpans(interview.speech)
        var other = TimeSpans(
            interview.rows.filter(\.isInterviewer).map { $0.start ... $0.stop })
        let table = Self.cycle
        let count = Int(seconds * Double(Self.sampleRate))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * count)
        var phase = 0.0
        let loudness = 0.25 * pow(10, -0.1 * voice)
        for sample in 0 ..< count {
            let time = Double(sample) / Double(Self.sampleRate)
            var (level, pitch) = (0.0, 0.0)
            if own.contains(time) {
                (level, pitch) = (loudness, person.pitch)
            } else if other.contains(time) {
                (level, pitch) = (0.02, 180)
            }
            var value = 0.0008 * (generator.uniform() - 0.5)
            if level > 0 {
                phase += pitch / Double(Self.sampleRate)
                if phase >= 1 { phase -= 1 }
                let place = phase * Double(table.count)
                let below = Int(place)
                let next = table[(below + 1) % table.count]
                value += level * (table[below] + (place - Double(below)) * (next - table[below]))
            }
            let whole = Int16(max(-32_767, min(32_767, value * 32_767)))
            bytes.append(UInt8(truncatingIfNeeded: whole))
            bytes.append(UInt8(truncatingIfNeeded: whole >> 8))
        }
        return bytes
    }

    /// One cycle of a voice: 12 harmonics that fall by 9 dB an octave.
    private static let cycle: [Double] = (0 ..< 2048).map { place in
        (1 ... 12).reduce(0.0) {
            $0 + pow(Double($1), -1.5) * sin(2 * .pi * Double($1 * place) / 2048)
        } / 2
    }

    private static func header(samples: Int) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0 ..< bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let parts: [[UInt8]] = [
            Array("RIFF".utf8), number(36 + 2 * samples, 4), Array("WAVEfmt ".utf8),
            number(16, 4), number(1, 2), number(1, 2), number(sampleRate, 4),
            number(2 * sampleRate, 4), number(2, 2), number(16, 2), Array("data".utf8),
            number(2 * samples, 4),
        ]
        return parts.flatMap { $0 }
    }

    // MARK: - Acoustic features

    func covarep() -> [UInt8] {
        var generator = person.generator(3)
        var spans = TimeSpans(interview.speech)
        var numbers = SyntheticNumbers(separator: ",")
        for row in 0 ..< Int(seconds * 100) {
            let isVoiced = isSpeech(&spans, (Double(row) + 0.5) / 100) && row % 20 > 2
            func noise(_ scale: Double) -> Double { scale * (generator.uniform() - 0.5) }
            numbers.add(isVoiced ? person.pitch + noise(6) : 0, decimals: 2)
            numbers.add(isVoiced ? 1 : 0, decimals: 0)
            numbers.add(0.1 + 0.01 * voice + noise(0.02), decimals: 4)
            numbers.add(0.4 + noise(0.1), decimals: 4)
            numbers.add(4 + voice + noise(3), decimals: 4)
            numbers.add(0.3 + noise(0.1), decimals: 4)
            numbers.add(0.1 + noise(0.05), decimals: 4)
            numbers.add(-0.4 + 0.03 * voice + noise(0.05), decimals: 4)
            numbers.add(1.2 + 0.1 * voice + noise(0.3), decimals: 4)
            numbers.add(0.5, decimals: 1)
            numbers.add(0.2 + noise(0.1), decimals: 4)
            for index in 0 ..< 25 {
                if hasFaults, index == 3, row % 300 == 7 {
                    numbers.add(text: "-inf")
                } else {
                    let shift = index == 1 || index == 2 ? 0.15 * voice : 0
                    numbers.add(2 / Double(index + 1) + shift + noise(0.5), decimals: 3)
                }
            }
            for _ in 0 ..< 38 { numbers.add(0, decimals: 0) }
            numbers.endRow()
        }
        return numbers.bytes
    }

    func formants() -> [UInt8] {
        var generator = person.generator(4)
        var numbers = SyntheticNumbers(separator: ",")
        let size = person.gender == .female ? 1.12 : 1.0
        for _ in 0 ..< Int(seconds * 100) {
            for (index, centre) in [520.0, 1500, 2500, 3500, 4500].enumerated() {
                let shift = index == 0 ? 12 * voice : 0
                numbers.add(
                    centre * size + shift + 60 * (generator.uniform() - 0.5), decimals: 2)
            }
            numbers.endRow()
        }
        return numbers.bytes
    }

    func egemaps() -> [UInt8] {
        var generator = person.generator(5)
        var spans = TimeSpans(interview.speech)
        var numbers = SyntheticNumbers(
            separator: ";", header: ["name", "frameTime"] + VoiceFeatures.egemaps.map(\.column))
        for row in 0 ..< Int(seconds * 100) {
            let isVoiced = isSpeech(&spans, Double(row) / 100) && row % 20 > 2
            numbers.add(text: "'unknown'")
            numbers.add(Double(row) / 100, decimals: 2)
            for entry in VoiceFeatures.egemaps {
                guard isVoiced || !entry.column.hasSuffix("nz") else {
                    numbers.add(0, decimals: 1)
                    continue
                }
                let noise = generator.uniform() - 0.5
                let value =
                    switch entry.name {
                    case "f0": 12 * log2(person.pitch / 27.5) + 0.4 * noise
                    case "loudness": 0.6 - 0.05 * voice + 0.2 * noise
                    case "hnr": 8 - voice + 2 * noise
                    case "jitter": 0.02 + 0.002 * voice + 0.01 * noise
                    case "shimmer": 1 + 0.1 * voice + 0.4 * noise
                    case "f1": 520 + 12 * voice + 60 * noise
                    default: 1 + noise
                    }
                numbers.add(value, decimals: 4)
            }
            numbers.endRow()
        }
        return numbers.bytes
    }

    func mfcc() -> [UInt8] {
        var generator = person.generator(6)
        let names = ["", "_de", "_de_de"].flatMap { ending in
            (0 ..< 13).map { "pcm_fftMag_mfcc\(ending)[\($0)]" }
        }
        var numbers = SyntheticNumbers(separator: ";", header: ["name", "frameTime"] + names)
        for row in 0 ..< Int(seconds * 100) {
            numbers.add(text: "'unknown'")
            numbers.add(Double(row) / 100, decimals: 2)
            for index in 0 ..< 39 {
                let shift = index == 1 ? 0.8 * voice : 0
                numbers.add(shift + 4 * (generator.uniform() - 0.5), decimals: 3)
            }
            numbers.endRow()
        }
        return numbers.bytes
    }

    // MARK: - Face

    /// Columns of a file of facial activity, with the value of each in a frame.
    enum Face {
        case openFace
        case actionUnits, gaze, pose

        var separator: String { self == .openFace ? "," : ", " }

        var header: [String] {
            let first: [String] = ["frame", "timestamp", "confidence", "success"]
            let pose: [String] = ["Tx", "Ty", "Tz", "Rx", "Ry", "Rz"]
            let units: [String] = ActionUnits.intensities.map { String(format: "AU%02d_r", $0) }
            let present: [String] = ActionUnits.presences.map { String(format: "AU%02d_c", $0) }
            let eyes: [String] = [
                "gaze_0_x", "gaze_0_y", "gaze_0_z", "gaze_1_x", "gaze_1_y", "gaze_1_z",
                "gaze_angle_x", "gaze_angle_y",
            ]
            switch self {
            case .openFace:
                let named = pose.map { "pose_\($0)" }
                return [first, named, eyes, units, present].flatMap { $0 }
            case .actionUnits:
                let common = ActionUnits.common.map { String(format: "AU%02d_r", $0) }
                let shown = [4, 12, 15, 23, 28, 45].map { String(format: "AU%02d_c", $0) }
                return first + common + shown
            case .gaze:
                return first + [
                    "x_0", "y_0", "z_0", "x_1", "y_1", "z_1", "x_h0", "y_h0", "z_h0", "x_h1",
                    "y_h1", "z_h1",
                ]
            case .pose:
                return first + pose
            }
        }
    }

    /// 30 frames a second; every 40th frame is lost by the tracker.
    func face(_ form: Face) -> [UInt8] {
        var generator = person.generator(7)
        var numbers = SyntheticNumbers(separator: form.separator, header: form.header)
        for frame in 0 ..< Int(seconds * 30) {
            let isLost = frame % 40 == 39
            let smile = frame % 150 < 40 ? 1 : 0
            let noise = (0 ..< 4).map { _ in generator.uniform() - 0.5 }
            numbers.add(Double(frame + 1), decimals: 0)
            numbers.add(Double(frame) / 30, decimals: 3)
            numbers.add(isLost ? 0.2 : 0.95, decimals: 2)
            numbers.add(isLost ? 0 : 1, decimals: 0)
            for name in form.header.dropFirst(4) {
                numbers.add(
                    isLost ? 0 : value(of: name, smile: smile, frame: frame, noise: noise),
                    decimals: name.hasSuffix("_c") ? 0 : 4)
            }
            numbers.endRow()
        }
        return numbers.bytes
    }

    private func value(of name: String, smile: Int, frame: Int, noise: [Double]) -> Double {
        switch name {
        case "AU12_r": max(0, 0.3 + Double(smile) * (1.6 - 0.25 * face) + 0.2 * noise[0])
        case "AU06_r": max(0, 0.3 + Double(smile) * (1.3 - 0.25 * face) + 0.2 * noise[1])
        case "AU04_r": max(0, 0.8 + 0.2 * face + 0.3 * noise[2])
        case "AU15_r", "AU17_r": max(0, 0.6 + 0.12 * face + 0.3 * noise[3])
        case "AU45_c": frame % 90 < 5 ? 1 : 0
        case "AU12_c": Double(smile)
        case let unit where unit.hasSuffix("_r"): max(0, 0.4 + 0.4 * noise[0])
        case let unit where unit.hasSuffix("_c"): noise[1] > 0.3 ? 1 : 0
        case let tz where tz.hasSuffix("Tz"): 600 + 10 * noise[0]
        case let t where t.hasSuffix("Tx") || t.hasSuffix("Ty"): 8 * noise[1]
        case let rx where rx.hasSuffix("Rx"): 0.05 + 0.04 * face + 0.05 * noise[2]
        case let r where r.hasSuffix("Ry") || r.hasSuffix("Rz"): 0.06 * noise[3]
        case "gaze_angle_x": 0.1 * noise[1]
        case "gaze_angle_y": 0.15 + 0.05 * face + 0.1 * noise[0]
        case let z where z.hasSuffix("_z") || z.hasPrefix("z_"): -1
        case let y where y.hasSuffix("_y") || y.hasPrefix("y_"): 0.15 + 0.05 * face + 0.1 * noise[0]
        default: 0.1 * noise[1]
        }
    }
}
