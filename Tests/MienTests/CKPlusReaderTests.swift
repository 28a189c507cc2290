import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Trees in CK+'s layout with the traps of the real one.
struct CKPlusReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to path: String) throws {
        let url = folder.url.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// - Parameter side: below 96 a frame is a face already.
    private func frame(_ path: String, side: Int = 48, grey: UInt8 = 90) throws {
        var image = Image(width: side + 10, height: side, channels: 1, filledWith: grey)
        // Pictures differ.
        image = image.cropped(left: 0, top: 0, width: side, height: side)
        let url = folder.url.appendingPathComponent("cohn-kanade-images/" + path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(image.encoded(as: .png)).write(to: url)
    }

    /// S005 with five frames labelled disgust, S010 with two labelled happy, and one sequence without
    /// a label.
    private func tree() throws {
        // Frames of other lengths: as text 10 would come before 9.
        for number in ["00000001", "00000002", "00000009", "00000010", "00000011"] {
            try frame("S005/001/S005_001_\(number).png", grey: UInt8(number.suffix(2)) ?? 0)
        }
        for number in 1 ... 2 { try frame("S010/004/S010_004_0000000\(number).png", grey: 150) }
        for number in 1 ... 4 { try frame("S010/005/S010_005_0000000\(number).png", grey: 200) }
        try write(
            "   3.0000000e+00\n", to: "Emotion/S005/001/S005_001_00000011_emotion.txt")
        try write("5.0000000e+00", to: "Emotion/S010/004/S010_004_00000002_emotion.txt")
        let empty = folder.url.appendingPathComponent("Emotion/S010/005")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        let none = folder.url.appendingPathComponent("cohn-kanade-images/S999/003")
        try FileManager.default.createDirectory(at: none, withIntermediateDirectories: true)
        try write("x", to: "cohn-kanade-images/S005/001/.DS_Store")
        try write("x", to: "cohn-kanade-images/S005/001/._S005_001_00000011.png")
        try write("x", to: "Emotion/.DS_Store")
        try write("x", to: "Emotion/S005/001/._S005_001_00000011_emotion.txt")
    }

    @Test func theLastThreeFramesHaveTheLabelAndTheFirstIsNeutral() throws {
        try tree()
        let dataset = try Dataset.load(data: folder.url.path)
        #expect(dataset.form == .ckPlus && !dataset.isSynthetic)
        #expect(
            dataset.samples.map { "\($0.id.suffix(12)) \($0.emotion?.name ?? "")" } == [
                "00000001.png neutral", "00000009.png disgust", "00000010.png disgust",
                "00000011.png disgust", "00000001.png happy", "00000002.png happy",
            ])
        #expect(dataset.samples.map(\.subject) == ["S005", "S005", "S005", "S005", "S010", "S010"])
        #expect(dataset.samples[0].sequence == "S005_001")
        #expect(dataset.samples.allSatisfy { $0.id.hasPrefix("cohn-kanade-images/S0") })
        #expect(
            dataset.notes.contains { $0.description.contains("1 sequences have no emotion file") })
        #expect(dataset.notes.contains { $0.description.contains("6 small enough") })
        let rows = try ExpressionProtocol.ck7Neutral.rows(of: dataset)
        #expect(rows.count == 6)
    }

    @Test func filesAreJoinedByTheirNamesAndNotByTheirFolders() throws {
        try tree()
        let files = FileManager.default
        try files.moveItem(
            at: folder.url.appendingPathComponent("cohn-kanade-images/S005/001"),
            to: folder.url.appendingPathComponent("cohn-kanade-images/S0005"))
        try write("7", to: "Emotion/S010_005_00000003_emotion.txt")
        try write("1", to: "Emotion/S077/001/S077_001_00000003_emotion.txt")
        try write("readme", to: "Emotion/ReadMe.txt")
        let dataset = try Dataset.load(data: folder.url.path)
        // The label names frame 3 of 4.
        let surprise = dataset.samples.filter { $0.emotion == .surprise }
        #expect(surprise.map { $0.id.suffix(5) } == ["1.png", "2.png", "3.png"])
        #expect(dataset.samples.count { $0.subject == "S005" } == 4)
        #expect(
            dataset.notes.contains {
                $0.description.contains("1 emotion files are of sequences without")
            })
        #expect(dataset.notes.contains { $0.description.contains("1 files have other names") })
    }

    @Test func labelsChangeTheHash() throws {
        try tree()
        let before = try Dataset.load(data: folder.url.path).sources
        try write("6", to: "Emotion/S010/004/S010_004_00000002_emotion.txt")
        let after = try Dataset.load(data: folder.url.path).sources
        #expect(before[1] == after[1] && before[0].sha256 != after[0].sha256)
    }

    @Test(arguments: ["", "8", "3.5", "anger", "3 4", "nan"])
    func aLabelThatIsNoneIsRefusedWithItsFile(text: String) throws {
        try tree()
        try write(text, to: "Emotion/S010/004/S010_004_00000002_emotion.txt")
        let error = loadingError(folder.url.path)
        #expect(error?.kind == .row && error?.line == 1)
        #expect(error?.file?.hasSuffix("S010_004_00000002_emotion.txt") == true)
        let rest = try Dataset.load(data: folder.url.path, skipBadRows: true)
        #expect(rest.count == 4 && rest.badRows.count == 1)
    }

    @Test func twoLabelsOfOneSequenceAndATreeWithoutLabelsAreRefused() throws {
        try tree()
        try write("1", to: "Emotion/S005/001/S005_001_00000010_emotion.txt")
        #expect(loadingError(folder.url.path)?.expected == "one label for each sequence")
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("Emotion"))
        #expect(loadingError(folder.url.path)?.kind == .unknownForm)
    }

    /// 68 points from (60, 70) to (100, 130).
    private var points: String {
        (0 ..< 68).map { number in
            let (x, y) = (60 + Double(number % 2) * 40, 70 + Double(number / 2 % 2) * 60)
            return String(format: "   %.7e   %.7e", x, y)
        }.joined(separator: "\n")
    }

    @Test func facesAreCutWhereOneIsFoundAndElseAroundTheLandmarks() throws {
        for number in 1 ... 2 {
            try frame("S005/001/S005_001_0000000\(number).png", side: 200, grey: 40)
        }
        try write("3", to: "Emotion/S005/001/S005_001_00000002_emotion.txt")
        try write(points, to: "Landmarks/S005/001/S005_001_00000001_landmarks.txt")
        let unfound = #expect(throws: DataError.self) {
            try CKPlusReader.read(folder.url) { { _ in nil } }
        }
        #expect(unfound?.found.contains("no face that the detector finds") == true)
        try write(points, to: "Landmarks/S005/001/S005_001_00000002_landmarks.txt")
        let around = try CKPlusReader.read(folder.url) { { _ in nil } }
        // 1.2 times the longer extent.
        #expect(sides(of: 0, in: around) == [72, 72])
        #expect(
            around.notes.contains {
                $0.description.contains("2 cut as a square around their landmarks")
            })

        let face = DetectedFace(
            box: .init(left: 50, top: 50, width: 80, height: 100),
            landmarks: .init(
                leftEye: Point(x: 75, y: 90), rightEye: Point(x: 105, y: 90),
                nose: Point(x: 90, y: 105), leftMouth: Point(x: 78, y: 125),
                rightMouth: Point(x: 102, y: 125)), confidence: 0.9)
        let found = try CKPlusReader.read(folder.url) { { _ in face } }
        #expect(sides(of: 1, in: found) == [48, 48])
        #expect(
            found.notes.contains {
                $0.description.contains("2 cut where the detector finds a face")
            })

        try write("1 2 3", to: "Landmarks/S005/001/S005_001_00000002_landmarks.txt")
        let broken = #expect(throws: DataError.self) {
            try CKPlusReader.read(folder.url, makeFinder: nil)
        }
        #expect(broken?.expected == "68 lines of x and y")
    }

    @Test func drawnSequencesAreReadBackAndDependOnTheSeedAlone() throws {
        func tree(_ name: String, seed: UInt64) throws -> Dataset {
            let url = folder.url.appendingPathComponent(name)
            let drawn = SyntheticSequences(people: 4, sequencesPerPerson: 2, seed: seed)
            #expect(try drawn.write(to: url))
            return try Dataset.load(data: url.path)
        }
        let one = try tree("one", seed: 3)
        #expect(one.isSynthetic && one.count == 4 * 2 * 4)
        #expect(Set(one.samples.compactMap(\.subject)) == ["S005", "S006", "S007", "S008"])
        #expect(Set(one.samples.compactMap(\.sequence)).count == 8)
        #expect(one.samples.count { $0.emotion == .neutral } == 8)
        #expect(one.notes.contains { $0.description.contains("2 sequences have no emotion file") })
        #expect(try tree("two", seed: 3).sources.map(\.sha256) == one.sources.map(\.sha256))
        #expect(try tree("three", seed: 4).sources[1].sha256 != one.sources[1].sha256)
        #expect(throws: UsageError.self) { try tree("one", seed: 3) }
        let stopped = folder.url.appendingPathComponent("stopped")
        #expect(try !SyntheticSequences(people: 2).write(to: stopped) { _, _ in false })
        #expect(!FileManager.default.fileExists(atPath: stopped.path))
        #expect(!FileManager.default.fileExists(atPath: stopped.path + ".partial"))
    }
}
