import Foundation

/// A transcript as features read it: without setup chatter, sync rows and interrupted spans, at the
/// times of the sound.
struct CleanTranscript {
    var transcript: Transcript
    /// Seconds that are cut from sound and frames as well.
    var cuts: [ClosedRange<Double>] = []
    var irregularities: [Irregularity] = []
    /// Spans whose words were removed to hide a name, in seconds.
    var scrubbed: [ClosedRange<Double>] = []

    /// - Parameter isDaicWoz: whether the faults known of DAIC-WOZ apply.
    init(
        _ raw: Transcript, of participant: String, file: String, isDaicWoz: Bool,
        faults: KnownFaults
    ) {
        transcript = raw
        var notes: [Irregularity] = []
        defer { irregularities = notes }
        func note(_ kind: Irregularity.Kind, _ found: String, _ answer: String, line: Int? = nil) {
            notes.append(
                Irregularity(
                    kind, participant: participant, file: file, line: line, found: found,
                    answer: answer))
        }
        if isDaicWoz, faults.isOn(.setup), let (kind, found, answer) = dropSetup() {
            note(kind, found, answer)
        }
        transcript.rows = transcript.rows.map { row in
            guard row.speaker == .interviewer else { return row }
            return Transcript.Row(
                start: row.start, stop: row.stop, speaker: row.speaker,
                text: Transcript.spoken(row.text), confidence: row.confidence, line: row.line)
        }
        let isScrubbed: (Transcript.Row) -> Bool = {
            $0.text.lowercased().contains("scrubbed_entry")
        }
        scrubbed = transcript.rows.filter(isScrubbed).map { $0.start ... $0.stop }
        if let first = transcript.rows.first(where: isScrubbed) {
            note(
                .scrubbed, "\(scrubbed.count) scrubbed row\(scrubbed.count == 1 ? "" : "s")",
                "left out of words and sound", line: first.line)
            transcript.rows.removeAll(where: isScrubbed)
        }
        guard isDaicWoz, let entry = faults.entry(of: participant) else { return }
        if entry.offset != 0, faults.isOn(.offsets) {
            for index in transcript.rows.indices {
                transcript.rows[index].start += entry.offset
                transcript.rows[index].stop += entry.offset
            }
            scrubbed = scrubbed.map {
                $0.lowerBound + entry.offset ... $0.upperBound + entry.offset
            }
            note(.offset, "times that are \(entry.offset) s early", "the offset is added")
        }
        if let cut = entry.cut, faults.isOn(.interruptions) {
            cuts = [cut]
            let before = transcript.rows.count
            transcript.rows.removeAll { $0.start < cut.upperBound && $0.stop > cut.lowerBound }
            note(
                .interrupted,
                "an interruption from \(Int(cut.lowerBound)) to \(Int(cut.upperBound)) s",
                "\(before - transcript.rows.count) rows are cut, with sound and frames")
        }
        if entry.videoEndsEarly > 0 {
            note(
                .videoShort, "a video that ends \(Int(entry.videoEndsEarly)) s before the sound",
                "the share of frames is a column")
        }
    }

    /// Drops the rows before the interviewer's first, and those of synchronisation.
    private mutating func dropSetup() -> (Irregularity.Kind, found: String, answer: String)? {
        let before = transcript.rows.count
        let first = transcript.rows.firstIndex {
            $0.speaker == .interviewer && !Transcript.isSync($0.text)
        }
        if let first { transcript.rows.removeFirst(first) }
        transcript.rows.removeAll { Transcript.isSync($0.text) }
        guard first != nil else {
            return (.noInterviewer, "no row of the interviewer", "latencies are missing")
        }
        let dropped = before - transcript.rows.count
        guard dropped > 0 else { return nil }
        return (
            .setupRows, "\(dropped) row\(dropped == 1 ? "" : "s") of setup or synchronisation",
            "left out"
        )
    }

    /// When the participant speaks, in seconds.
    func spansOfParticipant() -> [ClosedRange<Double>] {
        transcript.ofParticipant.map { $0.start ... $0.stop }
    }
}
