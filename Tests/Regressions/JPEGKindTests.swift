import Foundation
import Imaging
import Testing

/// JPEGs of kinds that few programs write.
struct JPEGKindTests {
    private func jpeg(_ change: (inout [UInt8], _ frame: Int) -> Void) throws -> [UInt8] {
        let image = Image(width: 16, height: 16, channels: 1, filledWith: 90)
        var file = try image.encoded(as: .jpeg())
        let frame = try #require(
            file.indices.dropLast(9).first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
        change(&file, frame)
        return file
    }

    @Test(arguments: [
        (0xC3, 8, "is a lossless JPEG, which is not read: save it as PNG"),
        (0xC1, 12, "is a JPEG of 12 bits a sample, which is not read: save it as PNG"),
        (0xC6, 8, "is a hierarchical JPEG, which is not read: save it as an ordinary one"),
        (0xF7, 8, "is a JPEG-LS picture, which is not read: save it as PNG"),
    ])
    func aKindThatIsNotReadIsNamed(marker: UInt8, precision: UInt8, said: String) throws {
        let file = try jpeg { file, frame in
            file[frame + 1] = marker
            file[frame + 4] = precision
        }
        #expect(throws: ImageError(source: "x.jpg", problem: .unsupported(said))) {
            try Image(decoding: file, name: "x.jpg")
        }
    }
}
