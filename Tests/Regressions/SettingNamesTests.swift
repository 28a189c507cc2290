import Foundation
import Mien
import ProgramSupport
import Testing

/// A message of the library names settings; that of the program names options.
struct SettingNamesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.writeImage(grey: 1, to: "sad/a.png")
        try folder.writeImage(grey: 2, to: "happy/b.png")
    }

    @Test func anErrorNamesTheSettingHereAndTheOptionThere() throws {
        let votes = try folder.write("a\n", to: "votes.csv")
        let error = #expect(throws: DataError.self) {
            try Dataset.load(data: folder.path, votes: votes)
        }
        #expect(error?.description.hasSuffix(" Leave votes out.") == true, "\(error as Any)")
        let outcome = try Program.run(
            "data", "describe", "--data", folder.path, "--votes", votes)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(" Leave --votes out."), "\(outcome.errors)")
    }

    @Test func aNoteNamesTheOptionAlsoInJSON() throws {
        try folder.write("path,label\nsad/a.png,sad\n", to: "labels.csv")
        for format in [[], ["--json"]] {
            let outcome = try Program.run(
                Program.url, ["data", "describe", "--data", folder.path] + format)
            #expect(outcome.output.contains(". --labels-file labels.csv takes them."))
        }
    }

    @Test func aSettingOutOfRangeIsAnOptionOfTheProgram() throws {
        var options = PredictionOptions()
        options.batchSize = 0
        let error = #expect(throws: UsageError.self) { try options.validate() }
        #expect(error?.description == "batch-size: found 0, expected 1 to 4096.")
        #expect(error?.subject.parts == [.setting("batch-size")])
        let outcome = try Program.run("predict", "--batch-size", "0", "a.png")
        #expect(outcome.status == 2 && outcome.errors.contains("--batch-size"), "\(outcome.errors)")
    }
}
