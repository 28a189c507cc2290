import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// The lists that RAF-DB, AffectNet and ExpW come with.
struct ListsOfDataSetsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theListOfRAFDBIsReadWithItsAlignedImages() throws {
        for (name, grey) in [("train_00001", 1), ("train_00002", 2), ("test_0001", 3)] {
            try folder.writeImage(grey: UInt8(grey), to: "Image/aligned/\(name)_aligned.jpg")
        }
        let text = "train_00001.jpg 5\ntrain_00002.jpg 7\ntest_0001.jpg 1\n"
        let list = try folder.write(text, to: "EmoLabel/list_patition_label.txt")
        let dataset = try Dataset.load(data: list)
        #expect(dataset.samples.map(\.emotion) == [.sad, .neutral, .surprise])
        #expect(dataset.samples.map(\.split) == [.train, .train, .test])
        #expect(dataset.samples[0].id == "train_00001.jpg")
        #expect(dataset.image(at: 1).pixels[0] == 2)
        #expect(dataset.notes.contains { $0.description.contains("scheme rafdb") })
        // Under another name the numbers have no meaning of their own.
        let renamed = try folder.write(text, to: "EmoLabel/list.txt")
        let error = #expect(throws: DataError.self) { try Dataset.load(data: renamed) }
        #expect(error?.advice.description.contains("with class-scheme") == true)
    }

    @Test func theCSVOfAffectNetIsCutByItsBoxes() throws {
        var picture = Image(width: 100, height: 80, channels: 1, filledWith: 9)
        for row in 20 ..< 40 {
            for column in 30 ..< 40 { picture.pixels[row * 100 + column] = 200 }
        }
        try folder.write(picture.encoded(as: .png), to: "689/a.png")
        let header =
            "subDirectory_filePath,face_x,face_y,face_width,face_height,"
            + "facial_landmarks,expression,valence,arousal"
        let rows = [(0, 30), (2, 30), (9, 30), (10, 30), (1, 500)].map {
            "689/a.png,\($0.1),20,10,20,1.5;2.5,\($0.0),-2,0.25"
        }
        let list = try folder.write(
            ([header] + rows).joined(separator: "\n"), to: "training.csv")
        let dataset = try Dataset.load(
            data: list, skipBadRows: true,
            labels: LabelOptions(classes: ClassScheme(named: "affectnet")))
        // The rows 0 and 2 say two things of one face; 9 and 10 are no emotions.
        #expect(dataset.samples.map(\.emotion) == [.neutral])
        #expect(dataset.badRows.map(\.line) == [3, 6])
        #expect(dataset.size(of: 0) == (10, 20))
        #expect(dataset.image(at: 0).pixels.allSatisfy { $0 == 200 })
        #expect(dataset.notes.contains { $0.description.contains("2 rows are left out") })
    }

    @Test func twoFacesOfOneImageAreTwoRowsOfExpW() throws {
        var picture = Image(width: 60, height: 40, channels: 1, filledWith: 50)
        for row in 0 ..< 40 { for column in 30 ..< 60 { picture.pixels[row * 60 + column] = 70 } }
        try folder.write(picture.encoded(as: .png), to: "image/origin/angry_actor_1.png")
        // Top, left, right, bottom.
        let list = try folder.write(
            "angry_actor_1.png 0 5 0 20 35 22.9 3\nangry_actor_1.png 1 5 40 60 35 20.1 4\n",
            to: "label.lst")
        let dataset = try Dataset.load(data: list)
        #expect(dataset.samples.map(\.emotion) == [.happy, .sad])
        #expect(dataset.size(of: 0) == (20, 30))
        #expect(dataset.image(at: 0).pixels[0] == 50 && dataset.image(at: 1).pixels[0] == 70)
    }

    @Test func aCSVOfOpenFaceIsNoListOfImages() throws {
        let file = try folder.write(
            "frame, face_id, timestamp, confidence, success, gaze_0_x\n1,0,0,0.9,1,0\n", to: "o.csv"
        )
        let error = #expect(throws: DataError.self) { try Dataset.load(data: file) }
        #expect(error?.found == "an OpenFace csv")
    }
}
