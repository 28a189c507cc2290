import Evaluation
import Foundation
import Imaging
import Mien
import Networks
import ProgramSupport
import Testing

/// What docs/library.md and the API reference's tutorials show, as it stands there; photos and videos are shown by
/// Examples/ScorePhoto.
struct LibraryWalkthroughTests {
    @Test func aModelIsTrainedAndEvaluated() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var lines: [String] = []
        func print(_ items: Any...) { lines.append(items.map { "\($0)" }.joined(separator: " ")) }
        let place = "synthetic:seed=1,train=64,valid=0,test=16"

        var recipe = Recipe.paper
        recipe.architecture = .tiny
        recipe.imageSize = 48
        recipe.batchSize = 16
        recipe.labels = .fer2013
        let options = TrainingSession.Options(recipe, data: place)
        let session = try TrainingSession(options, in: folder)
        let model = try session.run { event in
            if case .epoch(let report) = event {
                print("epoch \(report.epoch): loss \(report.trainingLoss)")
            }
            return .proceed
        }

        var evaluator = EvaluationSession()
        evaluator.labels = .fer2013
        evaluator.split = "test"
        let outcome = try evaluator.evaluate(
            model, on: session.dataset,
            modelSHA256: try Model.sha256(ofFile: session.folder.modelURL))
        if let report = outcome?.report {
            print("accuracy \(report.metrics.accuracy), AUC \(report.metrics[.auc])")
        }

        #expect(lines.count == 3 && lines[0].hasPrefix("epoch 1: loss "), "\(lines)")
        #expect(lines.last?.hasPrefix("accuracy ") == true, "\(lines)")
    }

    @Test func facesAtHandAreADataSet() throws {
        let images = (0 ..< 2).map {
            Image(width: 48, height: 48, channels: 1, filledWith: UInt8(100 * $0))
        }

        let samples = [
            Sample(id: "one", row: 0, emotion: .sad, split: .train, subject: "a"),
            Sample(id: "two", row: 1, emotion: .happy, split: .test, subject: "b"),
        ]
        let data = Dataset(name: "my faces", samples: samples, images: images)

        #expect(data.count == 2 && data.samples[1].subject == "b")
    }

    @Test func aFormOfOnesOwnIsRead() throws {
        let folder = try TemporaryFolder()
        try folder.writeImage(grey: 1, to: "p01_sad.png")
        try folder.writeImage(grey: 2, to: "p02_happy.png")
        try folder.write("", to: "our-faces.txt")
        let place = folder.path

        let faces = try Dataset.load(data: place, readers: [OurFacesReader()])

        #expect(faces.samples.map(\.emotion) == [.sad, .happy])
        #expect(faces.samples.map(\.subject) == ["p01", "p02"] && faces.knownAs == "our faces")
        #expect(throws: DataError.self) { try Dataset.load(data: place) }
        try folder.writeImage(grey: 2, to: "p03_bored.png")
        let error = #expect(throws: DataError.self) {
            try Dataset.load(data: place, readers: [OurFacesReader()])
        }
        #expect(error?.file?.hasSuffix("p03_bored.png") == true)
        let rest = try Dataset.load(data: place, skipBadRows: true, readers: [OurFacesReader()])
        #expect(rest.count == 2 && rest.badRows.count == 1)
    }

    /// Each block of the page is code of this file or of an example.
    @Test func thePageShowsCodeThatIsCompiled() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        func lines(_ text: Substring) -> String {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .joined(separator: "\n")
        }
        let example = "Examples/ScorePhoto"
        let sources = try [
            "Tests/MienTests/LibraryWalkthroughTests.swift", example + "/Package.swift",
            example + "/Sources/ScorePhoto/ScorePhoto.swift",
        ].map { path in
            lines(
                Substring(
                    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)))
        }
        let pages = [
            ("docs/library.md", 5), ("Sources/Mien/Mien.docc/ScoreAPhoto.md", 2),
            ("Sources/Mien/Mien.docc/TrainYourOwn.md", 2),
        ]
        for (path, count) in pages {
            let page = try String(
                contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            let blocks = page.components(separatedBy: "```swift\n").dropFirst().map {
                lines($0.components(separatedBy: "```")[0][...])
            }
            #expect(blocks.count >= count, "\(path)")
            for block in blocks {
                #expect(
                    sources.contains { $0.contains(block) }, "\(path), not compiled:\n\(block)")
            }
        }
    }
}

/// Folders of images named PERSON_EMOTION.png, with a file our-faces.txt.
struct OurFacesReader: DatasetReader {
    let name = "our faces"

    func recognises(_ request: DatasetRequest) -> Bool {
        FileManager.default.fileExists(
            atPath: request.url.appendingPathComponent("our-faces.txt").path)
    }

    func list(_ request: DatasetRequest) throws(DataError) -> PictureList {
        var list = PictureList()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: request.url.path)) ?? []
        for name in names.sorted() where name.hasSuffix(".png") {
            let parts = name.dropLast(4).split(separator: "_").map(String.init)
            if parts.count == 2, let emotion = Emotion(name: parts[1]) {
                list.append(
                    Sample(id: name, row: list.count, emotion: emotion, subject: parts[0]),
                    at: request.url.appendingPathComponent(name))
            } else {
                list.leaveOut(
                    DataError(
                        .row, file: request.path + "/" + name, found: "another name",
                        expected: "PERSON_EMOTION.png"))
            }
        }
        return list
    }
}
