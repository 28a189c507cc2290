import Foundation
import Mien

/// Summaries of COVAREP, FORMANT and openSMILE files over the participant's speech.
enum VoiceFeatures {
    /// Columns of COVAREP that are summarised where VUV is 1, with their units.
    private static let glottal: [(String, String)] = [
        ("NAQ", ""), ("QOQ", ""), ("H1H2", "dB"), ("PSP", ""), ("MDQ", ""), ("peakSlope", ""),
        ("Rd", ""),
    ]
    /// Descriptors of eGeMAPSv01a; those that end in nz count where there is a voice.
    static let egemaps: [(name: String, column: String, unit: String)] = [
        ("loudness", "Loudness_sma3", "sone-like"), ("alpha_ratio", "alphaRatio_sma3", "dB"),
        ("hammarberg", "hammarbergIndex_sma3", "dB"), ("slope_0_500", "slope0-500_sma3", "dB/Hz"),
        ("slope_500_1500", "slope500-1500_sma3", "dB/Hz"),
        ("flux", "spectralFlux_sma3", ""), ("mfcc1", "mfcc1_sma3", ""),
        ("mfcc2", "mfcc2_sma3", ""), ("mfcc3", "mfcc3_sma3", ""), ("mfcc4", "mfcc4_sma3", ""),
        ("f0", "F0semitoneFrom27.5Hz_sma3nz", "semitones"),
        ("jitter", "jitterLocal_sma3nz", "share"), ("shimmer", "shimmerLocaldB_sma3nz", "dB"),
        ("hnr", "HNRdBACF_sma3nz", "dB"), ("h1_h2", "logRelF0-H1-H2_sma3nz", "dB"),
        ("h1_a3", "logRelF0-H1-A3_sma3nz", "dB"), ("f1", "F1frequency_sma3nz", "Hz"),
        ("f1_bandwidth", "F1bandwidth_sma3nz", "Hz"),
        ("f1_amplitude", "F1amplitudeLogRelF0_sma3nz", "dB"),
        ("f2", "F2frequency_sma3nz", "Hz"),
        ("f2_amplitude", "F2amplitudeLogRelF0_sma3nz", "dB"),
        ("f3", "F3frequency_sma3nz", "Hz"),
        ("f3_amplitude", "F3amplitudeLogRelF0_sma3nz", "dB"),
    ]

    private static func statistics(
        _ name: String, _ unit: String, _ source: String, _ meaning: String, quantiles: Bool = false
    ) -> [FeatureDefinition] {
        var rows = [("mean", "mean"), ("sd", "standard deviation")]
        if quantiles {
            rows += [
                ("p10", "10th percentile"), ("p50", "median"), ("p90", "90th percentile"),
            ]
        }
        return rows.map {
            FeatureDefinition(.voice, "\(name)_\($0.0)", unit, source, "\(meaning), \($0.1)")
        }
    }

    static let definitions: [FeatureDefinition] = {
        let covarep = "COVAREP (10.1109/ICASSP.2014.6853739)"
        let smile = "eGeMAPS (10.1109/TAFFC.2015.2457417)"
        var list = [
            FeatureDefinition(
                .voice, "covarep_voiced_share", "share", covarep, "rows with VUV = 1")
        ]
        list += statistics(
            "covarep_f0", "semitones re 27.5 Hz", covarep, "fundamental frequency",
            quantiles: true)
        for (name, unit) in glottal {
            list += statistics("covarep_\(name.lowercased())", unit, covarep, name)
        }
        list += statistics("covarep_creak", "probability", covarep, "creaky voice")
        for index in 1 ... 12 {
            list += statistics("covarep_mcep\(index)", "", covarep, "mel cepstrum \(index)")
        }
        for index in 1 ... 3 {
            list += statistics("formant\(index)", "Hz", "FORMANT file", "formant \(index)")
        }
        list.append(
            FeatureDefinition(.voice, "egemaps_voiced_share", "share", smile, "rows with F0 > 0"))
        for entry in egemaps {
            list += statistics(
                "egemaps_\(entry.name)", entry.unit, smile, entry.column,
                quantiles: entry.name == "f0")
        }
        for index in 0 ... 12 {
            list += statistics(
                "opensmile_mfcc\(index)", "", "openSMILE MFCC12_0_D_A",
                "mel-frequency cepstrum \(index)")
        }
        return list
    }()

    /// What was read besides the values.
    struct Reading {
        var values: FeatureValues = [:]
        var sources: [SourceUse] = []
        var irregularities: [Irregularity] = []
    }

    /// - Parameters:
    ///   - spans: the participant's speech in seconds; `nil` for all of the file.
    ///   - cuts: seconds that count for nothing.
    /// - Throws: `DataError` with file, line and column.
    static func read(
        _ files: [VoiceFileKind: URL], spans: [ClosedRange<Double>]?, cuts: [ClosedRange<Double>]
    ) throws(DataError) -> Reading {
        var reading = Reading()
        var voicing: [Bool] = []
        for kind in [VoiceFileKind.covarep, .formant, .egemaps, .mfcc] {
            guard let url = files[kind] else { continue }
            let frames = try VoiceFrames(url, kind: kind)
            var pass = VoicePass(kind, names: frames.names, voicing: voicing)
            var spoken = spans.map(TimeSpans.init)
            var cut = TimeSpans(cuts)
            var used = 0
            while try frames.next() {
                let time = frames.seconds
                let isSpoken = spoken?.contains(time) ?? true
                let isUsed = isSpoken && !cut.contains(time)
                if isUsed { used += 1 }
                pass.add(frames.values, isUsed: isUsed)
            }
            voicing = kind == .covarep ? pass.voicing : voicing
            reading.values.merge(pass.values()) { $1 }
            reading.sources.append(
                SourceUse(
                    frames.source(), modality: .voice, rows: frames.count, used: used,
                    seconds: Double(frames.count) / 100))
            if !frames.missingNumbers.isEmpty {
                reading.irregularities.append(
                    Irregularity(
                        .missingNumbers, file: url.path,
                        found: "missing numbers: \(frames.missingNumbers.listed())",
                        expected: "at most 5 % of a column", answer: "features skip them"))
            }
        }
        return reading
    }
}

/// One reading of a file of acoustic features.
private struct VoicePass {
    private let kind: VoiceFileKind
    private let targets: [(name: String, position: Int, needsVoice: Bool)]
    /// Of the rows of COVAREP, for the formants that lie beside them; half an hour is 180 kB.
    private(set) var voicing: [Bool] = []
    private let knownVoicing: [Bool]
    private var row = 0
    private var used = 0
    private var voiced = 0
    /// The summaries in the order of `targets`.
    private var list: [RunningSummary]
    private let voicePosition: Int?

    init(_ kind: VoiceFileKind, names: [String], voicing: [Bool]) {
        self.kind = kind
        knownVoicing = voicing
        var positions: [String: Int] = [:]
        for (index, name) in names.enumerated() { positions[name] = index }
        var targets: [(name: String, position: Int, needsVoice: Bool)] = []
        func target(_ name: String, _ column: String, _ needsVoice: Bool) {
            if let position = positions[column] { targets.append((name, position, needsVoice)) }
        }
        switch kind {
        case .covarep:
            voicePosition = positions["VUV"]
            target("covarep_f0", "F0", true)
            for name in ["NAQ", "QOQ", "H1H2", "PSP", "MDQ", "peakSlope", "Rd"] {
                target("covarep_\(name.lowercased())", name, true)
            }
            target("covarep_creak", "creak", false)
            for index in 1 ... 12 { target("covarep_mcep\(index)", "MCEP_\(index)", true) }
        case .formant:
            voicePosition = nil
            for index in 1 ... 3 { target("formant\(index)", "F\(index)", true) }
        case .egemaps:
            voicePosition = positions["F0semitoneFrom27.5Hz_sma3nz"]
            for entry in VoiceFeatures.egemaps {
                target("egemaps_\(entry.name)", entry.column, entry.column.hasSuffix("nz"))
            }
        case .mfcc:
            voicePosition = nil
            for index in 0 ... 12 {
                target("opensmile_mfcc\(index)", "pcm_fftMag_mfcc[\(index)]", false)
            }
        }
        self.targets = targets
        list = [RunningSummary](repeating: RunningSummary(), count: targets.count)
    }

    mutating func add(_ values: [Double], isUsed: Bool) {
        defer { row += 1 }
        var isVoiced = true
        if let voicePosition {
            isVoiced = kind == .covarep ? values[voicePosition] == 1 : values[voicePosition] > 0
            if kind == .covarep { voicing.append(isVoiced) }
        } else if kind == .formant, row < knownVoicing.count {
            isVoiced = knownVoicing[row]
        }
        guard isUsed else { return }
        used += 1
        if isVoiced { voiced += 1 }
        for (index, target) in targets.enumerated() where isVoiced || !target.needsVoice {
            let value = values[target.position]
            if target.name == "covarep_f0" {
                if value > 0 { list[index].add(12 * log2(value / 27.5)) }
            } else {
                list[index].add(value)
            }
        }
    }

    func values() -> FeatureValues {
        var values: FeatureValues = [:]
        for (target, summary) in zip(targets, list) where summary.count > 0 {
            values["voice.\(target.name)_mean"] = summary.mean
            values["voice.\(target.name)_sd"] = summary.deviation
            if target.name.hasSuffix("_f0") {
                for (name, value) in zip(
                    ["p10", "p50", "p90"], summary.quantiles([0.1, 0.5, 0.9]))
                {
                    values["voice.\(target.name)_\(name)"] = value
                }
            }
        }
        if used > 0, voicePosition != nil {
            values["voice.\(kind.rawValue)_voiced_share"] = Double(voiced) / Double(used)
        }
        return values
    }
}
