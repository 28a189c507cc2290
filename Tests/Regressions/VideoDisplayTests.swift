import Foundation
import Imaging
import ProgramSupport
import Testing

/// Frames are as a player shows them, whatever the container says about it.
struct VideoDisplayTests {
    /// The matrix of the track header, and the quarters that are then seen.
    static let turns: [(matrix: [Double], seen: [Quarter])] = [
        ([1, 0, 0, 1], [.red, .green, .blue, .grey]),
        ([0, 1, -1, 0], [.blue, .red, .grey, .green]),  // 90 degrees clockwise
        ([-1, 0, 0, -1], [.grey, .blue, .green, .red]),
        ([0, -1, 1, 0], [.green, .grey, .red, .blue]),  // 270
        ([-1, 0, 0, 1], [.green, .red, .grey, .blue]),  // mirrored
        ([1, 0, 0, -1], [.blue, .grey, .red, .green]),
        ([0, 1, 1, 0], [.red, .blue, .green, .grey]),
        ([0, -1, -1, 0], [.grey, .green, .blue, .red]),
    ]

    private func read(_ name: String, _ write: (URL) throws -> Void) throws -> ReadVideo {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent(name)
        try write(url)
        return try ReadVideo(url)
    }

    @Test(arguments: turns)
    func aPhoneVideoHeldUprightIsReadUpright(matrix: [Double], seen: [Quarter]) throws {
        let video = try read("phone.mov") {
            try MovieWriter(matrix: matrix).write([quarters()], to: $0)
        }
        let image = try #require(video.frames.first).image
        #expect(seenQuarters(image) == seen)
        let isUpright = matrix[0] != 0
        #expect(image.width == (isUpright ? 64 : 48) && image.height == (isUpright ? 48 : 64))
        #expect(video.notes.isEmpty)
    }

    @Test func aVideoTurnedInItsHeaderScoresAsOneTurnedInItsPixels() throws {
        let folder = try TemporaryFolder()
        let photo = DrawnPhotos.photo(width: 240, height: 320, side: 160, at: [(40, 80)])
        // Against the clock; the header turns it back.
        var lying = Image(width: 320, height: 240, channels: 1, filledWith: 0)
        for y in 0 ..< 240 {
            for x in 0 ..< 320 {
                lying.pixels[y * 320 + x] = photo.pixels[x * 240 + (239 - y)]
            }
        }
        let turned = folder.url.appendingPathComponent("turned.mov")
        let upright = folder.url.appendingPathComponent("upright.mov")
        try MovieWriter(matrix: [0, 1, -1, 0]).write([lying], to: turned)
        try MovieWriter().write([photo], to: upright)
        let (first, second) = (try ReadVideo(turned), try ReadVideo(upright))
        let (a, b) = (first.frames[0].image, second.frames[0].image)
        #expect(a.width == 240 && a.height == 320 && a.channels == b.channels)
        let most = zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
        #expect(most <= 12, "JPEG's losses alone: \(most)")
    }

    @Test(arguments: [
        (90, false, [Quarter.green, .grey, .red, .blue]),
        (-90, false, [.blue, .red, .grey, .green]), (180, false, [.grey, .blue, .green, .red]),
        (0, true, [.green, .red, .grey, .blue]), (90, true, [.red, .blue, .green, .grey]),
    ])
    func aMatroskaFileIsTurnedToo(roll: Float, isMirrored: Bool, seen: [Quarter]) throws {
        let video = try read("turned.mkv") {
            try MatroskaWriter(roll: roll, isMirrored: isMirrored).write([quarters()], to: $0)
        }
        #expect(seenQuarters(video.frames[0].image) == seen)
    }

    @Test func anAngleThatIsNotARightOneIsSaid() throws {
        let video = try read("aslant.mov") {
            try MovieWriter(matrix: [0.866, 0.5, -0.5, 0.866]).write([quarters()], to: $0)
        }
        #expect(seenQuarters(video.frames[0].image) == Quarter.all)
        #expect(video.notes.count == 1 && video.notes[0].contains("stay 30 degrees off"))
    }

    @Test(arguments: [(4, 3, 85), (8, 9, 57), (64, 45, 91)])
    func pixelsThatAreNotSquareBecomeSo(wide: Int, high: Int, width: Int) throws {
        let video = try read("dvd.mov") {
            try MovieWriter(pixelAspect: (wide, high)).write([quarters()], to: $0)
        }
        let image = video.frames[0].image
        #expect(image.width == width && image.height == 48)
        #expect(seenQuarters(image) == Quarter.all)
    }

    @Test func pixelsAreMadeSquareBeforeTheFrameIsTurned() throws {
        let video = try read("both.mov") {
            try MovieWriter(matrix: [0, 1, -1, 0], pixelAspect: (2, 1)).write([quarters()], to: $0)
        }
        let image = video.frames[0].image
        #expect(image.width == 48 && image.height == 128)
        #expect(seenQuarters(image) == [.blue, .red, .grey, .green])
    }

    @Test func aMatroskaFileShownWiderIsReadWider() throws {
        let video = try read("wide.mkv") {
            try MatroskaWriter(displaySize: (96, 48)).write([quarters()], to: $0)
        }
        #expect(video.frames[0].image.width == 96 && video.frames[0].image.height == 48)
    }

    @Test func nonsenseAboutPixelsIsSaidAndNotBelieved() throws {
        let video = try read("nonsense.mov") {
            try MovieWriter(pixelAspect: (60000, 1)).write([quarters()], to: $0)
        }
        #expect(video.frames[0].image.width == 64)
        #expect(video.notes.first?.contains("taken as square") == true)
    }

    @Test func theCleanApertureOfAMovieIsWhatIsShown() throws {
        // The right lower part: x from 32, y from 24.
        let video = try read("clap.mov") {
            try MovieWriter(cleanAperture: (32, 24, 16, 12)).write([quarters()], to: $0)
        }
        let image = video.frames[0].image
        #expect(image.width == 32 && image.height == 24)
        #expect(seenQuarters(image) == [.grey, .grey, .grey, .grey])
    }

    @Test func theCropOfAMatroskaFileIsWhatIsShown() throws {
        let video = try read("crop.mkv") {
            try MatroskaWriter(displaySize: (32, 24), crop: (0, 0, 32, 24))
                .write([quarters()], to: $0)
        }
        let image = video.frames[0].image
        #expect(image.width == 32 && image.height == 24)
        #expect(seenQuarters(image) == [.red, .red, .red, .red])
    }

    @Test func theCropOfACodecIsExactToThePixel() throws {
        // Ten columns from the left, four rows from the top, of 64 x 48.
        let image = try ReadVideo(madeVideo("crop.mp4")).frames[0].image
        #expect(image.width == 48 && image.height == 36)
        // The middle, at (32, 24), is now at (22, 20).
        #expect(colour(image, 20 / 48.0, 18 / 36.0)[0] > 150)
        #expect(colour(image, 24 / 48.0, 18 / 36.0)[1] > 150)
        #expect(colour(image, 20 / 48.0, 22 / 36.0)[2] > 150)
    }
}
