import Foundation
import Imaging
import ProgramSupport
import Testing

/// Files in folders that Mien does not read are counted by what they are.
struct LeftOutFilesTests {
    private static let heic = [0, 0, 0, 0x18] + Array("ftypheic".utf8) + Array("0000mif1heic".utf8)

    @Test(arguments: ["predict --whole-image", "faces --out out", "explain --out out"])
    func aFolderOfAPhoneIsNotEmptyWithoutAWord(_ command: String) throws {
        let folder = try TemporaryFolder()
        for name in ["IMG_1.HEIC", "IMG_2.heic"] { try folder.write(Self.heic, to: "p/" + name) }
        let outcome = try Program.shell("\"$0\" \(command) p", in: folder)
        #expect(outcome.status == 2)
        #expect(
            outcome.errors.contains(
                "Left out 2 HEIC pictures, not read by Mien: p/IMG_1.HEIC, .... "
                    + "Convert it: heif-convert FILE"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out/manifest.csv")))
    }

    @Test func aJPEGThatIsCalledHEICIsRead() throws {
        let folder = try TemporaryFolder()
        let image = Image(width: 48, height: 48, channels: 1, filledWith: 90)
        try folder.write(image.encoded(as: .jpeg()), to: "p/IMG_1.HEIC")
        try folder.write(Self.heic, to: "p/IMG_2.HEIC")
        try folder.write([0x50, 0x4B, 3, 4, 0], to: "p/more.zip")
        try folder.write("x", to: "p/notes.txt")
        try folder.write("x", to: "p/LICENSE")
        let outcome = try Program.shell("\"$0\" predict p --whole-image --csv", in: folder)
        #expect(outcome.status == 0 && outcome.output.contains("p/IMG_1.HEIC"))
        #expect(outcome.errors.contains("Left out 1 HEIC picture, not read"))
        #expect(outcome.errors.contains("Left out 1 zip archive"))
        #expect(outcome.errors.contains("Left out 2 files in folders"))
        #expect(outcome.errors.contains("1 without ending, 1 .txt"))
    }
}
