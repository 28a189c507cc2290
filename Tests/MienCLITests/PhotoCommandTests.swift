import Foundation
import Imaging
import ProgramSupport
import Testing

/// Commands with the face detector at work, on pictures of drawn faces.
@Suite(.serialized, .enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct PhotoCommandTests {
    private func run(_ command: String, _ arguments: [String]) throws -> Program.Outcome {
        try Program.run(
            Program.url, [command, "--model", PredictCommandTests.model.get()] + arguments)
    }

    private func objects(_ outcome: Program.Outcome) throws -> [[String: Any]] {
        try outcome.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    /// Two faces on one picture, none on another.
    private func photos(_ folder: TemporaryFolder) throws {
        try DrawnPhotos.photo(
            width: 640, height: 320, side: 192, at: [(left: 40, top: 60), (left: 380, top: 60)]
        ).rgb().write(to: folder.url.appendingPathComponent("two.png"))
        try Image(width: 200, height: 100, channels: 3, filledWith: 90)
            .write(to: folder.url.appendingPathComponent("zero.png"))
    }

    /// oneDNN falls back to plain loops, hundreds of times slower, where it has nothing for the
    /// layouts that it is given: that once happened with AVX-512 alone.
    @Test(arguments: ["AVX2", "DEFAULT"])
    func theDetectorRunsInNoPlainLoop(instructions: String) throws {
        let folder = try TemporaryFolder()
        try photos(folder)
        let traced = try Program.run(
            Program.url, ["faces", folder.path("two.png"), "--out", folder.path("cut")],
            environment: ["ONEDNN_VERBOSE": "1", "ONEDNN_MAX_CPU_ISA": instructions])
        let convolutions = (traced.output + traced.errors).split(separator: "\n").filter {
            $0.contains("exec,cpu,convolution,")
        }
        #expect(convolutions.count > 50, "\(traced.errors)")
        #expect(convolutions.first { $0.contains("ref:") } == nil)
    }

    @Test func facesAreFoundScoredAndMapped() throws {
        let folder = try TemporaryFolder()
        try photos(folder)
        let outcome = try run(
            "predict",
            [
                "--json", "--score-low-quality", "--annotate", folder.path("out"), "--explain",
                folder.path("two.png"), folder.path("zero.png"),
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let rows = try objects(outcome)
        try #require(rows.count == 3, "\(outcome.output)")
        let lefts = rows.prefix(2).compactMap { ($0["box"] as? [String: Any])?["left"] as? Double }
        #expect(lefts.count == 2 && lefts.sorted()[0] < 232 && lefts.sorted()[1] > 380)
        #expect(
            rows.prefix(2).allSatisfy {
                $0["score"] is Double && $0["whole_image"] as? Bool == false
            })
        #expect(rows[2]["status"] as? String == "no_face" && rows[2]["score"] == nil)

        let picture = try Image(
            contentsOf: folder.url.appendingPathComponent("out/000001-two.jpg"))
        #expect(picture.width == 640 && picture.height == 320)
        // Without --explain the faces stay without colours.
        _ = try run(
            "predict",
            ["--score-low-quality", "--annotate", folder.path("plain"), folder.path("two.png")])
        let plain = try Image(
            contentsOf: folder.url.appendingPathComponent("plain/000001-two.jpg"))
        #expect(picture.colourful(left: 60, width: 150) > plain.colourful(left: 60, width: 150))
        #expect(
            try run("predict", ["--explain", folder.path("two.png")]).errors.contains("--annotate"))
    }

    @Test func photosAreExplainedFaceByFace() throws {
        let folder = try TemporaryFolder()
        try photos(folder)
        let bad = try folder.write("text", to: "bad.jpg")
        let outcome = try run(
            "explain",
            [
                "--out", folder.path("maps"), "--json", "--score-low-quality",
                folder.path("two.png"), folder.path("zero.png"), bad,
            ])
        #expect(outcome.status == 2 && outcome.errors.contains("1 of 3"), "\(outcome.errors)")
        let listing = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let rows = try #require(listing["images"] as? [[String: Any]])
        #expect(rows.compactMap { $0["face"] as? Int } == [1, 2])
        #expect(rows.last?["status"] as? String == "no_face")
        #expect((listing["failed"] as? [Any])?.count == 1)
        for name in ["face1-overlay.png", "face1-map.csv", "face2-map.png", "photo.jpg"] {
            #expect(
                FileManager.default.fileExists(atPath: folder.path("maps/two-\(name)")), "\(name)")
        }
        let overlay = try Image(
            contentsOf: folder.url.appendingPathComponent("maps/two-face1-overlay.png"))
        #expect(overlay.width == overlay.height)
    }

    @Test func aPersonKeepsItsNumberThroughAVideo() throws {
        let folder = try TemporaryFolder()
        let whole = try DrawnPhotos.video(frames: 12)
        try whole.write(to: folder.url.appendingPathComponent("walk.avi"))
        try whole.prefix(whole.count / 2).write(to: folder.url.appendingPathComponent("half.avi"))
        try Data().write(to: folder.url.appendingPathComponent("zero.avi"))
        let outcome = try run(
            "predict",
            [
                "--json", "--score-low-quality", folder.path("walk.avi"), folder.path("half.avi"),
                folder.path("zero.avi"),
            ])
        #expect(outcome.status == 2, "\(outcome.errors)")
        let rows = try objects(outcome)
        func of(_ name: String, _ kind: String) -> [[String: Any]] {
            rows.filter {
                ($0["path"] as? String)?.hasSuffix(name) == true && $0["kind"] as? String == kind
            }
        }
        let frames = of("walk.avi", "frame")
        #expect(frames.compactMap { $0["frame"] as? Int } == Array(0 ..< 12))
        #expect(frames.allSatisfy { $0["track"] as? Int == 1 && $0["smoothed_score"] is Double })
        let summary = of("walk.avi", "track")
        #expect(summary.count == 1)
        #expect((summary.first?["summary"] as? [String: Any])?["frames"] as? Int == 12)
        let cut = of("half.avi", "frame")
        #expect(cut.count > 3 && cut.count < 9, "\(cut.count)")
        #expect(outcome.errors.contains("half.avi ends before the length"), "\(outcome.errors)")
        #expect(rows.last?["status"] as? String == "unreadable")
        // Nothing of FFmpeg's own messages.
        #expect(!outcome.errors.contains("[avi") && !outcome.errors.contains("[mjpeg"))
    }

    @Test func facesOfVideosBecomeADataSet() throws {
        let folder = try TemporaryFolder()
        try DrawnPhotos.video(frames: 12).write(to: folder.url.appendingPathComponent("walk.avi"))
        let outcome = try Program.run(
            "faces", "--keep-low-quality", "--every", "4", "--label", "sad", "--out",
            folder.path("faces"), folder.path("walk.avi"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = try folder.text("faces/manifest.csv").split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first?.hasPrefix("path,label,source,frame,seconds,face,status") == true)
        #expect(lines.last?.hasPrefix("sad/000001-frame0000008-1.png,sad,") == true)
        #expect(lines.last?.contains(",8,0.800,1,") == true, "\(lines.last ?? "")")
        let described = try Program.run(
            "data", "describe", "--data", folder.path("faces/manifest.csv"))
        #expect(described.status == 0, "\(described.errors)")
    }

    /// A model that can tell is asked of each face what covers it; without, the column stays empty.
    @Test func facesAskAModelWhereOneIsNamed() throws {
        let folder = try TemporaryFolder()
        try photos(folder)
        try DrawnPhotos.video(frames: 6).write(to: folder.url.appendingPathComponent("walk.avi"))
        func occlusion(_ arguments: [String], to name: String) throws -> [Substring] {
            let outcome = try Program.run(
                Program.url,
                ["faces", "--keep-low-quality", "--min-confidence", "0.01", "--every", "3"]
                    + arguments + ["--out", folder.path(name)]
                    + [folder.path("two.png"), folder.path("walk.avi")])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let lines = try folder.text("\(name)/manifest.csv").split(separator: "\n")
            #expect(lines.first?.hasSuffix(",occlusion") == true && lines.count > 2)
            return lines.dropFirst().map { $0[$0.lastIndex(of: ",")!...].dropFirst() }
        }
        for value in try occlusion(["--model", "released"], to: "asked") {
            #expect(Double(value).map { 0 ... 1 ~= $0 } == true, "\(value)")
        }
        #expect(try occlusion([], to: "alone").allSatisfy(\.isEmpty))
    }

    @Test func withoutTheDetectorTheWayOutIsNamed() throws {
        let outcome = try Program.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            [
                "MIEN_FACE_MODEL=/nowhere/none.onnx", Program.url.path, "predict", "--model",
                PredictCommandTests.model.get(), "x.png",
            ])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("make setup"), "\(outcome.errors)")
    }

    @Test func aCameraThatIsNotThereIsSaid() throws {
        let outcome = try run("predict", ["--json", "camera:77"])
        #expect(outcome.status == 2)
        let reason = try objects(outcome).first?["reason"] as? String
        #expect(reason == "there is no camera 77 that can be opened", "\(outcome.output)")
    }
}

extension Image {
    /// Pixels of the upper half, from `left` on, whose red and blue differ clearly.
    fileprivate func colourful(left: Int, width: Int) -> Int {
        (80 ..< 160).reduce(0) { sum, row in
            sum
                + (left ..< left + width).count { column in
                    let index = 3 * (row * self.width + column)
                    return abs(Int(pixels[index]) - Int(pixels[index + 2])) > 24
                }
        }
    }
}
