import Foundation
import Mien
import ProgramSupport
import Testing

/// A folder for results that another process writes to, or that is none.
struct OneFolderForTwoTests {
    @Test func aSecondDataSetOfFacesIsRefusedWhileTheFirstIsWritten() throws {
        let folder = try TemporaryFolder()
        let place = URL(fileURLWithPath: folder.path("faces"))
        func writer() throws -> FaceSetWriter { try FaceSetWriter(to: place, labelling: .none) }
        do {
            let first = try writer()
            let error = try #require(#expect(throws: UsageError.self) { try writer() })
            #expect("\(error)".contains("another process writes faces"))
            withExtendedLifetime(first) {}
        }
        try writer().finish()
        let error = try #require(#expect(throws: UsageError.self) { try writer() })
        #expect("\(error)".contains("holds a manifest.csv"))
    }

    @Test func aFileAsTheFolderOfARunIsSaidInPlainWords() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("something", to: "run")
        let outcome = try Program.run(Program.url, ["train", "--out", file] + ShortRun.small)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("a file of this name exists"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("could not be completed"), "\(outcome.errors)")
    }
}
