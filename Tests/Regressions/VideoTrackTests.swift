import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Files are known by what they hold, not by their names.
struct VideoTrackTests {
    @Test(arguments: ["sound.mp4", "sound.mka", "cover.mp4"])
    func soundAloneHasNoPictureTrack(name: String) throws {
        #expect(try problem(madeVideo(name)) == .noPictures)
        let said = try Program.run("predict", madeVideo(name).path)
        #expect(said.status == 2 && said.output.contains("has no picture track"))
    }

    @Test func aCoverPictureIsNotAFrame() throws {
        let video = try ReadVideo(madeVideo("cover-and-video.mp4"))
        #expect(video.frames.count == 3 && video.frames[0].image.width == 64)
        #expect(seenQuarters(video.frames[0].image) == Quarter.all && video.notes.isEmpty)
    }

    @Test func ofSeveralTracksTheOneThatPlayersShowIsReadAndSaid() throws {
        let video = try ReadVideo(madeVideo("two-tracks.mkv"))
        #expect(video.frames.count == 3 && video.frames[0].image.width == 96)
        #expect(video.notes == ["holds 2 picture tracks; the 96 x 64 one is read."])
    }

    @Test func anEncryptedVideoIsRefusedByName() throws {
        #expect(
            try problem(madeVideo("encrypted.mp4"))
                == .unsupported("its pictures are encrypted (DRM)"))
    }

    /// As FFmpeg itself writes raw frames that QuickTime has no name for.
    @Test func rawFramesOfAnUnknownKindAreNoDamage() throws {
        #expect(
            try problem(madeVideo("raw-unnamed.mov"))
                == .unsupported(
                    "its pictures are coded as rawvideo, with properties that the decoder does "
                        + "not take"))
    }

    @Test func linesOfTwoMomentsAreSaid() throws {
        let video = try ReadVideo(madeVideo("interlaced.mpg"))
        #expect(video.notes == ["is interlaced: each frame mixes the lines of two moments."])
    }

    @Test(arguments: [
        "clip", "clip.mts", "clip.m2ts", "clip.qt", "clip.3g2", "clip.jpg", "clip.txt",
    ])
    func aVideoIsAVideoUnderAnyName(name: String) throws {
        let folder = try TemporaryFolder()
        for made in ["b-frames.ts", "bt709-limited.mp4", "b-frames.avi"] {
            let path = try folder.write(Array(Data(contentsOf: madeVideo(made))), to: name)
            #expect(SourceList([FileName(path)]).next() == .video(FileName(path)))
            #expect(VideoFrames.isVideo(URL(fileURLWithPath: path)))
        }
    }

    @Test func aTransportStreamWithClocksIsOneToo() throws {
        let url = try madeVideo("clocks.m2ts")
        #expect(VideoFrames.isVideo(url))
        #expect(try ReadVideo(url).frames.count == 3)
    }

    @Test func aPictureIsAPictureUnderAnyName() throws {
        let folder = try TemporaryFolder()
        let path = try folder.writeImage(grey: 100, to: "picture.mp4")
        #expect(SourceList([FileName(path)]).next() == .image(FileName(path)))
    }

    @Test func aPlaylistNamesNoOtherFile() throws {
        let folder = try TemporaryFolder()
        let clip = try madeVideo("b-frames.ts").path
        let lists = [
            "list.mp4": "#EXTM3U\n#EXTINF:1,\n\(clip)\n",
            "list.ts": "ffconcat version 1.0\nfile \(clip)\n",
            "list.mkv":
                "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>",
        ]
        for (name, text) in lists {
            let path = try folder.write(text, to: name)
            let said = try Program.run("predict", path)
            #expect(said.status == 2 && said.output.contains("not a video"), "\(said.output)")
        }
    }

    @Test func whatCannotBeReadIsOneLineAndTheRestGoesOn() throws {
        let folder = try TemporaryFolder()
        let cut = try Data(contentsOf: madeVideo("bt709-limited.mp4"))
        // The index stands at the end.
        let path = try folder.write(Array(cut.prefix(cut.count / 2)), to: "cut.mp4")
        let empty = try folder.write([], to: "empty.mov")
        let said = try Program.run("predict", "--csv", path, empty, madeVideo("sizes.ts").path)
        #expect(said.status == 2)
        #expect(said.output.contains("damaged or truncated") && said.output.contains("is empty"))
        #expect(said.output.split(separator: "\n").filter { $0.contains("frame,") }.count >= 6)
    }
}
