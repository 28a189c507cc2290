import Foundation
import Imaging
import Testing

struct VideoFramesTests {
    private func url(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Golden/\(name)", withExtension: nil))
    }

    private func frames(
        _ url: URL, _ sampling: VideoFrames.Sampling = .all
    ) throws -> (frames: [VideoFrame], video: VideoFrames) {
        let video = try VideoFrames(.file(url), sampling: sampling)
        var frames: [VideoFrame] = []
        while let frame = try video.next() { frames.append(frame) }
        return (frames, video)
    }

    @Test(arguments: ["clip.avi", "clip.mp4", "clip.webm"])
    func everyFrameComesInOrder(name: String) throws {
        let (frames, video) = try frames(url(name))
        #expect(video.width == 64 && video.height == 48 && video.framesPerSecond == 10)
        #expect(frames.map(\.index) == Array(0 ..< 25) && video.framesRead == 25)
        #expect(!video.endedEarly)
        for (index, frame) in frames.enumerated() {
            #expect(abs(frame.seconds - Double(index) / 10) < 0.002)  // time stamps in 1/1000
            // Lossy codecs, and levels of 16...235.
            let middle = Int(frame.image.grey().pixels[24 * 64 + 32])
            #expect(abs(middle - (20 + 8 * index)) <= 4, "\(name) \(index) \(middle)")
        }
    }

    @Test func framesAreSampled() throws {
        let clip = try url("clip.mp4")
        #expect(try frames(clip, .every(10)).frames.map(\.index) == [0, 10, 20])
        // At 0, 0.5, 1, 1.5, 2 seconds.
        #expect(try frames(clip, .perSecond(2)).frames.map(\.index) == [0, 5, 10, 15, 20])
        // At 0, 1/3, 2/3, 1, 4/3, ... seconds, or the frame after it.
        #expect(
            try frames(clip, .perSecond(3)).frames.map(\.index) == [0, 4, 7, 10, 14, 17, 20, 24])
        #expect(try frames(clip, .perSecond(100)).frames.count == 25)
    }

    @Test func aCutVideoGivesWhatItHolds() throws {
        try withTemporaryFolder { folder in
            let bytes = try golden("clip.avi")
            // The first half is nearly all header.
            let cut = folder.appendingPathComponent("cut.avi")
            try Data(bytes.prefix(bytes.count * 3 / 4)).write(to: cut)
            let (frames, video) = try frames(cut)
            #expect(frames.count > 5 && frames.count < 20)
            #expect(video.endedEarly)
        }
    }

    @Test func badVideosAreNamed() throws {
        try withTemporaryFolder { folder in
            func problem(_ name: String, _ bytes: [UInt8]) throws -> VideoError.Problem? {
                let file = folder.appendingPathComponent(name)
                try Data(bytes).write(to: file)
                do throws(VideoError) {
                    _ = try VideoFrames(.file(file))
                    return nil
                } catch {
                    #expect(error.description.hasPrefix("\(file.path): "))
                    return error.problem
                }
            }
            let mp4 = try golden("clip.mp4")
            #expect(try problem("empty.mp4", []) == .empty)
            #expect(try problem("text.mp4", Array("#EXTM3U\nhttp://a/b".utf8)) == .notAVideo)
            // The index stands at the end.
            #expect(try problem("half.mp4", Array(mp4.prefix(mp4.count / 2))) == .damaged)
            #expect(try problem("photo.mp4", golden("rgb.bmp")) == .notAVideo)
            #expect(
                try problem("photo.heic", [0, 0, 0, 24] + Array("ftypheic".utf8)) == .notAVideo)
        }
        let missing = URL(fileURLWithPath: "/nowhere/none.mp4")
        #expect {
            try VideoFrames(.file(missing))
        } throws: {
            "\($0)" == "/nowhere/none.mp4: cannot be read: No such file or directory"
        }
        #expect {
            try VideoFrames(.camera(77))
        } throws: {
            "\($0)" == "camera 77: there is no camera 77 that can be opened"
        }
        #expect(throws: VideoError.self) {
            try VideoFrames(.file(URL(fileURLWithPath: "/dev/zero")))
        }
    }

    @Test func limitsHold() throws {
        let limits = DecodingLimits(maximumPixels: 1000)
        #expect {
            try VideoFrames(.file(url("clip.avi")), limits: limits)
        } throws: {
            ($0 as? VideoError)?.problem == .tooLarge(width: 64, height: 48, limits: limits)
        }
    }

    @Test func videosAreKnownByTheirFirstBytes() throws {
        for name in ["clip.avi", "clip.mp4", "clip.webm"] {
            #expect(VideoFrames.isVideo(try url(name)))
        }
        for name in ["rgb.bmp", "rgb.webp", "grey16.tif", "cmyk.jpg"] {
            #expect(!VideoFrames.isVideo(try url(name)))
        }
        #expect(!VideoFrames.isVideo(URL(fileURLWithPath: "/nowhere")))
    }
}
