import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Rows that a model was trained on are known and marked wherever it is measured.
@Suite(.serialized)
struct TrainedRowsTests {
    /// Sixty faces with labels that say nothing, as a manifest without splits; trained on once.
    private struct Made: Sendable {
        static let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("mien-trained-\(getpid())", isDirectory: true)

        init() throws {
            atexit { try? FileManager.default.removeItem(at: Made.folder) }
            try Self.write("data", ending: "png")
            let outcome = try Program.run(
                Program.url,
                [
                    "train", "--data", Self.path("data/manifest.csv"), "--labels", "fer2013",
                    "--image-size", "32", "--batch-size", "16", "--threads", "1", "--max-steps",
                    "3", "--precision", "float32", "--out", Self.path("run"),
                ])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

        static func write(_ name: String, ending: String, from first: Int = 0) throws {
            let target = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            var text = "path,label\n"
            for number in first ..< first + 60 {
                let face = SyntheticFaces(seed: 9).face(at: 8 * number)
                let image = Image(width: 48, height: 48, channels: 1, pixels: face.pixels)
                try image.write(to: target.appendingPathComponent("face\(number).\(ending)"))
                text += "face\(number).\(ending),\(number % 3 == 0 ? "sad" : "happy")\n"
            }
            try Data(text.utf8).write(to: target.appendingPathComponent("manifest.csv"))
        }

        var run: String { Self.path("run") }
        var data: String { Self.path("data/manifest.csv") }
    }

    private static let made = Result { try Made() }

    private func object(_ outcome: Program.Outcome) throws -> [String: Any] {
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    private func count(_ object: [String: Any], _ key: String) -> Int? {
        (object["trained_on"] as? [String: Any])?[key] as? Int
    }

    @Test func evaluatingOnTheTrainingDataIsSaidAndMarked() throws {
        let (made, folder) = (try Self.made.get(), try TemporaryFolder())
        let model = made.run + "/model.safetensors"
        let outcome = try Program.run(
            "evaluate", "--model", model, "--data", made.data, "--split", "all", "--json", "--out",
            folder.path("out"))
        let report = try object(outcome)
        #expect(report["n"] as? Int == 60)
        #expect(count(report, "training") == 48 && count(report, "validation") == 12)
        #expect((report["not_trained_on"] as? [String: Any])?["n"] as? Int == 12)
        let notes = try #require(report["notes"] as? [String])
        #expect(notes.contains { $0.contains("trained on 48 of these 60 rows") })
        let lines = try folder.text("out/predictions.csv").split(separator: "\n")
        #expect(lines[0].hasSuffix(",trained_on"))
        #expect(lines.count { $0.hasSuffix(",training") } == 48)
        #expect(lines.count { $0.hasSuffix(",validation") } == 12)
        let text = try Program.run(
            "evaluate", "--model", model, "--data", made.data, "--split", "all")
        #expect(text.output.contains("accuracy, rows not trained on"), "\(text.output)")
    }

    @Test func heldOutRowsCanBeEvaluatedAndComparedAsInAReport() throws {
        let made = try Self.made.get()
        let report = try object(
            try Program.run(
                "evaluate", "--model", made.run + "/model.safetensors", "--data", made.data,
                "--split", "held-out", "--json"))
        #expect(report["n"] as? Int == 12 && count(report, "training") == 0)
        #expect(count(report, "validation") == 12)
        let comparison = try object(
            try Program.run(
                "compare", made.run, "--data", made.data, "--split", "held-out", "--json"))
        let rows = try #require(comparison["measured"] as? [[String: Any]])
        #expect(rows.first?["n"] as? Int == 12)
        let all = try object(
            try Program.run("compare", made.run, "--data", made.data, "--split", "all", "--json"))
        let row = try #require((all["measured"] as? [[String: Any]])?.first)
        #expect(count(row, "training") == 48)
        #expect((row["not_trained_on"] as? [String: Any])?["n"] as? Int == 12)
    }

    @Test func aReportDoesNotCallAllRowsUnseen() throws {
        let (made, folder) = (try Self.made.get(), try TemporaryFolder())
        let outcome = try Program.run(
            "report", made.run, "--split", "all", "--no-faces", "--trust-images", "0", "--out",
            folder.path("r.html"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let html = try folder.text("r.html")
        #expect(!html.contains("training rows only"))
        #expect(html.contains("Rows that the model was trained on."))
        #expect(html.contains("the model was trained on 48"))
        #expect(html.contains("rows that it was not trained on, n 12"))
        #expect(try folder.text("MODEL_CARD.md").contains("trained on 48 of these 60 rows"))
    }

    /// The run's folder and its data are not at hand: the file alone knows its pictures.
    @Test func thePicturesAreKnownInAnotherForm() throws {
        let made = try Self.made.get()
        try Made.write("jpeg", ending: "jpg")
        try Made.write("others", ending: "png", from: 100)
        let model = made.run + "/model.safetensors"
        func evaluated(_ name: String) throws -> [String: Any] {
            try object(
                try Program.run(
                    "evaluate", "--model", model, "--data", Made.path(name + "/manifest.csv"),
                    "--split", "all", "--json"))
        }
        let copied = try evaluated("jpeg")
        #expect(count(copied, "training") == 48 && count(copied, "validation") == 12)
        let others = try evaluated("others")
        #expect(count(others, "training") == 0 && count(others, "unseen") == 60)

        let predicted = try Program.run(
            "predict", "--model", model, "--whole-image", "--json", Made.path("jpeg"))
        #expect(predicted.status == 0, "\(predicted.errors)")
        let lines = predicted.output.split(separator: "\n")
        #expect(lines.count { $0.contains("\"trained_on\":\"training\"") } == 48)
        #expect(predicted.errors.contains("60 of the faces are pictures that the model was"))
    }

    @Test func aModelFileOfAnEarlierVersionIsReadAndSaysThatItDoesNotKnow() throws {
        let (made, folder) = (try Self.made.get(), try TemporaryFolder())
        var model = try Model(
            contentsOf: URL(fileURLWithPath: made.run + "/model.safetensors"))
        #expect(model.seen?.training.count == 48 && model.card.seen?.validation == 12)
        model.forgetSeenPictures()
        let old = folder.url.appendingPathComponent("old.safetensors")
        try model.write(to: old)
        try Made.write("more", ending: "png", from: 200)
        let outcome = try Program.run(
            "evaluate", "--model", old.path, "--data", Made.path("more/manifest.csv"), "--split",
            "all", "--json")
        let report = try object(outcome)
        #expect((report["trained_on"] as? [String: Any])?["basis"] as? String == "not known")
        let notes = try #require(report["notes"] as? [String])
        #expect(notes.contains { $0.contains("not known which rows the model was trained on") })
        // On the data that its card names it still does, by the split of the run.
        let same = try object(
            try Program.run(
                "evaluate", "--model", old.path, "--data", made.data, "--split", "all", "--json"))
        #expect(count(same, "training") == 48)
    }
}
