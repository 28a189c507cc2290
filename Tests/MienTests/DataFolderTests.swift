import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

struct DataFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func oneTreeOfClasses() throws {
        try folder.writeImage(grey: 10, to: "sadness/b.png")
        try folder.writeImage(grey: 20, to: "sadness/a.png")
        try folder.writeImage(grey: 30, channels: 3, to: "Happy/deep/er/c.png")
        try folder.write("not an image", to: "Happy/.hidden")
        try folder.write("notes", to: "README.txt")
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.form == .classFolders)
        #expect(
            dataset.samples.map(\.id) == ["Happy/deep/er/c.png", "sadness/a.png", "sadness/b.png"])
        #expect(dataset.samples.map(\.emotion) == [.happy, .sad, .sad])
        #expect(dataset.samples.allSatisfy { $0.split == nil })
        #expect(dataset.image(at: 0).channels == 1)
        #expect(dataset.image(at: 2).pixels == Array(repeating: 10, count: 2304))
        #expect(try dataset.labelled(by: .fer2013).classes.count == 7)
    }

    @Test func treesOfSplits() throws {
        for (split, grey) in [("train", 1), ("val", 2), ("test", 3)] {
            try folder.writeImage(grey: UInt8(grey), to: "\(split)/contempt/a.png")
        }
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.samples.map(\.split) == [.test, .train, .valid])
        #expect(try dataset.labelled(by: .fer2013).classes.count == 8)
        try folder.makeFolder("extra")
        #expect(loadingError(folder.path)?.file?.hasSuffix("extra") == true)
    }

    @Test func theHashFollowsTheContent() throws {
        try folder.writeImage(grey: 10, to: "sad/a.png")
        let before = try Dataset.load(data: folder.path).sha256
        #expect(try Dataset.load(data: folder.path).sha256 == before)
        try folder.writeImage(grey: 11, to: "sad/a.png")
        #expect(try Dataset.load(data: folder.path).sha256 != before)
    }

    @Test func largeImagesAreReducedAndKeepTheirShape() throws {
        try folder.writeImage(grey: 90, width: 600, height: 448, to: "sad/a.png")
        try folder.writeImage(grey: 90, width: 224, height: 500, to: "sad/b.png")
        let dataset = try Dataset.load(data: folder.path)
        #expect(sides(of: 0, in: dataset) == [300, 224])
        #expect(sides(of: 1, in: dataset) == [224, 500])
        #expect(dataset.image(at: 0).pixels.allSatisfy { $0 == 90 })
    }

    @Test func unreadableImagesAreNamedOrSkipped() throws {
        try folder.writeImage(grey: 10, to: "sad/a.png")
        let path = try folder.write("hello", to: "sad/broken.jpg")
        let error = try #require(loadingError(folder.path))
        #expect(error.kind == .row)
        #expect(error.file == path)
        let rest = try Dataset.load(data: folder.path, skipBadRows: true)
        #expect(rest.count == 1)
        #expect(rest.badRows == [error])
    }

    @Test func emptyAndUnknownClassesAreRefused() throws {
        try folder.writeImage(grey: 10, to: "sad/a.png")
        try folder.makeFolder("happy")
        let empty = try #require(loadingError(folder.path))
        #expect(empty.kind == .empty)
        #expect(empty.file?.hasSuffix("happy") == true)
        #expect(try Dataset.load(data: folder.path, skipBadRows: true).badRows.count == 1)
        try folder.makeFolder("bored")
        let unknown = try #require(loadingError(folder.path))
        #expect(unknown.found.contains("bored"))
        #expect(unknown.expected.contains("neutral, happy"))
    }

    @Test func aFolderOfNothingKnownSaysWhatWasLookedFor() throws {
        #expect(loadingError(folder.path)?.found == "an empty folder")
        try folder.makeFolder("cats")
        let error = try #require(loadingError(folder.path))
        #expect(error.found == "cats")
        for form in ["fer2013.csv", "manifest.csv", "FER2013Train", "contempt"] {
            #expect(error.expected.contains(form))
        }
    }

    @Test func linksThatLoopEnd() throws {
        let image = try folder.writeImage(grey: 10, to: "sad/a.png")
        let sad = folder.url.appendingPathComponent("sad")
        try FileManager.default.createSymbolicLink(
            at: sad.appendingPathComponent("again"), withDestinationURL: sad)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/sad/z.png", withDestinationPath: image)
        #expect(
            try Dataset.load(data: folder.path).samples.map(\.id) == ["sad/a.png", "sad/z.png"])
    }

    @Test func ferPlusFolders() throws {
        let lines = [
            ("FER2013Train", "fer0000000.png,\"(0, 0, 48, 48)\",4,0,0,1,3,2,0,0,0,0"),
            ("FER2013Valid", "fer0028638.png,\"(0, 0, 48, 48)\",0,9,0,0,0,0,0,0,1,0"),
            // As the first version of FER+'s program wrote it, without the box.
            ("FER2013Test", "fer0032220.png,0,0,0,10,0,0,0,0,0,0"),
        ]
        for (name, line) in lines {
            try folder.write(line + "\n", to: "\(name)/label.csv")
            try folder.writeImage(grey: 5, to: "\(name)/\(line.prefix(14))")
        }
        let dataset = try Dataset.load(data: folder.path)
        #expect(dataset.form == .ferPlusFolders)
        #expect(dataset.samples.map(\.split) == [.train, .valid, .test])
        #expect(dataset.samples[0].id == "FER2013Train/fer0000000.png")
        #expect(try dataset.labelled(by: .ferplus).emotions == [.happy, .sad])
        #expect(throws: DataError.self) { try dataset.labelled(by: .fer2013) }
        #expect(loadingError(folder.path, votes: "votes.csv")?.kind == .request)

        let list = try folder.write("x.png,1,2\n", to: "FER2013Test/label.csv")
        #expect(loadingError(folder.path)?.file == list)
        try folder.write("gone.png,0,0,0,10,0,0,0,0,0,0\n", to: "FER2013Test/label.csv")
        let gone = try #require(loadingError(folder.path))
        #expect(gone.line == 1)
        #expect(gone.found.contains("gone.png: no file there"))
    }

    @Test func manifests() throws {
        try folder.writeImage(grey: 1, to: "faces/one.png")
        try folder.writeImage(grey: 2, width: 30, height: 40, to: "faces/two, and a half.png")
        let path = try folder.write(
            #"""
            path,label,split,subject,age,site
            faces/one.png,Sad,train,p1,31,"Bern, ""north"""
            "faces/two, and a half.png",happy,,,,
            """#, to: "list.csv")
        let dataset = try Dataset.load(data: path)
        #expect(dataset.form == .manifest)
        #expect(dataset.samples[0].subject == "p1")
        #expect(dataset.samples[0].attributes == ["age": "31", "site": "Bern, \"north\""])
        #expect(dataset.samples[0].split == .train)
        #expect(dataset.samples[1].id == "faces/two, and a half.png")
        #expect(dataset.samples[1].split == nil)
        #expect(sides(of: 1, in: dataset) == [30, 40])
    }

    @Test func manifestsWithVotes() throws {
        try folder.writeImage(grey: 1, to: "one.png")
        let names = "neutral,happy,surprise,sad,angry,disgust,fear,contempt"
        let dataset = try Dataset.load(
            data: folder.write("\(names),file\n0,0,0,7,1,0,0,0,one.png\n", to: "manifest.csv"))
        #expect(dataset.samples[0].votes == Votes([0, 0, 0, 7, 1, 0, 0, 0, 0, 0]))
        #expect(dataset.samples[0].attributes.isEmpty)
        #expect(try Dataset.load(data: folder.path).count == 1)
    }

    @Test(
        arguments: [
            ("path,label\n,sad", "path", "nothing"),
            ("path,label\none.png,gloomy", "label", "gloomy"),
            ("path,label\none.png,", "label", "nothing"),
            ("path,label,split\none.png,sad,later", "split", "later"),
            ("path,label\nnone.png,sad", "path", "no file there"),
            ("path,label\n\"one.png,sad", nil, "quote"),
            ("path,label\none.png,sad,more", nil, "3 fields"),
            ("path,happy,sad\none.png,1,2", nil, "only the columns"),
            ("path,label", nil, "no rows"),
        ] as [(String, String?, String)])
    func badManifests(text: String, column: String?, found: String) throws {
        try folder.writeImage(grey: 1, to: "one.png")
        let error = try #require(loadingError(try folder.write(text, to: "list.csv")))
        #expect(error.column == column)
        #expect(error.found.contains(found), "\(error)")
    }
}
