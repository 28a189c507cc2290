import Imaging
import Testing

/// Files that are nothing Mien reads are called by their name.
struct FileSignatureTests {
    @Test func aTarIsKnownByTheWordInItsHeader() throws {
        var bytes = [UInt8](repeating: 0, count: 512)
        bytes.replaceSubrange(257 ..< 262, with: "ustar".utf8)
        let signature = try #require(FileSignature(of: bytes))
        #expect(signature.name == "a tar archive")
        #expect(signature.remedy(for: "fer2013.csv") == "Unpack it: tar xf fer2013.csv")
    }

    @Test func aPictureOfAPhoneIsKnownByItsBrand() {
        let start: [UInt8] = [0, 0, 0, 0x18]
        #expect(FileSignature(of: start + "ftypheix".utf8)?.name == "a HEIC picture")
        #expect(FileSignature(of: start + "ftypavif".utf8)?.name == "an AVIF picture")
        #expect(FileSignature(of: start + "ftypisom".utf8) == nil)
    }

    @Test func textIsNothingSpecial() {
        #expect(FileSignature(of: Array("emotion,pixels,Usage\n".utf8)) == nil)
        #expect(FileSignature(of: [UInt8]()) == nil)
    }
}
