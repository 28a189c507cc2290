import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Folders of known data sets, as they are handed out.
struct FormsOfFoldersTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var refusal: DataError? {
        do {
            _ = try Dataset.load(data: folder.path)
            return nil
        } catch { return error }
    }

    @Test(arguments: ["", "basic/"], ["patition", "partition"])
    func theFolderOfRAFDBHasGroups(level: String, spelling: String) throws {
        for (name, grey, codes) in [("train_00001", 1, "0\n2\n4"), ("test_0001", 3, "2\n0\n0")] {
            try folder.writeImage(
                grey: UInt8(grey), to: "\(level)Image/aligned/\(name)_aligned.jpg")
            let points = String(repeating: "1.5\t2.5\n", count: 5)
            try folder.write(
                points + codes + "\n", to: "\(level)Annotation/manual/\(name)_manu_attri.txt")
        }
        try folder.write(
            "train_00001.jpg 5\ntest_0001.jpg 1\n",
            to: "\(level)EmoLabel/list_\(spelling)_label.txt")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.knownAs == "RAF-DB")
        #expect(dataset.samples.map(\.emotion) == [.sad, .surprise])
        #expect(dataset.samples.map(\.split) == [.train, .test])
        #expect(
            dataset.samples[0].attributes == ["gender": "male", "race": "Asian", "age": "70+"])
        #expect(dataset.samples[1].attributes["gender"] == "unsure")
        let broken = try folder.write(
            "1\n2\n3\n4\n5\n0\n7\n0\n", to: "\(level)Annotation/manual/test_0001_manu_attri.txt")
        #expect(refusal?.file == broken && refusal?.line == 7 && refusal?.column == "race")
    }

    @Test func theTwoListsOfKagglesRAFDBAreSplits() throws {
        for (part, label) in [("train", 5), ("train", 7), ("test", 1)] {
            try folder.writeImage(
                grey: UInt8(label), to: "DATASET/\(part)/\(label)/\(part)_0000\(label)_aligned.jpg")
        }
        try folder.write(
            "image,label\ntrain_00005_aligned.jpg,5\ntrain_00007_aligned.jpg,7\n",
            to: "train_labels.csv")
        try folder.write("image,label\ntest_00001_aligned.jpg,1\n", to: "test_labels.csv")
        #expect(refusal?.advice.description.contains("Numbers mean different emotions") == true)
        let dataset = try Dataset.load(
            data: folder.path, labels: LabelOptions(classes: ClassScheme(named: "rafdb")))
        #expect(dataset.samples.map(\.emotion) == [.surprise, .sad, .neutral])
        #expect(dataset.samples.map(\.split) == [.test, .train, .train])
        #expect(Set(dataset.samples.map(\.row)).count == 3)
        #expect(
            dataset.notes.contains { $0.description.contains("test_labels.csv, train_labels.csv") })
    }

    @Test func affectNetsListsLieBesideItsImages() throws {
        let header =
            "subDirectory_filePath,face_x,face_y,face_width,face_height,"
            + "facial_landmarks,expression,valence,arousal\n"
        func row(_ name: String, _ code: Int, _ valence: String) throws -> String {
            if name != "gone" {
                try folder.writeImage(
                    grey: UInt8(code), to: "Manually_Annotated_Images/7/\(name).png")
            }
            return "7/\(name).png,4,4,8,9,1.5;2.5;3;4;5;6;7;8;9;10,\(code),\(valence),\(valence)\n"
        }
        let lists = "Manually_Annotated_file_lists"
        try folder.write(
            header + row("a", 0, "0.5") + row("b", 2, "-2") + row("c", 9, "-2")
                + row("d", 10, "-2") + row("gone", 1, "0.1"), to: "\(lists)/training.csv")
        try folder.write(row("e", 6, "-0.25") + row("f", 7, "0"), to: "\(lists)/validation.csv")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.emotion) == [.neutral, .sad, .angry, .contempt])
        #expect(dataset.samples.map(\.split) == [.train, .train, .valid, .valid])
        #expect(dataset.size(of: 0) == (8, 9))
        #expect(dataset.samples[0].attributes == ["valence": "0.5", "arousal": "0.5"])
        #expect(dataset.samples[1].attributes.isEmpty)
        #expect(dataset.notes.contains { $0.description.contains("2 rows are left out") })
        #expect(
            dataset.notes.contains { $0.description.contains("1 rows are left out, whose images") })
    }

    @Test func expWIsReadFromItsFolder() throws {
        try folder.writeImage(grey: 9, to: "image/origin/angry_actor_1.png")
        try folder.write("angry_actor_1.png 0 5 0 20 35 22.9 3\n", to: "label/label.lst")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.emotion) == [.happy] && dataset.knownAs == "ExpW")
        #expect(dataset.size(of: 0) == (20, 30))
    }

    @Test(arguments: [
        ("KA.AN1.39.png", "JAFFE", Emotion.angry, "KA"),
        ("KM.SU3.11.png", "JAFFE", .surprise, "KM"),
        ("AF01AFS.PNG", "KDEF", .fear, "F01"), ("BF01SAHL.PNG", "KDEF", .sad, "F01"),
        ("1001_DFA_ANG_XX.png", "CREMA-D", .angry, "1001"),
        ("01-01-03-01-01-01-12.png", "RAVDESS", .happy, "12"),
    ])
    func namesOfKnownSetsSayClassAndSubject(
        name: String, set: String, emotion: Emotion, subject: String
    ) throws {
        try folder.writeImage(grey: 1, to: "people/\(name)")
        try folder.write("about", to: "README_FIRST.txt")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.knownAs == set)
        #expect(dataset.samples.map(\.emotion) == [emotion])
        #expect(dataset.samples.map(\.subject) == [subject])
    }

    @Test func foldersOfPeopleAboveClasses() throws {
        for (person, light) in [("P001", "VL"), ("P002", "NI")] {
            for name in ["Anger", "Sadness"] {
                try folder.writeImage(
                    grey: 1, to: "OriginalImg/\(light)/Strong/\(person)/\(name)/000.png")
            }
        }
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.emotion) == [.angry, .sad, .angry, .sad])
        #expect(dataset.samples.map(\.subject) == ["P002", "P002", "P001", "P001"])
        #expect(dataset.samples[0].attributes == ["light": "NI", "illumination": "Strong"])
        try folder.writeImage(grey: 1, to: "OriginalImg/VL/Strong/P001/Bored/0.png")
        #expect(refusal?.found.contains("\"Bored\" (1)") == true)
    }

    @Test func framesAreJoinedToTheirLinesByNumber() throws {
        let names = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other,\n"
        let labels = try folder.write(
            names + "0\n-1\n4\n7\n5\n", to: "labels/Train_Set/12-a_left.txt")
        for frame in [1, 2, 4, 5] {
            try folder.writeImage(
                grey: UInt8(frame), to: "cropped_aligned/12-a_left/0000\(frame).png")
        }
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.emotion) == [.neutral, .sad])
        #expect(dataset.samples.map(\.line) == [2, 6])
        #expect(dataset.image(at: 1).pixels[0] == 5)
        #expect(dataset.samples[0].split == .train && dataset.samples[0].sequence == "12-a")
        #expect(dataset.notes.contains { $0.description.contains("2 frames have no class") })
        try folder.write(names + "0\n8\n", to: "labels/Train_Set/12-a_left.txt")
        #expect(refusal?.file == labels && refusal?.line == 3)
    }

    @Test func labelsOfFramesWithoutTheFramesAreNamed() throws {
        let labels = try folder.write(
            "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise\n0\n", to: "a.txt")
        let error = #expect(throws: DataError.self) { try Dataset.load(data: labels) }
        #expect(error?.expected.contains("cropped_aligned") == true)
    }

    @Test func aSplitWithoutLabelsIsLeftOutAndSaid() throws {
        for part in ["Train", "Val"] {
            try folder.writeImage(grey: 1, to: "\(part)/Sad/a.png")
        }
        try folder.writeImage(grey: 1, to: "Test/a.png")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.split) == [.train, .valid])
        #expect(
            dataset.notes.contains { $0.description.contains("Test holds no folders of classes") })
    }

    @Test func aTreeThatIsThereTwiceIsNamed() throws {
        for tree in ["images", "images/images"] {
            for part in ["train", "validation"] {
                try folder.writeImage(grey: 1, to: "\(tree)/\(part)/sad/1.jpg")
            }
        }
        #expect(refusal?.advice == "Give \(folder.path)/images/images as the data.")
        #expect(try Dataset.load(data: folder.path("images/images")).count == 2)
    }

    @Test func kagglesTwoTestsAreGroups() throws {
        try folder.writeImage(grey: 1, to: "train/sad/Training_1.png")
        try folder.writeImage(grey: 2, to: "test/sad/PrivateTest_3.png")
        try folder.writeImage(grey: 3, to: "test/sad/PublicTest_2.png")
        #expect(
            try Dataset.load(data: folder.path).samples.map { $0.attributes["usage"] }
                == ["PrivateTest", "PublicTest", nil])
    }

    @Test func foldersOfInterviewsHoldNoImage() throws {
        for name in ["300_AUDIO.wav", "300_CLNF_AUs.txt", "300_COVAREP.csv"] {
            try folder.write("frame, 1", to: name)
        }
        #expect(refusal?.found == "no image among 3 files")
        let table = try folder.write("Participant_ID,PHQ8_Score\n303,7\n", to: "split.csv")
        let error = #expect(throws: DataError.self) { try Dataset.load(data: table) }
        #expect(error?.found == "a table of interviews")
        #expect(error?.advice.description.contains("no label of a face") == true)
    }
}
