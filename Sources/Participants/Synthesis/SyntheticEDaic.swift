import Evaluation
import Foundation
import Mien

/// Drawn participants as E-DAIC has them.
struct SyntheticEDaic: SyntheticLayout {
    let study: SyntheticStudy
    let folder: SyntheticFolder

    func write(_ person: SyntheticPerson) throws {
        let id = person.id
        let (interview, signals) = drawn(person)
        try folder.write(transcript(interview, of: person), "\(id)_P/\(id)_Transcript.csv")
        try folder.write(signals.wave(), "\(id)_P/\(id)_AUDIO.wav")
        let features = "\(id)_P/features/\(id)_"
        try folder.write(signals.egemaps(), features + "OpenSMILE2.3.0_egemaps.csv")
        try folder.write(signals.mfcc(), features + "OpenSMILE2.3.0_mfcc.csv")
        guard !person.missing.contains(.face) else { return }
        let isPage = study.hasFaults && person.index == 4
        try folder.write(
            isPage ? Array("<html>synthetic</html>\n".utf8) : signals.face(.openFace),
            features + "OpenFace2.1.0_Pose_gaze_AUs.csv")
        if study.hasFaults, person.index == 8 {
            try folder.write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2], "\(id)_P.tar.gz")
        }
    }

    /// Without speakers: prompts of the interviewer stand among the rows.
    private func transcript(_ interview: SyntheticInterview, of person: SyntheticPerson) -> String {
        var generator = person.generator(8)
        var text = "Start_Time,End_Time,Text,Confidence\n"
        for row in interview.rows {
            text += CSV.line([
                String(format: "%.1f", row.start), String(format: "%.1f", row.stop),
                Words.withoutTags(row.text),
                String(format: "%.4f", generator.uniform(in: 0.7 ... 0.98)),
            ])
        }
        return text
    }

    func writeLabels(of people: [SyntheticPerson]) throws {
        for (split, name) in [(Split.train, "train"), (.valid, "dev"), (.test, "test")] {
            let rows: [[String?]] = people.filter { $0.split == split }.map { person in
                let (id, label, _) = labelled(person)
                return [id, person.gender.rawValue, label, "\(person.score)", "0", "20"]
            }
            try folder.write(
                CSV.table(
                    [
                        "Participant_ID", "Gender", "PHQ_Binary", "PHQ_Score", "PCL-C (PTSD)",
                        "PTSD Severity",
                    ], rows), "labels/\(name)_split.csv")
        }
        let header = ["Participant_ID"] + PHQ.itemNames.map { "PHQ_8\($0)" } + ["PHQ_8Total"]
        let rows: [[String?]] = people.filter { $0.split != .test }.map { person in
            [person.id] + labelled(person).answers + ["\(person.score)"]
        }
        try folder.write(CSV.table(header, rows), "labels/Detailed_PHQ8_Labels.csv")
    }
}
