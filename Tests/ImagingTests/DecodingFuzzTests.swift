import Foundation
import Imaging
import Testing

/// Damages files; the numbers are those of Knuth's MMIX generator.
struct Mutations {
    var state: UInt64

    mutating func next(below count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % count
    }

    /// Changes, removes, inserts and doubles bytes, mostly near the start, where headers are.
    mutating func apply(to whole: [UInt8]) -> [UInt8] {
        var bytes = whole
        for _ in 0 ... next(below: 4) {
            let reach = next(below: 2) == 0 ? min(bytes.count, 64) : bytes.count
            let place = next(below: max(1, reach))
            guard place < bytes.count else { return bytes }
            switch next(below: 6) {
            case 0: bytes.removeSubrange(place ..< min(bytes.count, place + 1 + next(below: 8)))
            case 1: bytes.insert(UInt8(next(below: 256)), at: place)
            case 2: bytes.removeLast(next(below: bytes.count))
            case 3: bytes[place] = [0, 0xFF, 0x7F, 0x80][next(below: 4)]
            case 4: bytes[place] ^= 1 << UInt8(next(below: 8))
            default: bytes[place] = UInt8(next(below: 256))
            }
        }
        return bytes
    }
}

/// Damaged files end in pictures or in errors, never in a crash, and soon.
struct DecodingFuzzTests {
    @Test(arguments: [
        "rgba.png", "palette.png", "grey16.png", "orientation6.jpg", "progressive.jpg", "cmyk.jpg",
        "progressive-rgb.jpg", "halved-rows.jpg", "restarts.jpg",
        "rgb.webp", "grey16.tif", "rgb.bmp", "rgb.ppm", "rgb.gif",
    ])
    func imagesNeverCrash(name: String) throws {
        let whole = try golden(name)
        var mutations = Mutations(state: 11)
        let limits = DecodingLimits(maximumPixels: 1_000_000)
        var refused = 0
        for round in 0 ..< 1500 {
            let bytes = mutations.apply(to: whole)
            do {
                // Every other one through the reduced decoder.
                let image =
                    round % 2 == 0
                    ? try Image(decoding: bytes, limits: limits)
                    : try ReducedImage(decoding: bytes, limits: limits, longerSideAtLeast: 4).image
                #expect(image.width * image.height <= limits.maximumPixels)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 100, "\(refused)")
    }

    @Test(arguments: ["clip.avi", "clip.mp4", "clip.webm"])
    func videosNeverCrash(name: String) throws {
        let whole = try golden(name)
        var mutations = Mutations(state: 12)
        let limits = DecodingLimits(maximumPixels: 1_000_000)
        var refused = 0
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent(name)
            for _ in 0 ..< 300 {
                try Data(mutations.apply(to: whole)).write(to: file)
                do {
                    let video = try VideoFrames(.file(file), limits: limits)
                    // A damaged rate of frames does not make a video longer than its bytes.
                    for _ in 0 ..< 100 {
                        guard try video.next() != nil else { break }
                    }
                } catch is VideoError {
                    refused += 1
                }
            }
        }
        #expect(refused > 10, "\(refused)")
    }
}

struct ReducedImageTests {
    @Test func jpegsAreReducedAsFarAsAllowed() throws {
        let image = smoothImage(width: 401, height: 300, channels: 3)
        let bytes = try image.encoded(as: .jpeg(quality: 95))
        for (least, width, height) in [
            (402, 401, 300), (401, 401, 300), (201, 401, 300), (200, 201, 150), (100, 101, 75),
            (50, 51, 38), (1, 51, 38),
        ] {
            let reduced = try ReducedImage(decoding: bytes, longerSideAtLeast: least)
            #expect(reduced.width == 401 && reduced.height == 300)
            #expect(reduced.image.width == width && reduced.image.height == height, "\(least)")
            #expect(abs(reduced.fileScale - 401 / Double(width)) < 1e-12)
        }
    }

    @Test func greyStaysGreyAndOrientationIsApplied() throws {
        let reduced = try ReducedImage(decoding: golden("orientation6.jpg"), longerSideAtLeast: 16)
        #expect(reduced.width == 32 && reduced.height == 16)
        #expect(reduced.image.width == 16 && reduced.image.height == 8)
        #expect(reduced.image.channels == 1)
        #expect(reduced.image.pixels[4 * 16 + 1] > 200 && reduced.image.pixels[4 * 16 + 14] < 50)
        let png = try smoothImage(width: 64, height: 32).encoded(as: .png)
        #expect(try ReducedImage(decoding: png, longerSideAtLeast: 8).image.width == 64)
    }

    @Test func errorsAndLimitsAreThoseOfImages() throws {
        #expect(throws: ImageError(source: "a.jpg", problem: .empty)) {
            try ReducedImage(decoding: [], name: "a.jpg", longerSideAtLeast: 8)
        }
        let bytes = try smoothImage(width: 64, height: 32).encoded(as: .jpeg())
        // The limit is for the file's own size, not for what it is reduced to.
        let limits = DecodingLimits(maximumPixels: 2047)
        #expect(throws: ImageError.self) {
            try ReducedImage(decoding: bytes, limits: limits, longerSideAtLeast: 8)
        }
    }

    @Test func animatedWebPIsNamed() throws {
        // A RIFF header and VP8X with the bit of an animation.
        var bytes = Array("RIFF".utf8) + [22, 0, 0, 0] + Array("WEBPVP8X".utf8)
        bytes += [10, 0, 0, 0, 0x02, 0, 0, 0, 7, 0, 0, 7, 0, 0]
        #expect {
            try Image(decoding: bytes, name: "a.webp")
        } throws: {
            "\($0)".hasPrefix("a.webp: is an animated WebP, which is not read")
        }
    }
}
