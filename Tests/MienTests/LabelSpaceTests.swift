import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Classes of the user's own.
struct LabelSpaceTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (place, name) in ["smile/a", "frown/a", "frown/b", "No Face/a"].enumerated() {
            try folder.writeImage(grey: UInt8(place), to: "faces/\(name).png")
        }
    }

    private func load(_ classes: String) throws -> Dataset {
        try Dataset.load(
            data: folder.path("faces"),
            labels: LabelOptions(classes: try ClassScheme(parsing: classes)))
    }

    @Test func foldersHaveTheClassesThatAreNamed() throws {
        let dataset = try load("smile,frown,no face=none")
        let labelled = try dataset.labelled(by: .fer2013)
        #expect(labelled.classes.map(\.name) == ["smile", "frown"])
        #expect(labelled.emotions.map(\.name) == ["frown", "frown", "smile"])
        #expect(labelled.classNumbers == [1, 1, 0])
        let frown = try LabelMapping(parsing: "Frown", among: labelled.classes)
        #expect(frown.name == "frown")
        #expect(labelled.positives(frown) == [true, true, false])
        let summary = DatasetSummary(of: dataset, mapping: frown)
        #expect(summary.protocols[0].classes == ["smile", "frown"])
        #expect(summary.protocols[0].splits[0].byEmotion == ["smile": 1, "frown": 2])
    }

    @Test func namesCanStandForOthersAndForEmotions() throws {
        let dataset = try load("happiness,blank,smile=happy,frown=blank,No Face=none")
        #expect(dataset.samples.map(\.emotion?.name) == ["blank", "blank", "happy"])
        #expect(dataset.samples[2].emotion == .happy)
        #expect(try dataset.labelled(by: .fer2013).classes.map(\.name) == ["happy", "blank"])
    }

    @Test(arguments: [
        "smile,smile", "smile,Smile", "smile,,frown", "smile,none", "smile,frown,1=grin",
        "smile,\u{7}", "smile",
    ])
    func otherListsAreRefused(list: String) {
        #expect(throws: DataError.self) { try ClassScheme(parsing: list) }
    }

    @Test func anotherFolderIsNamed() throws {
        let error = try #require(throws: DataError.self) { try load("smile,frown") }
        #expect(error.found.contains("No Face"))
        #expect(error.expected.contains("smile, frown"))
    }

    @Test func aListReadsBack() throws {
        let scheme = try ClassScheme(parsing: "low,mid,high,0=low")
        let again = try JSONDecoder().decode(
            ClassScheme.self, from: JSONEncoder().encode(scheme))
        #expect(again == scheme)
        #expect(again.classes?.map(\.name) == ["low", "mid", "high"])
    }

    @Test func someClassesArePositiveAndNotAll() throws {
        let classes = ["low", "mid", "high"].map(Emotion.init(named:))
        #expect(throws: DataError.self) {
            try LabelSpace(classes: classes, positive: .paper)
        }
        let all = try LabelMapping(parsing: "low,mid,high", among: classes)
        #expect(throws: DataError.self) { try LabelSpace(classes: classes, positive: all) }
        #expect(throws: DataError.self) { try LabelMapping(parsing: "lo", among: classes) }
        let low = try LabelMapping(parsing: "mid,low", among: classes)
        #expect(try LabelSpace(classes: classes, positive: low).positive.name == "low-or-mid")
    }
}
