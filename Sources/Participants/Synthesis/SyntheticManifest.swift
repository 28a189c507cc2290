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
        let (interview, signals) = drawn(person)
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
            try folder.write(signals.egemaps(), start + "voice.csv")
            if !person.missing.contains(.face) {
                try folder.write(signals.face(.openFace), start + "face.csv")
            }
            if person.index < study.videos {
                let video = SyntheticVideo(person: person, samples: signals.samples())
                try folder.write(video.bytes(), start + "video.avi")
            } else {
                try folder.write(signals.wave(), start + "audio.wav")
            }
        }
    }

    func writeLabels(of people: [SyntheticPerson]) throws {
        var rows: [[String?]] = []
        for person in people {
            for session in 1 ... sessions {
                let start = place(of: person, session)
                let isGone = study.hasFaults && person.index == 6
                let hasVideo = person.index < study.videos
                rows.append([
                    person.id, "\(session)", person.split == .valid ? "dev" : person.split.rawValue,
                    labelled(person).label, "\(person.score)",
                    person.gender.rawValue, "\(person.age)",
                    hasVideo ? start + "video.avi" : nil,
                    isGone ? start + "lost.wav" : hasVideo ? nil : start + "audio.wav",
                    start + "transcript.csv",
                    person.missing.contains(.face) ? nil : start + "face.csv",
                    start + "voice.csv", person.items.map(String.init).joined(separator: " "),
                ])
            }
        }
        try folder.write(CSV.table(ManifestFile.columns, rows), "manifest.csv")
    }
}
