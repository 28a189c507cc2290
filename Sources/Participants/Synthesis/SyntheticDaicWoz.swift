import Evaluation
import Foundation
import Mien

/// Drawn participants as DAIC-WOZ has them.
struct SyntheticDaicWoz: SyntheticLayout {
    let study: SyntheticStudy
    let folder: SyntheticFolder

    func write(_ person: SyntheticPerson) throws {
        let id = person.id
        let (interview, signals) = drawn(person)
        let start = "\(id)_P/\(id)_"
        try folder.write(transcript(interview, of: person), start + "TRANSCRIPT.csv")
        try folder.write(signals.wave(), start + "AUDIO.wav")
        try folder.write(signals.formants(), start + "FORMANT.csv")
        let isPage = study.hasFaults && person.index == 4
        try folder.write(
            isPage
                ? Array("<!DOCTYPE html>\n<html><body>synthetic</body></html>\n".utf8)
                : signals.covarep(), start + "COVAREP.csv")
        guard !person.missing.contains(.face) else { return }
        let isEmpty = study.hasFaults && person.index == 6
        let units = signals.face(.actionUnits)
        try folder.write(
            isEmpty ? Array(units.prefix { $0 != 0x0A }) + [0x0A] : units, start + "CLNF_AUs.txt")
        try folder.write(signals.face(.gaze), start + "CLNF_gaze.txt")
        try folder.write(signals.face(.pose), start + "CLNF_pose.txt")
        guard study.hasFaults else { return }
        if person.index == 7 { try folder.write("synthetic", "\(id)_P/._\(id)_CLNF_AUs.txt") }
        if person.index == 8 { try folder.write("PK\u{3}\u{4}synthetic, cut", "\(id)_P.zip") }
    }

    private func transcript(_ interview: SyntheticInterview, of person: SyntheticPerson) -> String {
        var text = "start_time\tstop_time\tspeaker\tvalue\n"
        func row(_ start: Double, _ stop: Double, _ speaker: String, _ words: String) {
            text += String(format: "%.3f\t%.3f", start, stop) + "\t\(speaker)\t\(words)\n"
        }
        let offset = study.hasFaults ? KnownFaults().entry(of: person.id)?.offset ?? 0 : 0
        let isSilent = study.hasFaults && KnownFaults.withoutInterviewer.contains(person.id)
        if study.hasFaults {
            row(0.1, 0.9, "Participant", "is this thing on")
            row(1.0, 1.4, "Participant", "<synch>")
        }
        for (index, spoken) in interview.rows.enumerated() {
            if isSilent, spoken.isInterviewer { continue }
            // Later recordings name the prompt before its words.
            let isKeyed = spoken.isInterviewer && (Int(person.id) ?? 0) > 363
            let words = isKeyed ? "prompt_\(index) (\(spoken.text))" : spoken.text
            // Times are early by what readers add.
            let (start, stop) = (spoken.start - offset, spoken.stop - offset)
            guard start >= 0 else { continue }
            row(start, stop, spoken.isInterviewer ? "Ellie" : "Participant", words)
            if study.hasFaults, index == 3 { row(stop, stop, "Participant", "scrubbed_entry") }
            if study.hasFaults, index == 5 { text += "\n" }
        }
        if offset > 0 {
            // A recording shorter than its offset keeps a turn.
            row(study.seconds, study.seconds + 1, "Ellie", "how are you doing today")
            row(study.seconds + 1.5, study.seconds + 3, "Participant", "good thanks")
        }
        return text
    }

    func writeLabels(of people: [SyntheticPerson]) throws {
        let items = PHQ.itemNames.map { "PHQ8_\($0)" }
        for (split, name) in [(Split.train, "train"), (.valid, "dev")] {
            // The header's columns stand in another order in one of the files, as in the corpus.
            var text = CSV.line(
                ["Participant_ID", "PHQ8_Binary", "PHQ8_Score", "Gender"] + items)
            for person in people where person.split == split {
                let (id, label, answers) = labelled(person)
                text += CSV.line(
                    [id, label, "\(person.score)", code(person)] + answers)
            }
            try folder.write(text, "\(name)_split_Depression_AVEC2017.csv")
        }
        let test = people.filter { $0.split == .test }
        try folder.write(
            CSV.table(
                ["participant_ID", "Gender"], test.map { [$0.id, code($0)] }),
            "test_split_Depression_AVEC2017.csv")
        try folder.write(
            CSV.table(
                ["Participant_ID", "PHQ_Binary", "PHQ_Score", "Gender"],
                test.map { [$0.id, $0.label ? "1" : "0", "\($0.score)", code($0)] }),
            "full_test_split.csv")
    }

    /// 1 is male, 0 female.
    private func code(_ person: SyntheticPerson) -> String { person.gender == .male ? "1" : "0" }
}
