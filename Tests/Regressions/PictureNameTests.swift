import Foundation
import Imaging
import ProgramSupport
import Testing

/// A file that is no picture, under a picture's name.
struct PictureNameTests {
    private func message(_ bytes: [UInt8], name: String = "photo.jpg") -> String? {
        do throws(ImageError) {
            _ = try Image(decoding: bytes, name: name)
            return nil
        } catch {
            return error.description
        }
    }

    private func media(_ brands: String...) -> [UInt8] {
        let size = UInt8(8 + 4 * brands.count + 4)
        return [0, 0, 0, size] + Array(("ftyp" + brands[0] + "\0\0\0\0").utf8)
            + brands.dropFirst().flatMap { Array($0.utf8) } + [UInt8](repeating: 0, count: 40)
    }

    @Test(arguments: ["photo.heic", "photo.jpg", "photo.mp4", "photo"])
    func aPictureOfAPhoneIsNamedUnderAnyEnding(name: String) {
        let said = message(media("heic", "mif1"), name: name)
        #expect(
            said == "\(name): is a HEIC picture, which is not read here. Convert it: heif-convert "
                + "\(name) picture.jpg (on a Mac: sips -s format jpeg \(name) --out picture.jpg)")
    }

    @Test func anAvifWhoseMainBrandIsACommonOneIsNamed() {
        #expect(message(media("mif1", "avif", "miaf"))?.contains("is an AVIF picture") == true)
        #expect(message(media("avis", "msf1"))?.contains("is an AVIF picture") == true)
        #expect(message(media("msf1", "hevc"))?.contains("is a HEIC picture") == true)
    }

    @Test func moreThanOnePictureIsNamedWithTheCommandThatTakesOneOut() {
        #expect(
            message(Array("GIF89a".utf8) + [UInt8](repeating: 0, count: 40), name: "smile.gif")
                == "smile.gif: is a GIF, which is not read here. Convert it: ffmpeg -i smile.gif "
                + "picture%03d.png")
        let head = Array("RIFF".utf8) + [22, 0, 0, 0] + Array("WEBPVP8X".utf8)
        let animated = head + [10, 0, 0, 0, 0x02] + [UInt8](repeating: 0, count: 9)
        #expect(message(animated)?.contains("webpmux -get frame 1") == true)
    }

    /// Read as ordinary colours, these would be pale.
    @Test func aPictureOfHighDynamicRangeIsNamed() throws {
        var file = try Image(width: 2, height: 2, channels: 3, filledWith: 9).encoded(as: .png)
        // Colours of BT.2020 with the curve PQ, behind the header, which ends at 33.
        let chunk = [0, 0, 0, 4] + Array("cICP".utf8) + [9, 16, 0, 1] + [77, 35, 35, 254]
        file.insert(contentsOf: chunk, at: 33)
        #expect(message(file, name: "a.png")?.contains("is a PNG of high dynamic range") == true)
    }

    @Test func aVideoNamedAsAPhotoIsCalledAVideo() {
        #expect(
            message(media("isom", "iso2", "mp41"))?.contains("is a video, not an image") == true)
        // Some phones' films name a picture's brand as their second.
        #expect(message(media("isom", "mif1"))?.contains("is a video, not an image") == true)
    }

    @Test(arguments: [
        ("PK\u{3}\u{4}", "a zip archive"), ("%PDF-1.7", "a PDF"),
        ("ID3\u{4}", "a sound file (MP3)"),
        ("\n <!DOCTYPE HTML>", "an HTML page"), ("<?xml version='1.0'?><svg>", "an SVG drawing"),
        ("P7\nWIDTH 2", "a PAM picture"), ("Pf\n2 2", "a PFM picture (floating point)"),
        ("version https://git-lfs.github.com/spec/v1", "a stand-in of Git LFS for a file"),
    ])
    func otherFilesAreCalledByTheirNames(start: String, name: String) {
        let said = message(Array(start.utf8))
        #expect(
            said?.hasPrefix("photo.jpg: is \(name), which is not read here.") == true,
            "\(said ?? "")")
    }

    @Test func whatNobodyKnowsIsQuotedWithoutControlBytes() {
        #expect(
            message([0x1B, 0x5B, 0x32, 0x4A, 0, 7]) == "photo.jpg: is not an image: it starts with "
                + "\".[2J..\"; PNG, JPEG, BMP, WebP, TIFF, PGM and PPM are read")
    }

    @Test func aCommandForANameWithSpacesCanBePasted() throws {
        let signature = try #require(FileSignature(of: media("heic")))
        #expect(
            signature.remedy(for: "my son's.heic").contains("heif-convert 'my son'\\''s.heic' "))
        #expect(signature.remedy(for: "-x.heic").contains("heif-convert ./-x.heic "))
    }

    @Test(.enabled(if: DrawnPhotos.hasDetector, Comment(rawValue: DrawnPhotos.missing)))
    func predictSaysWhichCommandConvertsThePhoto() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(media("heic", "mif1"), to: "IMG 1.jpg")
        let outcome = try Program.run("predict", "--csv", path)
        #expect(outcome.status == 2)
        #expect(outcome.output.contains("heif-convert '\(path)' picture.jpg"))
    }
}
