import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// What is written for machines.
struct PredictRowTests {
    @Test func aNameOfAnyBytesGivesValidJSON() throws {
        let bytes: [UInt8] = Array("a\n\"b".utf8) + [0xFF]
        let row = PredictionRow.unreadable(FileName(bytes: bytes), "it is, \"so\"")
        let json = try row.json()
        #expect(!json.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["schema"] as? Int == PredictionRow.schemaVersion)
        #expect(object["kind"] as? String == "image")
        #expect(object["path"] as? String == "a\n\"b\\xFF")
        let encoded = try #require(object["path_base64"] as? String)
        #expect(Data(base64Encoded: encoded).map { Array($0) } == bytes)
        #expect(object["status"] as? String == "unreadable")
        #expect(object["reason"] as? String == "it is, \"so\"")
        #expect(object["score"] == nil)
    }

    @Test func csvHasAFieldForEveryColumn() {
        let columns = PredictionRow.csvHeader.split(separator: ",")
        #expect(Set(columns).count == columns.count)
        #expect(columns.prefix(3) == ["schema", "kind", "path"])
        let row = PredictionRow.unreadable(FileName("a,b"), "said \"no\"").csv
        #expect(row.hasPrefix("2,image,\"a,b\",,"))
        #expect(row.contains("\"said \"\"no\"\"\""))
        // One comma is inside the quoted name.
        #expect(row.count { $0 == "," } == columns.count)
    }

    @Test func facesAreWrittenAsADataSet() async throws {
        let folder = try TemporaryFolder()
        let out = URL(fileURLWithPath: folder.path).appendingPathComponent("set")
        let writer = try FaceSetWriter(to: out, labelling: .folderName)
        let faceExtractor = FaceExtractor(options: .init()) {
            FakeFinder { _ in [face(10, 10), face(150, 150, side: 6), face(90, 90)] }
        }
        let image = try await faceExtractor.faces(in: noise(200, 200, seed: 1))
        #expect(image.faces.map(\.status) == [.ok, .lowQuality, .ok])
        #expect(image.faces.allSatisfy { $0.score == nil })
        try writer.add(image, from: FileName("/photos/sadness/a\nb.jpg"), number: 1)
        try writer.add(image, from: FileName("/photos/happy/c.jpg"), number: 2)
        #expect(throws: FaceSetWriter.Refusal.self) {
            try writer.add(image, from: FileName("/photos/holiday/d.jpg"), number: 3)
        }
        try writer.finish()
        #expect(writer.written == 4)
        let set = try Dataset.load(data: writer.manifest.path)
        #expect(set.samples.map(\.emotion) == [.sad, .sad, .happy, .happy])
        #expect(
            set.samples.map(\.id) == [
                "sad/000001-1.png", "sad/000001-3.png", "happy/000002-1.png",
                "happy/000002-3.png",
            ])
        #expect(set.image(at: 1) == image.faces[2].crop)
        #expect(set.samples[0].attributes["source"] == "/photos/sadness/a\\x0Ab.jpg")
        #expect(set.samples[1].attributes["face"] == "3")
        #expect(set.samples[1].attributes["box_left"] == "90.000")
        #expect(throws: UsageError.self) { try FaceSetWriter(to: out, labelling: .none) }
    }

    @Test func namesOfClipsSayClassAndSubject() async throws {
        let folder = try TemporaryFolder()
        let out = URL(fileURLWithPath: folder.path).appendingPathComponent("set")
        let writer = try FaceSetWriter(
            to: out,
            labelling: .fileName(
                pattern: "^\\d\\d-\\d\\d-(\\d\\d)-", try ClassScheme(named: "ravdess")),
            subjectPattern: "-(\\d\\d)\\.mp4$")
        let faceExtractor = FaceExtractor(options: .init()) { FakeFinder { _ in [face(10, 10)] } }
        let image = try await faceExtractor.faces(in: noise(200, 200, seed: 1))
        let clip = FileName("/clips/Actor_07/01-01-04-01-01-01-07.mp4")
        try writer.add(image, from: clip, number: 1, frame: (3, 0.5), tracks: [2])
        for name in ["01-01-11-01-01-01-07.mp4", "intro.mp4"] {
            #expect(throws: FaceSetWriter.Refusal.self) {
                try writer.add(image, from: FileName(name), number: 2)
            }
        }
        try writer.finish()
        let sample = try #require(try Dataset.load(data: writer.manifest.path).samples.first)
        #expect(sample.emotion == .sad && sample.subject == "07")
        #expect(sample.sequence == "/clips/Actor_07/01-01-04-01-01-01-07.mp4")
        #expect(throws: DataError.self) {
            try FaceSetWriter(
                to: out.appendingPathComponent("b"), labelling: .fileName(pattern: "(", nil))
        }
    }
}
