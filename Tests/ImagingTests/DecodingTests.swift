import Foundation
import Imaging
import Testing

/// Files that others write.
struct DecodingTests {
    @Test(arguments: ["grey16.png", "grey16.tif"]) func sixteenBitsAreScaled(name: String) throws {
        let image = try Image(decoding: golden(name))
        // numpy.linspace(0, 65535, 64) cut to whole numbers, times 255/65535, rounded.
        let expected = (0 ..< 64).map { index in
            UInt8((floor(65535 * Double(index) / 63) * 255 / 65535).rounded())
        }
        #expect(image.channels == 1 && image.pixels == expected)
    }

    @Test(arguments: ["rgba.png", "palette.png", "rgb.bmp", "rgb.webp", "rgb.ppm"])
    func coloursAreReadAndAlphaIsDropped(name: String) throws {
        let image = try Image(decoding: golden(name))
        #expect(image.width == 8 && image.height == 8 && image.channels == 3)
        func pixel(_ x: Int, _ y: Int) -> [UInt8] {
            Array(image.pixels[(y * 8 + x) * 3 ..< (y * 8 + x) * 3 + 3])
        }
        #expect(pixel(0, 0) == [255, 0, 0])
        #expect(pixel(7, 0) == [0, 255, 0])
        #expect(pixel(0, 7) == [0, 0, 255])
    }

    @Test func greyWithAlphaAndOneBitAreRead() throws {
        #expect(try Image(decoding: golden("grey-alpha.png")).grey().pixels[0] == 255)
        let bilevel = try Image(decoding: golden("bilevel.png"))
        #expect(bilevel.channels == 1 && bilevel.pixels[0] == 255 && bilevel.pixels[7] == 0)
    }

    @Test func cmykBecomesRGB() throws {
        let image = try Image(decoding: golden("cmyk.jpg"))
        #expect(image.channels == 3)
        // (180, 60, 60) through CMYK and JPEG.
        #expect(
            zip(image.pixels, [180, 60, 60]).allSatisfy { abs(Int($0) - $1) <= 6 },
            "\(image.pixels.prefix(3))")
    }

    @Test func exifOrientationIsApplied() throws {
        let image = try Image(decoding: golden("orientation6.jpg"))
        #expect(image.width == 32 && image.height == 16)
        #expect(image.pixels[8 * 32 + 2] > 200 && image.pixels[8 * 32 + 29] < 50)
    }

    @Test func progressiveJPEGIsRead() throws {
        let image = try Image(decoding: golden("progressive.jpg"))
        #expect(image.width == 16 && image.height == 32 && image.channels == 1)
    }

    @Test func oneByOneIsAnImage() throws {
        let image = Image(width: 1, height: 1, channels: 1, pixels: [9])
        #expect(try Image(decoding: image.encoded(as: .png)) == image)
    }
}

struct BadImageTests {
    private func problem(
        _ bytes: [UInt8], limits: DecodingLimits = .init()
    ) -> ImageError.Problem? {
        do throws(ImageError) {
            _ = try Image(decoding: bytes, name: "face.png", limits: limits)
            return nil
        } catch {
            #expect(error.description.hasPrefix("face.png: "))
            return error.problem
        }
    }

    @Test func nothingAndTextAreNotImages() {
        #expect(problem([]) == .empty)
        #expect(
            problem(Array("emotion,pixels,Usage\n".utf8))
                == .notAnImage(startsWith: "\"emotion,pixe\""))
        #expect(
            problem(Array("BMI of the sample".utf8)) == .notAnImage(startsWith: "\"BMI of the s\""))
        #expect(problem([0]) == .notAnImage(startsWith: "\".\""))
    }

    @Test func gifIsNamed() throws {
        let signature = try #require(FileSignature(of: golden("rgb.gif")))
        #expect(signature.name == "a GIF")
        #expect(try problem(golden("rgb.gif")) == .otherFile(signature))
    }

    /// Cut anywhere, no file is taken for a whole one.
    @Test(arguments: [
        "grey16.png", "progressive.jpg", "cmyk.jpg", "rgb.bmp", "rgb.webp", "rgb.ppm", "grey16.tif",
    ])
    func everyCutIsRefused(name: String) throws {
        let whole = try golden(name)
        // Behind the pixels of a TIFF stands only its directory, which Pillow pads.
        for length in stride(from: 1, to: whole.count - (name == "grey16.tif" ? 8 : 1), by: 3) {
            #expect(problem(Array(whole.prefix(length))) != nil, "\(length) of \(whole.count)")
        }
    }

    @Test func aCutPhotographSaysSo() throws {
        let image = smoothImage(width: 200, height: 150, channels: 3)
        let png = try image.encoded(as: .png)
        #expect(problem(Array(png.dropLast(20))) == .truncated(format: "PNG"))
        let jpeg = try image.encoded(as: .jpeg())
        #expect(problem(Array(jpeg.prefix(jpeg.count / 2))) == .truncated(format: "JPEG"))
    }

    @Test func aDamagedPNGIsRefused() throws {
        var png = try smoothImage(width: 200, height: 150).encoded(as: .png)
        for index in 60 ..< 90 { png[index] ^= 0x5A }
        guard case .damaged = problem(png) else {
            Issue.record("\(String(describing: problem(png)))")
            return
        }
    }

    /// A header that claims 60,000 x 60,000 pixels is refused before anything is decoded.
    @Test func bombsAreRefusedByTheirHeader() throws {
        let side: [UInt8] = [0, 0, 0xEA, 0x60]
        let tooLarge = ImageError.Problem.tooLarge(width: 60_000, height: 60_000, limits: .init())

        let png = try golden("bomb.png")
        #expect(problem(png) == tooLarge)

        var jpeg = try smoothImage(width: 8, height: 8).encoded(as: .jpeg())
        let frame = try #require(
            jpeg.indices.dropLast(9).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5 ..< frame + 9, with: side[2...] + side[2...])
        #expect(problem(jpeg) == tooLarge)

        var bmp = try golden("rgb.bmp")
        bmp.replaceSubrange(18 ..< 26, with: side.reversed() + side.reversed())
        #expect(problem(bmp) == tooLarge)

        #expect(problem(Array("P5 # a comment\n60000 60000 255\n".utf8)) == tooLarge)
    }

    @Test func limitsCanBeTightened() throws {
        let png = try smoothImage(width: 64, height: 32).encoded(as: .png)
        let pixels = DecodingLimits(maximumPixels: 2047)
        #expect(problem(png, limits: pixels) == .tooLarge(width: 64, height: 32, limits: pixels))
        let side = DecodingLimits(maximumSide: 63)
        #expect(problem(png, limits: side) == .tooLarge(width: 64, height: 32, limits: side))
        let bytes = DecodingLimits(maximumBytes: 20)
        #expect(problem(png, limits: bytes) == .tooManyBytes(found: png.count, limit: 20))
        #expect(problem(png, limits: DecodingLimits(maximumPixels: 2048)) == nil)
    }

    @Test func missingFilesAndFoldersAreNamed() throws {
        try withTemporaryFolder { folder in
            let missing = folder.appendingPathComponent("none.png")
            #expect {
                try Image(contentsOf: missing)
            } throws: {
                "\($0)" == "\(missing.path): cannot be read: No such file or directory"
            }
            #expect {
                try Image(contentsOf: folder)
            } throws: {
                "\($0)".hasSuffix("cannot be read: it is a folder; expected an image file")
            }
            #expect(throws: ImageError.self) {
                try Image(contentsOf: URL(fileURLWithPath: "/dev/zero"))
            }
            let text = folder.appendingPathComponent("text.jpg")
            try Data("not a picture".utf8).write(to: text)
            #expect {
                try Image(contentsOf: text)
            } throws: {
                "\($0)".hasPrefix("\(text.path): is not an image: it starts with \"not a pictur\"")
            }
        }
    }

    /// Random damage ends in an image or in an error, never in a crash.
    @Test(arguments: [
        "rgba.png", "orientation6.jpg", "rgb.webp", "grey16.tif", "rgb.bmp", "rgb.ppm",
    ])
    func damagedBytesNeverCrash(name: String) throws {
        let whole = try golden(name)
        var state: UInt64 = 1
        var refused = 0
        for _ in 0 ..< 200 {
            var bytes = whole
            for _ in 0 ..< 3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 24)
            }
            if (try? Image(decoding: bytes, limits: .init(maximumPixels: 1_000_000))) == nil {
                refused += 1
            }
        }
        #expect(refused > 0)
    }
}
