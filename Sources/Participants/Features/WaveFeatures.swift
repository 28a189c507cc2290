import Foundation
import Mien

/// Voice features of sound, a WAV file or the sound track of a video: frames of 25 ms every 10 ms.
enum WaveFeatures {
    static let definitions: [FeatureDefinition] = {
        let pitch = "autocorrelation (Boersma, 1993)"
        func make(_ name: String, _ unit: String, _ source: String, _ meaning: String)
            -> FeatureDefinition
        {
            FeatureDefinition(.voice, "wav_\(name)", unit, source, meaning)
        }
        var list = [
            make("voiced_share", "share", pitch, "frames with a voice"),
            make("f0_mean", "semitones re 27.5 Hz", pitch, "fundamental frequency, mean"),
            make("f0_sd", "semitones", pitch, "fundamental frequency, standard deviation"),
            make("f0_p10", "semitones re 27.5 Hz", pitch, "fundamental frequency, 10th percentile"),
            make("f0_p50", "semitones re 27.5 Hz", pitch, "fundamental frequency, median"),
            make("f0_p90", "semitones re 27.5 Hz", pitch, "fundamental frequency, 90th percentile"),
            make("hnr_mean", "dB", pitch, "harmonics-to-noise ratio, 10 log10(r / (1 - r)), mean"),
            make("jitter", "share", pitch, "mean |T(i) - T(i+1)| / mean T of successive cycles"),
            make("shimmer", "share", pitch, "mean |A(i) - A(i+1)| / mean A of successive cycles"),
            make("loudness_mean", "dB re full scale", "root mean square", "level, mean"),
            make("loudness_sd", "dB", "root mean square", "level, standard deviation"),
            make("slope_mean", "dB/kHz", "regression on 0 to 8 kHz", "spectral slope, mean"),
            make("slope_sd", "dB/kHz", "regression on 0 to 8 kHz", "spectral slope, deviation"),
        ]
        for index in 0 ..< MelCepstrum.coefficients {
            list += [
                make("mfcc\(index)_mean", "", "Slaney, 1998", "mel cepstrum \(index), mean"),
                make("mfcc\(index)_sd", "", "Slaney, 1998", "mel cepstrum \(index), deviation"),
            ]
        }
        return list
    }()

    /// - Parameters:
    ///   - spans: the participant's speech in seconds; `nil` for all of the file.
    ///   - wantsActivity: computes timing from voice activity as well.
    /// - Throws: `DataError` for what holds no sound that is read.
    static func read(
        _ url: URL, spans: [ClosedRange<Double>]?, cuts: [ClosedRange<Double>],
        wantsActivity: Bool
    ) throws(DataError) -> VoiceFeatures.Reading {
        let peak = try Self.peak(of: url)
        let file = try SoundFile.open(url)
        var pass = WavePass(sampleRate: file.sampleRate, peak: peak, spans: spans, cuts: cuts)
        var count = 0
        while true {
            let samples = try file.read(1 << 16)
            if samples.isEmpty { break }
            count += samples.count
            pass.add(samples)
        }
        pass.finish()
        var reading = VoiceFeatures.Reading()
        reading.values = pass.values()
        if wantsActivity { reading.values.merge(pass.activity.timing()) { $1 } }
        reading.sources = [
            SourceUse(
                try digest(of: url), modality: .voice, rows: pass.frames, used: pass.used,
                seconds: Double(count) / Double(file.sampleRate))
        ]
        if let notes = (file as? DecodedSound)?.notes, !notes.isEmpty {
            reading.irregularities.append(
                Irregularity(
                    .damagedFile, file: url.path,
                    found: "a file that \(notes.joined(separator: " It "))",
                    expected: "one whole sound track", answer: "columns are of what was read"))
        }
        return reading
    }

    /// The file's size and SHA-256.
    static func digest(of url: URL) throws(DataError) -> Dataset.Source {
        let stream = try FileStream(path: url.path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        while try stream.read(into: buffer) > 0 {}
        return stream.source()
    }

    private static func peak(of url: URL) throws(DataError) -> Double {
        let file = try SoundFile.open(url)
        var peak: Float = 0
        while true {
            let samples = try file.read(1 << 16)
            if samples.isEmpty { return Double(peak) }
            for sample in samples { peak = max(peak, abs(sample)) }
        }
    }
}

/// One reading of the sound, frame by frame; half a minute of it is in memory.
private struct WavePass {
    private(set) var frames = 0
    private(set) var used = 0
    private(set) var activity = VoiceActivity()

    private let sampleRate: Int
    private let peak: Double
    private let hop: Int
    private let tracker: PitchTracker
    private let length: Int
    private let spectrum: FourierTransform
    private let taper: [Double]
    private let cepstrum: MelCepstrum
    private var spans: TimeSpans?
    private var cuts: TimeSpans
    /// Samples from `start` of the recording on.
    private var samples: [Double] = []
    private var start = 0
    private var block: [(candidates: PitchTracker.Candidates, isUsed: Bool)] = []
    private var blockStart = 0
    private var voiced = 0
    private var pitch = RunningSummary()
    private var harmonics = RunningSummary()
    private var level = RunningSummary()
    private var slope = RunningSummary()
    private var mel = [RunningSummary](
        repeating: RunningSummary(), count: MelCepstrum.coefficients)
    private var cycles = CyclePerturbation()

    /// Frames of a block, half a minute.
    private static let blockLength = 3000

    init(
        sampleRate: Int, peak: Double, spans: [ClosedRange<Double>]?, cuts: [ClosedRange<Double>]
    ) {
        self.sampleRate = sampleRate
        self.peak = peak
        hop = sampleRate / 100
        tracker = PitchTracker(sampleRate: sampleRate)
        var length = 2
        while length < sampleRate * 32 / 1000 { length *= 2 }
        self.length = length
        spectrum = FourierTransform(count: length)
        taper = (0 ..< length).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(length)) }
        cepstrum = MelCepstrum(sampleRate: sampleRate, length: length)
        self.spans = spans.map(TimeSpans.init)
        self.cuts = TimeSpans(cuts)
    }

    mutating func add(_ more: [Float]) {
        samples += more.map(Double.init)
        while (frames * hop) - start + tracker.window + length <= samples.count {
            addFrame()
            if block.count == Self.blockLength { finishBlock() }
        }
    }

    mutating func finish() {
        if !block.isEmpty { finishBlock() }
    }

    /// A frame is centred on (index + 0.5) hops; its windows lie around the centre.
    private mutating func addFrame() {
        let centre = frames * hop + hop / 2
        let time = Double(centre) / Double(sampleRate)
        let isSpoken = spans?.contains(time) ?? true
        let isUsed = isSpoken && !cuts.contains(time)
        let short = window(sampleRate / 40, around: centre)
        let square = short.reduce(0) { $0 + $1 * $1 } / Double(short.count)
        let decibels = 10 * log10(max(square, 1e-10))
        activity.add(Float(decibels))
        if isUsed {
            used += 1
            level.add(decibels)
            let power = spectrum.power(zip(window(length, around: centre), taper).map { $0 * $1 })
            for (index, value) in cepstrum.coefficients(ofPower: power).enumerated() {
                mel[index].add(value)
            }
            slope.add(spectralSlope(power))
        }
        let candidates =
            isUsed
            ? tracker.candidates(window(tracker.window, around: centre), peak: peak)
            : PitchTracker.Candidates(frames: [], voiceless: 1)
        block.append((candidates, isUsed))
        frames += 1
    }

    /// Zeros stand before the start of the recording.
    private func window(_ count: Int, around centre: Int) -> [Double] {
        let first = centre - count / 2 - start
        return (first ..< first + count).map { samples.indices.contains($0) ? samples[$0] : 0 }
    }

    private func spectralSlope(_ power: [Double]) -> Double {
        let top = min(length / 2, 8000 * length / sampleRate)
        var (sumX, sumY, sumXX, sumXY) = (0.0, 0.0, 0.0, 0.0)
        for bin in 1 ... top {
            let x = Double(bin * sampleRate) / Double(length) / 1000
            let y = 10 * log10(max(power[bin], 1e-10))
            (sumX, sumY, sumXX, sumXY) = (sumX + x, sumY + y, sumXX + x * x, sumXY + x * y)
        }
        let n = Double(top)
        return (n * sumXY - sumX * sumY) / (n * sumXX - sumX * sumX)
    }

    private mutating func finishBlock() {
        let path = tracker.path(block.map(\.candidates))
        for (frame, item) in zip(path, block) where item.isUsed && frame.frequency > 0 {
            voiced += 1
            pitch.add(12 * log2(frame.frequency / 27.5))
            let r = min(max(frame.strength, 1e-6), 1 - 1e-6)
            harmonics.add(10 * log10(r / (1 - r)))
        }
        cycles.add(
            samples, from: start, path: path, firstFrame: blockStart, hop: hop,
            sampleRate: sampleRate)
        block = []
        blockStart = frames
        // The next frame's windows begin here.
        let keep = max(start, frames * hop - tracker.window - length)
        samples.removeFirst(min(samples.count, keep - start))
        start = keep
    }

    func values() -> FeatureValues {
        guard used > 0 else { return [:] }
        var values: FeatureValues = [:]
        func set(_ name: String, _ value: Double) { values["voice.wav_\(name)"] = value }
        set("voiced_share", Double(voiced) / Double(used))
        if pitch.count > 0 {
            set("f0_mean", pitch.mean)
            set("f0_sd", pitch.deviation)
            for (name, value) in zip(["p10", "p50", "p90"], pitch.quantiles([0.1, 0.5, 0.9])) {
                set("f0_\(name)", value)
            }
            set("hnr_mean", harmonics.mean)
        }
        set("jitter", cycles.jitter)
        set("shimmer", cycles.shimmer)
        set("loudness_mean", level.mean)
        set("loudness_sd", level.deviation)
        set("slope_mean", slope.mean)
        set("slope_sd", slope.deviation)
        for index in mel.indices {
            set("mfcc\(index)_mean", mel[index].mean)
            set("mfcc\(index)_sd", mel[index].deviation)
        }
        return values
    }
}
