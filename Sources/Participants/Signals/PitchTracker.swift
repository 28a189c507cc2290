import Foundation

/// The fundamental frequency of a voice by autocorrelation and a cheapest path (Boersma, 1993,
/// Proceedings of the Institute of Phonetic Sciences 17: 97-110).
struct PitchTracker {
    /// A frame of 10 ms.
    struct Frame: Sendable, Equatable {
        /// In hertz; 0 without a voice.
        var frequency = 0.0
        /// The height of the autocorrelation's peak, 0 to 1.
        var strength = 0.0
    }

    static let lowest = 75.0
    static let highest = 500.0
    private static let silence = 0.03
    private static let voicing = 0.45
    private static let octaveCost = 0.01
    private static let jumpCost = 0.35
    private static let changeCost = 0.14
    private static let candidates = 15

    let sampleRate: Int
    /// Samples of a window: three periods of the lowest frequency.
    let window: Int
    private let transform: FourierTransform
    private let taper: [Double]
    private let taperCorrelation: [Double]

    init(sampleRate: Int) {
        self.sampleRate = sampleRate
        window = Int(3 * Double(sampleRate) / Self.lowest)
        var length = 2
        while length < 2 * window { length *= 2 }
        let transform = FourierTransform(count: length)
        let count = window
        taper = (0 ..< count).map { 0.5 - 0.5 * cos(2 * .pi * (Double($0) + 0.5) / Double(count)) }
        let own = transform.autocorrelation(taper)
        taperCorrelation = own.map { $0 / own[0] }
        self.transform = transform
    }

    /// What one frame may be.
    struct Candidates {
        var frames: [Frame] = []
        /// Of the voiceless candidate.
        var voiceless = 0.0
    }

    /// - Parameters:
    ///   - samples: ``window`` of them.
    ///   - peak: the largest amplitude of the recording.
    func candidates(_ samples: [Double], peak: Double) -> Candidates {
        var result = Candidates()
        let mean = samples.reduce(0, +) / Double(samples.count)
        let centred = samples.map { $0 - mean }
        let local = centred.reduce(0) { max($0, abs($1)) }
        let intensity = peak > 0 ? min(local / peak, 1) : 0
        result.voiceless =
            Self.voicing + max(0, 2 - intensity / (Self.silence / (1 + Self.voicing)))
        guard local > 0 else { return result }
        let raw = transform.autocorrelation(zip(centred, taper).map { $0 * $1 })
        guard raw[0] > 0 else { return result }
        let longest = min(Int(Double(sampleRate) / Self.lowest) + 2, window / 2)
        let shortest = max(2, Int(Double(sampleRate) / Self.highest) - 1)
        let normal = (0 ... longest + 1).map { raw[$0] / raw[0] / taperCorrelation[$0] }
        for lag in shortest ... longest
        where normal[lag] > 0.5 * Self.voicing && normal[lag] > normal[lag - 1]
            && normal[lag] >= normal[lag + 1]
        {
            let (before, at, after) = (normal[lag - 1], normal[lag], normal[lag + 1])
            let curve = 2 * at - before - after
            let shift = curve > 0 ? 0.5 * (after - before) / curve : 0
            let height = at + (curve > 0 ? 0.125 * (after - before) * (after - before) / curve : 0)
            let frequency = Double(sampleRate) / (Double(lag) + shift)
            guard (Self.lowest ... Self.highest).contains(frequency) else { continue }
            // Peaks above 1 come of the short window.
            result.frames.append(
                Frame(frequency: frequency, strength: height > 1 ? 1 / height : height))
        }
        if result.frames.count > Self.candidates {
            result.frames.sort { $0.strength > $1.strength }
            result.frames.removeLast(result.frames.count - Self.candidates)
        }
        return result
    }

    /// The cheapest path through the candidates of successive frames.
    func path(_ frames: [Candidates]) -> [Frame] {
        // The last candidate is the voiceless one.
        var scores: [[Double]] = []
        var origins: [[Int]] = []
        for (index, frame) in frames.enumerated() {
            let own =
                frame.frames.map {
                    $0.strength - Self.octaveCost * log2(Self.lowest / $0.frequency)
                } + [frame.voiceless]
            guard index > 0 else {
                scores.append(own)
                origins.append(own.map { _ in 0 })
                continue
            }
            let before = frames[index - 1]
            var best: [Double] = []
            var origin: [Int] = []
            for (place, score) in own.enumerated() {
                let frequency = place < frame.frames.count ? frame.frames[place].frequency : 0
                var (top, from) = (-Double.infinity, 0)
                for (earlier, reached) in scores[index - 1].enumerated() {
                    let other = earlier < before.frames.count ? before.frames[earlier].frequency : 0
                    let cost: Double =
                        if frequency == 0, other == 0 {
                            0
                        } else if frequency == 0 || other == 0 {
                            Self.changeCost
                        } else {
                            Self.jumpCost * abs(log2(frequency / other))
                        }
                    if reached - cost > top { (top, from) = (reached - cost, earlier) }
                }
                best.append(top + score)
                origin.append(from)
            }
            scores.append(best)
            origins.append(origin)
        }
        guard let last = scores.last,
            var place = last.indices.max(by: { last[$0] < last[$1] })
        else { return [] }
        var result = [Frame](repeating: Frame(), count: frames.count)
        for index in frames.indices.reversed() {
            if place < frames[index].frames.count { result[index] = frames[index].frames[place] }
            place = origins[index][place]
        }
        return result
    }
}
