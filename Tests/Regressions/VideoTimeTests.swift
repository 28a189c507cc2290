import Foundation
import Imaging
import ProgramSupport
import Testing

/// When frames are shown, and how many there are.
struct VideoTimeTests {
    static let times = [0, 0.1, 0.2, 1.2, 1.3, 4.0]

    @Test(arguments: ["variable.mp4", "variable.mkv", "variable.webm", "variable.ts"])
    func unevenTimesAreRightToTheMillisecond(name: String) throws {
        #expect(try ReadVideo(madeVideo(name)).seconds == Self.times)
        let sampled = try ReadVideo(madeVideo(name), .perSecond(2))
        #expect(sampled.frames.map(\.index) == [0, 3, 5])
    }

    @Test func aMovieOfUnevenTimesIsRightToo() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("uneven.mov")
        let durations = [100, 100, 1000, 100, 2700, 100]
        try MovieWriter(durations: durations)
            .write(Array(repeating: quarters(), count: 6), to: url)
        #expect(try ReadVideo(url).seconds == Self.times)
    }

    @Test func framesThatAnEditListHidesAreNotRead() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("edited.mov")
        let frames = (0 ..< 20).map { quarters().with(grey: UInt8(10 * $0)) }
        // Nothing for a second, then half a second from the fifth frame on.
        try MovieWriter(edits: [(1000, -1), (500, 500)]).write(frames, to: url)
        let video = try ReadVideo(url)
        #expect(video.seconds == [0, 0.1, 0.2, 0.3, 0.4])
        #expect(video.frames.map(\.index) == [0, 1, 2, 3, 4])
        let levels = video.frames.map { Int(colour($0.image, 0.5, 0.5)[0]) }
        for (level, expected) in zip(levels, [50, 60, 70, 80, 90]) {
            #expect(abs(level - expected) <= 3)
        }
        #expect(!video.endedEarly)
    }

    @Test func aClipCutFromALongerOneStartsWhereItIsShown() throws {
        // Frames 0 to 29 of B frames, ten a second, without the first 12.
        let video = try ReadVideo(madeVideo("trimmed.mp4"))
        #expect(video.frames.count == 18 && video.seconds.first == 0)
        let level = Int(colour(video.frames[0].image, 0.5, 0.5)[0])
        #expect(abs(level - (20 + 7 * 12)) <= 4, "\(level)")
        #expect(!video.endedEarly)
    }

    @Test(arguments: ["b-frames.avi", "b-frames.mpg", "b-frames.mkv", "b-frames.ts"])
    func framesOutOfOrderComeInTheOrderOfDisplay(name: String) throws {
        let video = try ReadVideo(madeVideo(name))
        #expect(video.frames.map(\.index) == Array(0 ..< 25))
        let levels = video.frames.map { Int(colour($0.image, 0.5, 0.5)[0]) }
        for (index, level) in levels.enumerated() {
            #expect(abs(level - (20 + 7 * index)) <= 5, "\(name) \(index)")
            #expect(abs(video.seconds[index] - Double(index) / 25) <= 0.001)
        }
    }

    @Test func aRecordingThatStartsInTheMiddleStartsAtItsFirstWholeFrame() throws {
        let folder = try TemporaryFolder()
        let whole = try Data(contentsOf: madeVideo("b-frames.ts"))
        // Within a packet, behind the first key frame.
        let url = folder.url.appendingPathComponent("broadcast.ts")
        try whole.dropFirst(188 * 8 + 50).write(to: url)
        let video = try ReadVideo(url)
        #expect(video.frames.map(\.index) == Array(0 ..< video.frames.count))
        #expect(video.frames.count >= 12 && video.frames.count < 25 && video.seconds[0] == 0)
    }

    @Test func clocksThatStartAgainGoOn() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("joined.mts")
        let whole = try Data(contentsOf: madeVideo("b-frames.ts"))
        try (whole + whole).write(to: url)
        let video = try ReadVideo(url)
        #expect(video.frames.count == 50)
        #expect(
            zip(video.seconds, video.seconds.dropFirst()).allSatisfy { $0 < $1 && $1 - $0 < 0.5 })
    }

    @Test func framesMayChangeTheirSize() throws {
        let video = try ReadVideo(madeVideo("sizes.ts"))
        #expect(video.frames.map(\.image.width) == [64, 64, 64, 96, 96, 96])
        #expect(video.frames.map(\.image.height) == [48, 48, 48, 64, 64, 64])
    }

    @Test func aFileThatWasCutGivesWhatItHoldsAndIsMarked() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("cut.mkv")
        let whole = try Data(contentsOf: madeVideo("b-frames.mkv"))
        try whole.prefix(whole.count * 3 / 4).write(to: url)
        let video = try ReadVideo(url)
        #expect(video.frames.count > 3 && video.frames.count < 23 && video.endedEarly)
    }
}

extension Image {
    /// Of this size, of one grey level.
    fileprivate func with(grey: UInt8) -> Image {
        Image(width: width, height: height, channels: channels, filledWith: grey)
    }
}
