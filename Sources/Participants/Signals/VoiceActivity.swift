import Evaluation

/// Speech and pauses by the level of the sound, for recordings without a transcript.
struct VoiceActivity {
    /// In decibels, one value each 10 ms: 0.7 MB for half an hour.
    private var levels: [Float] = []

    /// Frames of speech lie at most this far below the loud frames' level, in decibels.
    private static let range = 25.0

    mutating func add(_ level: Float) { levels.append(level) }

    /// The timing features that need no words.
    func timing() -> FeatureValues {
        guard levels.count > 100 else { return [:] }
        let ascending = levels.map(Double.init).sorted()
        let threshold = max(quantile(ascending, 0.95) - Self.range, -60)
        let isSpeech = levels.map { Double($0) >= threshold }
        guard let first = isSpeech.firstIndex(of: true), let last = isSpeech.lastIndex(of: true)
        else {
            return [:]
        }
        var pauses: [Double] = []
        var silent = 0
        for frame in first ... last {
            if isSpeech[frame] {
                let length = Double(silent) / 100
                if length >= TimingFeatures.shortestPause { pauses.append(length) }
                silent = 0
            } else {
                silent += 1
            }
        }
        let seconds = Double(last - first + 1) / 100
        let paused = pauses.reduce(0, +)
        var values: FeatureValues = [
            "timing.speaking_share": (seconds - paused) / seconds,
            "timing.pauses_per_minute": 60 * Double(pauses.count) / seconds,
        ]
        guard !pauses.isEmpty else { return values }
        values["timing.pause_mean"] = paused / Double(pauses.count)
        values["timing.pause_p90"] = quantile(pauses.sorted(), 0.9)
        return values
    }
}
