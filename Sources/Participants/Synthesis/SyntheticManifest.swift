import Evaluation
import Foundation
import Mien

/// Drawn participants as a study of one's own with a manifest.
struct SyntheticManifest: SyntheticLayout {
    let study: SyntheticStudy
    let folder: SyntheticFolder

    private var sessions: Int { study.leaks.contains(.identity) ? 2 : 1 }

    private func place(of person: SyntheticPerson, _ session: Int) -> String {
        sessions > 1 ? "\(person.id)/session\(session)/" : "\(person.id)/"
    }

    func write(_ person: SyntheticPerson) throws {
        let interview = SyntheticInterview(
            person, seconds: study.seconds,
            asksPointed: study.leaks.contains(.prompt) && person.label)
        let signals = SyntheticSignals(
            person: person, interview: interview, seconds: study.seconds,
            hasFaults: study.hasFaults)
        var text = "start,end,speaker,text\n"
        for row in interview.rows {
            text += CSV.line([
                String(format: "%.3f", row.start), String(format: "%.3f", row.stop),
                row.isInterviewer ? "interviewer" : "participant", row.text,
            ])
        }
        for session in 1 ... sessions {
            let start = place(of: person, session)
            try folder.write(text, start + "transcript.csv")
            try folder.write(signals.wave(), start + "audio.wav")
            try folder.write(signals.egemaps(), start + "voice.csv")
            if !person.missing.contains(.face) {
                try folder.write(signals.face(.openFace), start + "face.csv")
            }
            if person.index < study.videos {
                try folder.write(SyntheticVideo(person: person).bytes(), start + "video.avi")
            }
        }
    }

    func writeLabels(of people: [SyntheticPerson]) throws {
        var rows: [[String?]] = []
        for person in people {
            for session in 1 ... sessions {
                let start = place(of: person, session)
                let isWrong = study.hasFaults && person.index == 3
                let isGone = study.hasFaults && person.index == 6
                rows.append([
                    person.id, "\(session)", person.split == .valid ? "dev" : person.split.rawValue,
                    person.label != isWrong ? "1" : "0", "\(person.score)",
                    person.gender.rawValue, "\(person.age)",
                    person.index < study.videos ? start + "video.avi" : nil,
                    start + (isGone ? "lost.wav" : "audio.wav"), start + "transcript.csv",
                    person.missing.contains(.face) ? nil : start + "face.csv",
                    start + "voice.csv", person.items.map(String.init).joined(separator: " "),
                ])
            }
        }
        try folder.write(CSV.table(ManifestFile.columns, rows), "manifest.csv")
    }
}
