import Foundation
import Imaging
import Testing

/// Photos that a camera marks as held on their side.
struct PictureOrientationTests {
    /// A picture of 4 x 2 pixels, dark in its first column.
    private static let drawn = Image(
        width: 4, height: 2, channels: 1, pixels: [0, 255, 255, 255, 0, 255, 255, 255])
    private static let orders = ["II", "MM"]

    private static func exif(_ orientation: Int, _ order: String) -> [UInt8] {
        let isBig = order == "MM"
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let bytes = (0 ..< count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBig ? bytes.reversed() : bytes
        }
        let entry =
            number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + [0, 0]
        return Array(order.utf8) + number(42, 2) + number(8, 4) + number(1, 2) + entry
            + number(0, 4)
    }

    /// Where the dark side must be, as the file's are turned or not.
    private func expectUpright(_ image: Image, _ orientation: Int, _ comment: Comment) {
        let isOnItsSide = 5 ... 8 ~= orientation
        let dark =
            switch orientation {
            case 2, 3: "right"
            case 5, 6: "top"
            case 7, 8: "bottom"
            default: "left"
            }
        let isShaped = image.width == (isOnItsSide ? 2 : 4) && image.height == (isOnItsSide ? 4 : 2)
        #expect(isShaped, comment)
        guard isShaped else { return }
        let grey = image.grey()
        func mean(_ pixels: [UInt8]) -> Int { pixels.reduce(0) { $0 + Int($1) } / pixels.count }
        let sides = [
            "left": (0 ..< grey.height).map { grey.pixels[$0 * grey.width] },
            "right": (1 ... grey.height).map { grey.pixels[$0 * grey.width - 1] },
            "top": Array(grey.pixels.prefix(grey.width)),
            "bottom": Array(grey.pixels.suffix(grey.width)),
        ]
        #expect(sides.min { mean($0.value) < mean($1.value) }?.key == dark, comment)
    }

    @Test(arguments: 0 ... 9, orders) func ofAWebP(orientation: Int, order: String) throws {
        for introduction in ["", "Exif\0\0"] {
            let file = try Self.webp(Array(introduction.utf8) + Self.exif(orientation, order))
            expectUpright(try Image(decoding: file), orientation, "\(order) \(introduction)")
        }
    }

    @Test(arguments: 0 ... 9, orders) func ofAPNG(orientation: Int, order: String) throws {
        let file = try Self.png(Self.exif(orientation, order))
        expectUpright(try Image(decoding: file), orientation, "\(order)")
    }

    @Test(arguments: 0 ... 9, orders) func ofAJPEG(orientation: Int, order: String) throws {
        let file = try Self.jpeg([Self.exif(orientation, order)])
        expectUpright(try Image(decoding: file), orientation, "\(order)")
    }

    @Test func aCutNoteLeavesThePictureAsItIs() throws {
        for count in [0, 1, 7, 10, 15] {
            let cut = Array(Self.exif(6, "II").prefix(count))
            expectUpright(try Image(decoding: Self.webp(cut)), 1, "WebP \(count)")
            expectUpright(try Image(decoding: Self.webp(Array("Exif\0\0".utf8) + cut)), 1, "WebP")
            expectUpright(try Image(decoding: Self.jpeg([cut])), 1, "JPEG \(count)")
        }
    }

    @Test func ofTwoNotesTheFirstCounts() throws {
        let file = try Self.jpeg([Self.exif(6, "MM"), Self.exif(3, "II")])
        expectUpright(try Image(decoding: file), 6, "two")
    }

    /// What a phone puts behind the photo changes nothing.
    @Test func aPhotoWithItsFilmBehindIt() throws {
        let film = [0, 0, 0, 0x18] + Array("ftypmp42".utf8) + [UInt8](repeating: 0, count: 300)
        let file = try Self.jpeg([Self.exif(8, "MM")]) + film
        expectUpright(try Image(decoding: file), 8, "film")
    }

    // MARK: -

    /// The golden picture of one pixel's height is made to one of a container with EXIF.
    private static func webp(_ exif: [UInt8]) throws -> [UInt8] {
        let url = Bundle.module.url(forResource: "Golden/pictures/dark-left", withExtension: "webp")
        let plain = [UInt8](try Data(contentsOf: #require(url)))
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0 ..< count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
            Array(name.utf8) + little(body.count, 4) + body + (body.count % 2 == 1 ? [0] : [])
        }
        let body =
            Array("WEBP".utf8) + chunk("VP8X", [8, 0, 0, 0] + little(3, 3) + little(1, 3))
            + plain.dropFirst(12) + chunk("EXIF", exif)
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }

    private static func png(_ exif: [UInt8]) throws -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] {
            (0 ..< 4).map { UInt8(value >> (24 - 8 * $0) & 255) }
        }
        var sum: UInt32 = 0xFFFF_FFFF
        let content = Array("eXIf".utf8) + exif
        for byte in content {
            sum ^= UInt32(byte)
            for _ in 0 ..< 8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 }
        }
        // Behind the header, which ends at 33.
        var file = try drawn.encoded(as: .png)
        file.insert(contentsOf: big(UInt32(exif.count)) + content + big(~sum), at: 33)
        return file
    }

    private static func jpeg(_ notes: [[UInt8]]) throws -> [UInt8] {
        var file = try drawn.encoded(as: .jpeg(quality: 100))
        let segments = notes.flatMap { (exif: [UInt8]) -> [UInt8] in
            [0xFF, 0xE1, 0, UInt8(exif.count + 8)] + Array("Exif\0\0".utf8) + exif
        }
        file.insert(contentsOf: segments, at: 2)
        return file
    }
}
