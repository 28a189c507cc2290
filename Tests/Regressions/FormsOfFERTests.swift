import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// FER-2013, FER+ and CK+ in the forms that go about.
struct FormsOfFERTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func refusal(_ data: String, votes: String? = nil) throws -> DataError {
        try #require(
            #expect(throws: DataError.self) { try Dataset.load(data: data, votes: votes) })
    }

    @Test func aFolderWithTheCompetitionsCSVAndTheVotesIsRead() throws {
        let rows = [3, 4].map { "\($0),Training,\(FaceRows.pixels(grey: $0))" }
        try folder.write(
            (["emotion, Usage, pixels"] + rows).joined(separator: "\n"), to: "icml_face_data.csv")
        try folder.write(FaceRows.votesFile([3, 4]), to: "fer2013new.csv")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.emotion) == [.happy, .sad])
        #expect(try dataset.labelled(by: .ferplus).emotions == [.happy, .sad])
        #expect(dataset.notes.isEmpty)
    }

    @Test func trainCSVWithoutUsageIsOneTrainingSplit() throws {
        let rows = [3, 4, 6].map { "\($0),\(FaceRows.pixels(grey: $0))" }
        let text = (["emotion,pixels"] + rows).joined(separator: "\n")
        let train = try folder.write(text, to: "train.csv")
        let dataset = try Dataset.load(data: train)
        #expect(dataset.samples.allSatisfy { $0.split == .train })
        #expect(
            dataset.notes.first?.description.contains("all 3 rows are of the split train") == true)
        let votes = try folder.write(FaceRows.votesFile([3, 4, 6, 0]), to: "votes.csv")
        let error = try refusal(train, votes: votes)
        #expect(error.found == "4 rows" && error.expected.contains("3, as many as"))
        // A name that says no split is refused.
        #expect(try refusal(folder.write(text, to: "faces.csv")).column == "Usage")
    }

    @Test func testCSVHasNoLabels() throws {
        let test = try folder.write("pixels\n\(FaceRows.pixels(grey: 1))\n", to: "test.csv")
        #expect(try refusal(test).advice.description.contains("test.csv has no labels"))
        #expect(try refusal(folder.path).advice.description.contains("not evaluated"))
    }

    @Test func emotionSevenIsContempt() throws {
        let dataset = try Dataset.load(
            data: folder.write(FaceRows.csv([7, 3, 7]), to: "ckextended.csv"), skipBadRows: true)
        #expect(dataset.samples.map(\.emotion) == [.contempt, .happy, .contempt])
        #expect(dataset.badRows.isEmpty)
        #expect(try dataset.labelled(by: .fer2013).classes.count == 8)
        #expect(try Dataset.load(data: folder.path).count == 3)
    }

    private func writePictures(_ place: String) throws {
        for number in 0 ..< 2 {
            try folder.writeImage(grey: UInt8(number), to: "\(place)/fer000000\(number).png")
        }
    }

    private let votes = [
        FaceRows.votesHeader, FaceRows.votes(for: 3, name: "fer0000001.png"),
        FaceRows.votes(for: 4, name: ""), FaceRows.votes(for: 6, name: "fer0000000.png"),
        FaceRows.votes(for: 6, name: "fer0000009.png"),
    ].joined(separator: "\n")

    @Test(arguments: ["FER2013Train", "images/FER2013Train", "FERPlus_Image"])
    func picturesOfFERPlusAreJoinedToTheirVotesByName(place: String) throws {
        try writePictures(place)
        let name = place == "FERPlus_Image" ? "FERPlus_Label.csv" : "fer2013new.csv"
        let list = try folder.write(votes, to: name)
        // The folder, the votes, both, and the pictures alone.
        let alone = folder.path(String(place.prefix { $0 != "/" }))
        let datasets = [
            try Dataset.load(data: folder.path), try Dataset.load(data: list),
            try Dataset.load(data: folder.path, votes: list), try Dataset.load(data: alone),
            try Dataset.load(data: alone, votes: list),
        ]
        for dataset in datasets {
            #expect(dataset.form == .ferPlusFolders)
            #expect(try dataset.labelled(by: .ferplus).emotions == [.happy, .neutral])
            #expect(dataset.image(at: 0).pixels[0] == 1)
            let note = dataset.notes.first?.description ?? ""
            #expect(note.contains("1 rows that name no picture"), "\(note)")
            #expect(note.contains("1 rows whose picture is missing"))
        }
        #expect(datasets[0].samples[0].id == "\(place)/fer0000001.png")
    }

    @Test func picturesWithoutVotesAndVotesOfOtherPicturesAreNamed() throws {
        try writePictures("FER2013Train")
        let error = try refusal(folder.path("FER2013Train"))
        #expect(error.advice.description.contains("with votes"))
        let other = [FaceRows.votesHeader, FaceRows.votes(for: 3, name: "x.png")]
        let list = try folder.write(other.joined(separator: "\n"), to: "votes.csv")
        let mismatch = try refusal(folder.path, votes: list)
        #expect(mismatch.found.contains("x.png") && mismatch.expected.contains("fer0000000.png"))
    }
}
