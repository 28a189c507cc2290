import Foundation
import Mien

/// Summaries of facial activity: action units, blinks, smiles, head and gaze.
enum FaceFeatures {
    private static let openFace = "OpenFace 2 (10.1109/FG.2018.00019) or CLNF"
    static let leastConfidence = 0.8
    /// An intensity above this counts as activity.
    static let active = 1.0
    static let shortestEvent = 0.3
    /// Radians below the camera's axis from which on the gaze is down.
    static let down = 0.2

    static let definitions: [FeatureDefinition] = {
        func make(_ name: String, _ unit: String, _ meaning: String) -> FeatureDefinition {
            FeatureDefinition(.face, name, unit, openFace, meaning)
        }
        var list = [
            make("kept_share", "share", "frames with success = 1 and confidence >= 0.8")
        ]
        for unit in ActionUnits.intensities {
            let name = String(format: "au%02d", unit)
            list += [
                make("\(name)_mean", "0 to 5", "AU\(unit) intensity, mean"),
                make("\(name)_sd", "0 to 5", "AU\(unit) intensity, standard deviation"),
                make("\(name)_p10", "0 to 5", "AU\(unit) intensity, 10th percentile"),
                make("\(name)_p50", "0 to 5", "AU\(unit) intensity, median"),
                make("\(name)_p90", "0 to 5", "AU\(unit) intensity, 90th percentile"),
                make("\(name)_share", "share", "frames with AU\(unit) above 1"),
                make("\(name)_events", "1/min", "AU\(unit) above 1 for 0.3 s or more"),
                make("\(name)_event_seconds", "s", "length of such an event, mean"),
            ]
        }
        for unit in ActionUnits.presences {
            list.append(
                make(String(format: "au%02d_present", unit), "share", "frames with AU\(unit)_c = 1")
            )
        }
        list += [
            make("blinks_per_minute", "1/min", "onsets of AU45_c"),
            make("smile_share", "share", "frames with AU12 above 1"),
            make("smile_with_cheeks_share", "share", "AU06 above 1 in frames of smiles"),
            make("head_speed_mean", "rad/s", "speed of the head's rotation, mean"),
            make("head_speed_p90", "rad/s", "speed of the head's rotation, 90th percentile"),
            make("head_pitch_sd", "rad", "Rx, standard deviation"),
            make("head_yaw_sd", "rad", "Ry, standard deviation"),
            make("head_roll_sd", "rad", "Rz, standard deviation"),
            make("head_pitch_range", "rad", "Rx, 10th to 90th percentile"),
            make("gaze_down_share", "share", "frames with a gaze 0.2 rad or more below the axis"),
            make("gaze_horizontal_sd", "rad", "gaze angle x, standard deviation"),
            make("gaze_vertical_sd", "rad", "gaze angle y, standard deviation"),
        ]
        return list
    }()

    /// - Returns: the values, and the files with the share of frames that was kept.
    /// - Throws: `DataError` with file, line and column.
    static func read(
        _ files: FaceFrames.Files, cuts: [ClosedRange<Double>]
    ) throws(DataError) -> VoiceFeatures.Reading {
        let frames = try FaceFrames(files)
        var cut = TimeSpans(cuts)
        var summary = FaceSummary()
        while let frame = try frames.next() {
            if !cut.contains(frame.seconds) { summary.add(frame) }
        }
        var reading = VoiceFeatures.Reading()
        reading.values = summary.values()
        reading.sources = frames.sources().map {
            SourceUse(
                $0, modality: .face, rows: frames.count, used: summary.kept,
                seconds: summary.lastSeconds)
        }
        if !frames.missingNumbers.isEmpty {
            reading.irregularities.append(
                Irregularity(
                    .missingNumbers, file: files.all[0].path,
                    found: "missing numbers: \(frames.missingNumbers.listed())",
                    expected: "at most 5 % of a column", answer: "features skip them"))
        }
        return reading
    }
}

/// The running summaries of the frames of a recording.
private struct FaceSummary {
    private struct Events {
        var start: Double?
        var count = 0
        var seconds = 0.0

        mutating func add(_ isActive: Bool, at time: Double, until end: Double) {
            if isActive {
                start = start ?? time
            } else if let begun = start {
                if end - begun >= FaceFeatures.shortestEvent {
                    count += 1
                    seconds += end - begun
                }
                start = nil
            }
        }
    }

    private(set) var kept = 0
    private(set) var lastSeconds = 0.0
    private var frames = 0
    private var observed = 0.0
    private var units = [RunningSummary](
        repeating: RunningSummary(), count: ActionUnits.intensities.count)
    private var above = [Int](repeating: 0, count: ActionUnits.intensities.count)
    private var events = [Events](repeating: Events(), count: ActionUnits.intensities.count)
    private var presences = [RunningSummary](
        repeating: RunningSummary(), count: ActionUnits.presences.count)
    private var blinks = 0
    private var isBlinking = false
    private var (smiles, cheeks) = (0, 0)
    private var angles = [RunningSummary](repeating: RunningSummary(), count: 3)
    private var speed = RunningSummary()
    private var gaze = [RunningSummary](repeating: RunningSummary(), count: 2)
    private var gazeDown = 0
    private var last: FaceFrame?

    private static let cheek = ActionUnits.intensities.firstIndex(of: 6) ?? 0
    private static let smile = ActionUnits.intensities.firstIndex(of: 12) ?? 0
    private static let blink = ActionUnits.presences.firstIndex(of: 45) ?? 0

    mutating func add(_ frame: FaceFrame) {
        frames += 1
        lastSeconds = frame.seconds
        guard frame.isTracked, !(frame.confidence < FaceFeatures.leastConfidence) else {
            close(at: frame.seconds)
            return
        }
        kept += 1
        // A gap of half a second or more is no time that was observed.
        let step = last.map { frame.seconds - $0.seconds } ?? 0
        if step > 0, step < 0.5 { observed += step } else { close(at: frame.seconds) }
        for (index, value) in frame.intensities.enumerated() where value.isFinite {
            units[index].add(value)
            let isActive = value > FaceFeatures.active
            if isActive { above[index] += 1 }
            events[index].add(isActive, at: frame.seconds, until: frame.seconds)
        }
        for (index, value) in frame.presences.enumerated() { presences[index].add(value) }
        addBlinkAndSmile(frame)
        addHeadAndGaze(frame, step: step)
        last = frame
    }

    private mutating func close(at time: Double) {
        let end = last?.seconds ?? time
        for index in events.indices { events[index].add(false, at: end, until: end) }
        last = nil
    }

    private mutating func addBlinkAndSmile(_ frame: FaceFrame) {
        let closed = frame.presences[Self.blink]
        if closed.isFinite {
            if closed == 1, !isBlinking { blinks += 1 }
            isBlinking = closed == 1
        }
        guard frame.intensities[Self.smile] > FaceFeatures.active else { return }
        smiles += 1
        if frame.intensities[Self.cheek] > FaceFeatures.active { cheeks += 1 }
    }

    private mutating func addHeadAndGaze(_ frame: FaceFrame, step: Double) {
        for axis in 0 ..< 3 { angles[axis].add(frame.pose[3 + axis]) }
        if let last, step > 0, step < 0.5 {
            let turned = (3 ..< 6).reduce(0.0) { $0 + pow(frame.pose[$1] - last.pose[$1], 2) }
            speed.add(turned.squareRoot() / step)
        }
        for axis in 0 ..< 2 { gaze[axis].add(frame.gazeAngles[axis]) }
        if frame.gazeAngles[1] >= FaceFeatures.down { gazeDown += 1 }
    }

    func values() -> FeatureValues {
        guard frames > 0 else { return [:] }
        var values: FeatureValues = [:]
        func set(_ name: String, _ value: Double) { values["face.\(name)"] = value }
        set("kept_share", Double(kept) / Double(frames))
        let minutes = observed / 60
        for (index, unit) in ActionUnits.intensities.enumerated() where units[index].count > 0 {
            let name = String(format: "au%02d", unit)
            set("\(name)_mean", units[index].mean)
            set("\(name)_sd", units[index].deviation)
            for (part, value) in zip(
                ["p10", "p50", "p90"], units[index].quantiles([0.1, 0.5, 0.9]))
            {
                set("\(name)_\(part)", value)
            }
            set("\(name)_share", Double(above[index]) / Double(units[index].count))
            if minutes > 0 { set("\(name)_events", Double(events[index].count) / minutes) }
            if events[index].count > 0 {
                set("\(name)_event_seconds", events[index].seconds / Double(events[index].count))
            }
        }
        for (index, unit) in ActionUnits.presences.enumerated() where presences[index].count > 0 {
            set(String(format: "au%02d_present", unit), presences[index].mean)
        }
        if presences[Self.blink].count > 0, minutes > 0 {
            set("blinks_per_minute", Double(blinks) / minutes)
        }
        if units[Self.smile].count > 0 {
            set("smile_share", Double(smiles) / Double(units[Self.smile].count))
            if smiles > 0 { set("smile_with_cheeks_share", Double(cheeks) / Double(smiles)) }
        }
        if angles[0].count > 0 {
            set("head_speed_mean", speed.count > 0 ? speed.mean : .nan)
            set("head_speed_p90", speed.quantiles([0.9])[0])
            for (axis, name) in ["pitch", "yaw", "roll"].enumerated() {
                set("head_\(name)_sd", angles[axis].deviation)
            }
            let ends = angles[0].quantiles([0.1, 0.9])
            set("head_pitch_range", ends[1] - ends[0])
        }
        if gaze[1].count > 0 {
            set("gaze_down_share", Double(gazeDown) / Double(gaze[1].count))
            set("gaze_horizontal_sd", gaze[0].deviation)
            set("gaze_vertical_sd", gaze[1].deviation)
        }
        return values
    }
}
