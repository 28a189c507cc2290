import Foundation
import Imaging
import Testing

/// The colours of a file are those that were put into it, however it codes them.
struct VideoColourTests {
    @Test(arguments: [
        "bt601-limited.mp4", "bt601-full.mp4", "bt709-limited.mp4", "bt709-full.mp4",
        "bt2020-limited.mp4", "bt709-full.webm", "bt709-limited.ts", "ten-bit.mp4", "rgb.mkv",
        "rgb-marked-limited.mkv", "alpha.mov",
    ])
    func coloursAreThoseOfTheOriginal(name: String) throws {
        let video = try ReadVideo(madeVideo(name))
        for frame in video.frames {
            #expect(seenQuarters(frame.image, tolerance: 6) == Quarter.all, "\(name)")
        }
        #expect(video.frames.count == 3)
        #expect(video.notes.isEmpty == (name != "ten-bit.mp4"))
    }

    /// Levels of 16 to 235 with 12 bits become those of 0 to 255 with 8.
    @Test func greyOfManyBitsIsScaled() throws {
        let image = try ReadVideo(madeVideo("grey.mkv")).frames[0].image
        #expect(image.channels == 1)
        for (place, level) in [(0.25, 40), (0.75, 200)] {
            #expect(abs(Int(colour(image, place, 0.5)[0]) - level) <= 1)
        }
    }

    /// The 256 grey levels keep their mean, and each is within a level.
    @Test func greyOfTenBitsIsNotDarkened() throws {
        let image = try ReadVideo(madeVideo("ten-bit-ramp.mkv")).frames[0].image
        let differences = (0 ..< 256).map { level in
            Int(colour(image, (Double(level) + 0.5) / 256, 0.5)[1]) - level
        }
        #expect(differences.allSatisfy { abs($0) <= 1 })
        #expect(abs(differences.reduce(0, +)) <= 64)
    }

    /// Expected levels by BT.2100 and BT.2408 with the arithmetic in make_videos.py.
    @Test(arguments: [("hlg.mkv", "HLG"), ("pq.mkv", "PQ")])
    func highDynamicRangeIsMappedAndSaid(name: String, curve: String) throws {
        let video = try ReadVideo(madeVideo(name))
        let image = video.frames[0].image
        // Grey of 20.3, 101.5, 203 and 900 cd/m2: straight below 0.3 of white, then bent.
        for (place, level) in [(0.125, 98), (0.375, 185), (0.625, 217), (0.875, 254)] {
            let seen = colour(image, place, 0.5)
            #expect(seen.allSatisfy { abs(Int($0) - level) <= 3 }, "\(name) \(level) \(seen)")
        }
        #expect(video.notes.contains { $0.hasPrefix("is HDR (\(curve)), tone mapped") })
    }

    @Test func coloursThatAreNotReadAreRefusedByName() throws {
        #expect(
            try problem(madeVideo("ycgco.mp4")) == .unsupported("its colours are in ycgco"))
        #expect(
            try problem(madeVideo("linear.mp4"))
                == .unsupported("its brightness is coded as linear"))
    }
}
