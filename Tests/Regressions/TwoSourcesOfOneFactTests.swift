import Foundation
import Mien
import ProgramSupport
import Testing

/// Folders, files and columns that say two things about one image.
struct TwoSourcesOfOneFactTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.writeImage(grey: 1, to: "sad/a.png")
        try folder.writeImage(grey: 2, to: "happy/b.png")
    }

    @Test func aLabelsFileBesideClassFoldersIsSaid() throws {
        try folder.write("path,label\nsad/a.png,sad\nhappy/b.png,fear\n", to: "labels.csv")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.emotion) == [.happy, .sad])
        let note = try #require(dataset.notes.first { $0.description.contains("labels.csv") })
            .description
        #expect(note.contains("names of the folders") && note.contains("differ for 1 of 2"))
        #expect(note.contains("labels-file labels.csv"))

        let chosen = try Program.run(
            "data", "describe", "--data", folder.path, "--labels-file", "labels.csv", "--json")
        #expect(chosen.status == 0, "\(chosen.errors)")
        let form = chosen.output.contains("\"manifest\"")
        #expect(form && chosen.output.contains("The folders name another class for 1 of 2"))
    }

    @Test func aLabelsFileElsewhereListsTheImagesOfTheFolder() throws {
        let elsewhere = try TemporaryFolder()
        let list = try elsewhere.write("path,label\nsad/a.png,fear\n", to: "labels.csv")
        let dataset = try Dataset.load(
            data: folder.path, labels: LabelOptions(labelsFile: list))
        #expect(dataset.samples.map(\.emotion) == [.fear])
    }

    @Test func aSplitColumnAgainstSplitFoldersIsSaid() throws {
        try folder.writeImage(grey: 3, to: "train/c.png")
        let list = try folder.write("path,label,split\ntrain/c.png,sad,test\n", to: "list.csv")
        let notes = try Dataset.load(data: list).notes.map(\.description)
        #expect(notes.contains { $0.contains("another split for 1 of 1") })
    }

    @Test func namesOfKagglesTestsAreSaid() throws {
        let kaggle = try TemporaryFolder()
        try kaggle.writeImage(grey: 1, to: "train/sad/Training_1.png")
        try kaggle.writeImage(grey: 2, to: "test/sad/PublicTest_2.png")
        try kaggle.writeImage(grey: 3, to: "test/sad/PrivateTest_3.png")
        let dataset = try Dataset.load(data: kaggle.path)
        #expect(dataset.samples.map(\.split) == [.test, .test, .train])
        #expect(dataset.notes.contains { $0.description.contains("another split for 1 of 3") })
    }

    @Test func severalFilesOfFacesAreSaid() throws {
        let both = try TemporaryFolder()
        try both.write(FaceRows.csv([3, 4]), to: "fer2013.csv")
        try both.write(FaceRows.csv([3]), to: "icml_face_data.csv")
        try both.write("path,label\na.png,sad\n", to: "list.csv")
        let dataset = try Dataset.load(data: both.path)
        #expect(dataset.count == 2)
        let note = try #require(dataset.notes.first).description
        #expect(note.contains("icml_face_data.csv (rows of faces)"))
        #expect(note.contains("list.csv (a list of images)"))
    }

    @Test func severalListsAreNotChosenFrom() throws {
        let lists = try TemporaryFolder()
        try lists.writeImage(grey: 1, to: "a.png")
        let text = "path,label\na.png,sad\n"
        try lists.write(text, to: "one.csv")
        #expect(try Dataset.load(data: lists.path).count == 1)
        try lists.write(text, to: "two.csv")
        let error = #expect(throws: DataError.self) { try Dataset.load(data: lists.path) }
        #expect(error?.found.contains("one.csv") == true)
    }

    @Test func twoColumnsOfClassesAreSaid() throws {
        let list = try folder.write(
            "path,label,emotion\nsad/a.png,sad,sad\nhappy/b.png,happy,fear\n", to: "list.csv")
        #expect(
            try Dataset.load(data: list).notes.contains {
                $0.description.contains("differ in 1 of 2")
            })
    }

    @Test func imagesAndFoldersThatAreNotWhatTheySeemAreSaid() throws {
        try folder.writeImage(grey: 5, to: "stray.png")
        try folder.writeImage(grey: 6, to: "neutral/a.png")
        try folder.writeImage(grey: 7, to: "calm/a.png")
        let notes = try Dataset.load(data: folder.path).notes.map(\.description)
        #expect(notes.contains { $0.contains("1 images lie beside") && $0.contains("stray.png") })
        #expect(notes.contains { $0.contains("calm, neutral are taken as one class, neutral") })
    }

    @Test func equalPicturesWithTwoLabelsAreCounted() throws {
        try folder.writeImage(grey: 1, to: "fear/c.png")
        let summary = DatasetSummary(of: try Dataset.load(data: folder.path))
        #expect(summary.contradictions == 1)
    }
}
