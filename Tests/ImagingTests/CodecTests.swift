import CVision
import CodecPeer
import Foundation
import Imaging
import Testing

/// PNG and JPEG files, decoded by libpng and libjpeg, against what OpenCV makes of them.
struct CodecTests {
    /// `nil` where it is refused.
    private func decoded(_ decode: (inout vision_image) -> vision_status) -> Image? {
        var image = vision_image()
        guard decode(&image) == 0 else { return nil }
        defer { free(image.pixels) }
        let count = Int(image.width * image.height * image.channels)
        return Image(
            width: Int(image.width), height: Int(image.height), channels: Int(image.channels),
            pixels: Array(UnsafeBufferPointer(start: image.pixels, count: count)))
    }

    private func own(_ file: [UInt8], reduction: Int32 = 1) -> Image? {
        decoded { codec_decode(&$0, file, file.count, reduction, 1_000_000) }
    }

    private func openCV(_ file: [UInt8], reduction: Int32 = 1) -> Image? {
        decoded { peer_decode(&$0, file, file.count, reduction) }
    }

    private func expectSame(_ file: [UInt8], _ what: String, reduction: Int32 = 1) throws {
        let found = own(file, reduction: reduction)
        let reason = found == nil ? String(cString: codec_last_error()) : ""
        let expected = try #require(openCV(file, reduction: reduction), "\(what) is refused")
        #expect(found == expected, "\(what): \(reason)")
    }

    /// An EXIF block that says nothing but how the picture is to be turned.
    private func exif(orientation: UInt8, isBig: Bool) -> [UInt8] {
        isBig
            ? [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1]
                + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0] + [0, 0, 0, 0]
            : [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0]
                + [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0] + [0, 0, 0, 0]
    }

    @Test(arguments: PNGWriter.Kind.allCases) func everyKindOfPNG(kind: PNGWriter.Kind) throws {
        for depth in kind.depths {
            for isInterlaced in [false, true] {
                for isTransparent in [false, true] {
                    for (width, height) in [(13, 9), (1, 1), (3, 17), (64, 33)] {
                        let writer = PNGWriter(
                            width: width, height: height, kind: kind, depth: depth,
                            isInterlaced: isInterlaced, isTransparent: isTransparent)
                        try expectSame(writer.file(seed: UInt64(depth + width)), "\(writer)")
                    }
                }
            }
        }
    }

    /// OpenCV multiplies the 16 bits with a number; libpng does it in whole numbers.
    @Test func everyValueOf16Bits() throws {
        let writer = PNGWriter(
            width: 512, height: 1024, kind: .grey, depth: 16, isInterlaced: false)
        let file = writer.file(seed: 5)
        try expectSame(file, "16 bits")
        #expect(try Set(#require(own(file)).pixels).count == 256)
    }

    @Test(arguments: 0 ... 9) func turnedPNGs(orientation: UInt8) throws {
        var writer = PNGWriter(width: 13, height: 9, kind: .rgb, depth: 8, isInterlaced: false)
        writer.exif = exif(orientation: orientation, isBig: true)
        try expectSame(writer.file(seed: 3), "orientation \(orientation)")
    }

    @Test(arguments: [1, 3], [(37, 23), (70, 41), (8, 8), (1, 5)])
    func turnedAndReducedJPEGs(channels: Int, size: (width: Int, height: Int)) throws {
        let image = smoothImage(width: size.width, height: size.height, channels: channels)
        let plain = try image.encoded(as: .jpeg(quality: 90))
        for orientation: UInt8 in 0 ... 9 {
            for isBig in [false, true] {
                let body = Array("Exif\0\0".utf8) + exif(orientation: orientation, isBig: isBig)
                let segment = [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body
                for reduction: Int32 in [1, 2, 4, 8] {
                    try expectSame(
                        plain[..<2] + segment + plain[2...],
                        "\(size), orientation \(orientation), reduction \(reduction)",
                        reduction: reduction)
                }
            }
        }
    }

    @Test(arguments: [
        "cmyk.jpg", "orientation6.jpg", "progressive.jpg", "progressive-rgb.jpg", "halved-rows.jpg",
        "restarts.jpg",
    ])
    func jpegsOfOthers(name: String) throws {
        for reduction: Int32 in [1, 2, 4, 8] {
            try expectSame(golden(name), "\(name), reduction \(reduction)", reduction: reduction)
        }
    }

    @Test(arguments: [
        "rgba.png", "palette.png", "grey16.png", "grey-alpha.png", "bilevel.png",
    ])
    func pngsOfOthers(name: String) throws { try expectSame(golden(name), name) }

    /// What is read of damaged files is what OpenCV reads of them.
    @Test(arguments: [
        "rgba.png", "palette.png", "grey16.png", "cmyk.jpg", "progressive-rgb.jpg", "restarts.jpg",
    ])
    func damagedFilesAreReadAlike(name: String) throws {
        let whole = try golden(name)
        var mutations = Mutations(state: 21)
        var (read, differ) = (0, 0)
        for _ in 0 ..< 1000 {
            let file = mutations.apply(to: whole)
            let limits = DecodingLimits(maximumPixels: 1_000_000)
            guard (try? Image(decoding: file, limits: limits)) != nil else { continue }
            read += 1
            if own(file) != openCV(file) { differ += 1 }
        }
        #expect(differ == 0, "\(differ) of \(read)")
    }

    @Test func whatIsTooLargeOrNotAskedForIsRefused() throws {
        let png = try smoothImage(width: 20, height: 10).encoded(as: .png)
        var image = vision_image()
        #expect(codec_decode(&image, png, png.count, 1, 199) != 0)
        #expect(String(cString: codec_last_error()).contains("20 x 10 pixels"))
        #expect(codec_decode(&image, png, png.count, 2, 1000) != 0)
        let jpeg = try smoothImage(width: 20, height: 10).encoded(as: .jpeg())
        #expect(codec_decode(&image, jpeg, jpeg.count, 1, 199) != 0)
        #expect(codec_decode(&image, jpeg, jpeg.count, 3, 1000) != 0)
        #expect(image.pixels == nil)
        #expect(codec_reads(png, 8) == 1 && codec_reads(png, 7) == 0)
        #expect(codec_reads(jpeg, 3) == 1 && codec_reads(Array("P5 1 1 255 ".utf8), 11) == 0)
    }

    /// A photo with text about it before the EXIF block, as editors write them.
    @Test func theOrientationIsFoundBehindOtherBlocks() throws {
        let plain = try smoothImage(width: 20, height: 10).encoded(as: .jpeg())
        let body = Array("Exif\0\0".utf8) + exif(orientation: 6, isBig: false)
        let text = Array("http://ns.adobe.com/xap/1.0/\0<x/>".utf8)
        let file =
            plain[..<2] + [0xFF, 0xE1, 0, UInt8(text.count + 2)] + text
            + [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body + plain[2...]
        let image = try Image(decoding: Array(file))
        #expect(image.width == 10 && image.height == 20)
    }
}
