import Foundation
import ProgramSupport
import TestSupport
import Testing

/// From drawn recordings to a table, as a user has it.
@Suite(.serialized)
struct ParticipantsReadingCommandTests {
    private func run(_ arguments: [String]) throws -> Program.Outcome {
        try Program.run(Program.url, ["participants"] + arguments)
    }

    /// Rows by column and participant.
    private func table(_ path: String) throws -> [String: [String: String]] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let names = lines[0].split(separator: ",", omittingEmptySubsequences: false)
        var result: [String: [String: String]] = [:]
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            for (name, field) in zip(names, fields) {
                result[String(fields[0]), default: [:]][String(name)] = String(field)
            }
        }
        return result
    }

    /// One person has a video and no sound file: face and voice are of the video.
    @Test func recordingsBecomeATable() throws {
        let folder = try TemporaryFolder()
        let study = folder.path("study")
        let made = try run([
            "synthesize", "--layout", "manifest", "--people", "10", "--seconds", "15", "--videos",
            "1", "--effect", "voice=3", "--out", study,
        ])
        #expect(made.status == 0, "\(made.errors)")
        #expect(FileManager.default.fileExists(atPath: study + "/p001/video.avi"))
        #expect(!FileManager.default.fileExists(atPath: study + "/p001/audio.wav"))

        let described = try run(["describe", study])
        #expect(described.status == 0 && described.output.contains("10 people, 10 recordings"))
        #expect(described.output.contains("Nothing irregular."), "\(described.output)")

        let path = folder.path("table.csv")
        let words = folder.path("words.csv")
        let landmarks = folder.path("small.dat")
        try DlibModel.face.data.write(to: URL(fileURLWithPath: landmarks))
        let extracted = try run([
            "extract", study, "--out", path, "--words", words, "--landmark-model", landmarks,
        ])
        #expect(extracted.status == 0, "\(extracted.errors)")
        let terms = "300-W, excludes commercial use"
        #expect(extracted.errors.components(separatedBy: terms).count == 2)
        let provenance = try String(
            contentsOfFile: folder.path("table.provenance.json"), encoding: .utf8)
        #expect(provenance.contains(terms) && provenance.contains("\"purpose\" : \"landmarks\""))
        #expect(!FileManager.default.fileExists(atPath: folder.path("table.parts")))
        let rows = try table(path)
        let first = try #require(rows["p001"])
        for column in [
            "face.emotion_happy_mean", "face.points_speed", "face.landmarks_mouth_width_mean",
            "face.landmarks_speed", "face.au12_mean",
        ] {
            #expect(first[column].flatMap(Double.init) != nil, "\(column)")
            let isOfVideo = !column.contains("au12")
            #expect((rows["p002"]?[column] == "") == isOfVideo, "\(column)")
        }
        // The mouth of the small model is as wide as its eyes are apart.
        let width = try #require(first["face.landmarks_mouth_width_mean"].flatMap(Double.init))
        #expect(abs(width - 1) < 1e-4, "\(width)")
        let fitted = try run([
            "fit", path, "--inner-folds", "2", "--out", folder.path("model.json"),
        ])
        #expect(fitted.status == 0 && fitted.output.contains(terms), "\(fitted.errors)")
        let truth = try String(contentsOfFile: study + "/synthetic-truth.csv", encoding: .utf8)
            .split(separator: "\n")[1].split(separator: ",")
        let hertz = try #require(Double(truth[3]))
        let pitch = try #require(first["voice.wav_f0_p50"].flatMap(Double.init))
        #expect(abs(pitch - 12 * log2(hertz / 27.5)) < 0.1, "\(pitch), \(hertz) Hz")
        let said = try String(contentsOfFile: words, encoding: .utf8)
        #expect(said.hasPrefix("participant,corpus,text\np001,synthetic-study,"))

        let columns = folder.path("more.csv")
        let further =
            "participant,text.minilm_1\n"
            + (1 ... 9).map { String(format: "p%03d,%d\n", $0, $0 % 4) }.joined()
        try Data(further.utf8).write(to: URL(fileURLWithPath: columns))
        let options = [
            "--folds", "2", "--inner-folds", "2", "--repeats", "1", "--permutations", "0",
        ]
        let evaluated = try run(["evaluate", path, "--columns", columns] + options)
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        #expect(evaluated.errors.contains("more.csv: 1 columns, 1 participants without them"))
        #expect(evaluated.output.contains("table.csv + more.csv"), "\(evaluated.output)")

        let folderGiven = try run(["evaluate", study] + options)
        #expect(
            folderGiven.status == 2
                && folderGiven.errors.contains("mien participants extract \(study) --out"),
            "\(folderGiven.errors)")
    }

    @Test func landmarkModelsThatCannotBeUsedAreRefused() throws {
        let folder = try TemporaryFolder()
        for (name, text) in [
            ("manifest.csv", "participant,label,video\na,1,b.mp4\n"), ("b.mp4", "no video"),
            ("other.dat", "no model"),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        }
        func extract(_ options: [String], environment: [String: String] = [:]) throws -> String {
            let outcome = try Program.run(
                Program.url,
                ["participants", "extract", folder.path("manifest.csv"), "--out"]
                    + [folder.path("t.csv")] + options, environment: environment)
            #expect(outcome.status == 2, "\(outcome.errors)")
            return outcome.errors
        }
        let (none, other) = (folder.path("none.dat"), folder.path("other.dat"))
        let missing = try extract(["--landmark-model", none])
        #expect(missing.contains("looked for \(none)") && missing.contains("libdlib-data"))
        #expect(try extract([], environment: ["MIEN_LANDMARK_MODEL": none]).contains(none))
        #expect(try extract(["--landmark-model", other]).contains("is no landmark model of dlib"))
        let both = try extract(["--landmark-model", other, "--no-landmarks"])
        #expect(both.contains("landmarks are left out"))
        for option in [["--landmark-model", other], ["--no-landmarks"]] {
            #expect(try extract(["--no-video"] + option).contains("videos are left out"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("t.csv")))
    }

    @Test func recordingsThatCannotBeReadAreListed() throws {
        let folder = try TemporaryFolder()
        for (name, text) in [
            ("manifest.csv", "participant,label,phq8,audio,video\na,1,12,a.mp3,\nb,0,3,,b.mp4\n"),
            ("a.mp3", "no sound"), ("b.mp4", "no video"),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        }
        let described = try run(["describe", folder.path("")])
        #expect(described.status == 0, "\(described.errors)")
        for text in ["a: a.mp3: found neither sound nor video", "b: b.mp4: found neither"] {
            #expect(described.output.contains(text), "\(described.output)")
        }
        let nowhere = try run(["describe", folder.path("nowhere")])
        #expect(nowhere.status == 2 && nowhere.errors.contains("no such file or folder"))
    }
}
