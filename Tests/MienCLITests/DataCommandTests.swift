import Foundation
import ProgramSupport
import Testing

/// `mien data` and `mien weights`, as printed.
struct DataCommandTests {
    static let data = "synthetic:seed=5,train=40,valid=10,test=10"

    @Test func describePrintsThisText() throws {
        let outcome = try Program.run("data", "describe", "--data", Self.data)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output == """
                \(Self.data): 60 images, synthetic
                SYNTHETIC: faces drawn by Mien, not photographs
                size 48 x 48 pixels, 9 subjects
                positive: sad-or-neutral expression

                labels fer2013
                              images positive  neutral    happy surprise      sad    angry  disgust     fear
                  train           40       15        8       10        4        7        6        0        5
                  valid           10        5        3        2        0        2        2        0        1
                  test            10        4        2        3        3        2        0        0        0

                pixel-identical images
                  train: also in valid: 0 (0.0 %)
                  train: also in test: 0 (0.0 %)
                  valid: also in train: 0 (0.0 %)
                  valid: also in test: 0 (0.0 %)
                  test: also in train: 0 (0.0 %)
                  test: also in valid: 0 (0.0 %)

                sha256 d0cb84b1688625bd0eb25c63e281b8f7b945b5eab8372b62d799bbad60ca35d4  \(Self.data)

                """)
    }

    @Test func describeAsJSONHoldsTheSameCounts() throws {
        let outcome = try Program.run("data", "describe", "--data", Self.data, "--json")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(object["bad_row_count"] as? Int == 0)
        #expect(
            object["data_sha256"] as? String
                == "d0cb84b1688625bd0eb25c63e281b8f7b945b5eab8372b62d799bbad60ca35d4")
        #expect((object["duplicates"] as? [Any])?.isEmpty == false)
    }

    @Test(arguments: [
        ["data", "describe", "--sheet"], ["data", "augment", "--recipe", "votes", "--out"],
    ])
    func sheetsAreImages(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.url, arguments + [folder.path("sheet.png"), "--data", Self.data])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("sheet.png")))
        #expect(bytes.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func synthesizedFacesAreReadBack() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("faces.csv")
        let made = try Program.run(
            "data", "synthesize", "--out", file, "--train", "6", "--valid", "3", "--test", "2")
        #expect(made.output == "\(file)\n")
        let outcome = try Program.run("data", "describe", "--data", file)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("11 images"))
    }

    @Test(arguments: [
        (["data", "describe", "--data", "/nowhere.csv"], "/nowhere.csv"),
        (["data", "describe", "--data", "synthetic", "--per-class", "0"], "1 to 64"),
        (["data", "describe", "--data", "synthetic", "--sheet", "sheet.txt"], "png, jpg or jpeg"),
        (["data", "augment", "--data", "synthetic", "--shift", "2", "--out", "a.png"], "shift"),
        (["data", "synthesize", "--out", "a.csv", "--train", "many"], "--train"),
        (["data", "synthesize", "--out", "/nowhere/a.csv"], "/nowhere/a.csv"),
        (["weights", "fetch", "resnet19"], "resnet18, resnet34"),
        (["weights", "import", "/nowhere.pth"], "/nowhere.pth"),
        (["weights", "fetch", "resnet18", "--url", "ftp://x"], "http"),
    ])
    func badInputIsToldInASentence(_ arguments: [String], _ words: String) throws {
        let outcome = try Program.run(Program.url, arguments)
        let isFailureOfDisk = arguments.contains("/nowhere/a.csv")
        #expect(outcome.status == (isFailureOfDisk ? 1 : 2))
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }
}
