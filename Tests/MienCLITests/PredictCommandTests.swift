import Foundation
import Imaging
import ProgramSupport
import Testing

/// `mien predict` and `mien faces` on whole images and on files that are none.
@Suite(.serialized)
struct PredictCommandTests {
    private static let run = FileManager.default.temporaryDirectory
        .appendingPathComponent("mien-predict-\(getpid())").path

    /// A model trained for one step, made once, and removed when the tests end.
    static let model: Result<String, any Error> = Result {
        atexit { try? FileManager.default.removeItem(atPath: PredictCommandTests.run) }
        let outcome = try Program.run(
            "train", "--data", "synthetic:seed=5,train=64,valid=16,test=0", "--labels", "fer2013",
            "--image-size", "32", "--batch-size", "16", "--threads", "1", "--max-steps", "1",
            "--head", "emotions", "--out", run)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return run + "/model.safetensors"
    }

    /// Grey levels as PGM, which needs no encoder.
    private func image(_ width: Int = 48, _ height: Int = 48) -> Data {
        let pixels = (0 ..< width * height).map { UInt8(truncatingIfNeeded: $0 * 37) }
        return Data("P5 \(width) \(height) 255\n".utf8) + Data(pixels)
    }

    private func predict(_ arguments: [String]) throws -> Program.Outcome {
        try Program.run(
            Program.url,
            ["predict", "--model", Self.model.get(), "--whole-image"] + arguments)
    }

    private func objects(_ outcome: Program.Outcome) throws -> [[String: Any]] {
        try outcome.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    /// What takes longest to load is not loaded for a score: the program does without it.
    @Test func aScoreNeedsNoLibtorch() throws {
        let folder = try TemporaryFolder()
        let built = Program.url.deletingLastPathComponent()
        for name in ["mien", "libmien-scoring.so"] {
            try FileManager.default.linkItem(
                at: built.appendingPathComponent(name), to: folder.url.appendingPathComponent(name))
        }
        let picture = folder.path("face.png")
        let face = Image(
            width: 48, height: 48, channels: 1,
            pixels: (0 ..< 48 * 48).map { UInt8(truncatingIfNeeded: $0 * 37) })
        try Data(face.encoded(as: .png)).write(to: URL(fileURLWithPath: picture))
        let program = folder.url.appendingPathComponent("mien")
        let arguments = ["--model", try Self.model.get(), "--whole-image", picture]
        let alone = try Program.run(program, ["predict", "--json"] + arguments)
        #expect(alone.status == 0, "\(alone.errors)")
        #expect(alone.output == (try predict(["--json", picture])).output)
        // A heat map needs gradients, and says what it misses.
        let maps = try Program.run(
            program, ["explain", "--out", folder.path("maps")] + arguments)
        #expect(maps.status == 1)
        #expect(maps.errors.contains("libmien-torch.so, a part of Mien, cannot be loaded"))
    }

    @Test func badFilesDoNotStopTheRest() throws {
        let folder = try TemporaryFolder()
        let whole = image()
        var bomb = Data([0x89]) + Data("PNG\r\n\u{1A}\n".utf8)
        // IHDR with 60,000 x 60,000 pixels and its checksum.
        bomb += Data([0, 0, 0, 13]) + Data("IHDR".utf8)
        bomb += Data([0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 0, 0, 0, 0, 0xA5, 0xB9, 0x2A, 0x9E])
        bomb += Data([0, 0, 0, 0]) + Data("IEND".utf8) + Data([0xAE, 0x42, 0x60, 0x82])
        let files: [(String, Data)] = [
            ("1.pgm", whole), ("2-empty.png", Data()), ("3-text.jpg", Data("no image".utf8)),
            ("4-cut.pgm", whole.prefix(1000)), ("5-bomb.png", bomb), ("6 odd\nname.pgm", whole),
            ("7.pgm", image(1, 1)),
            ("7a-animated.gif", Data("GIF89a".utf8) + Data(repeating: 0, count: 40)),
            (
                "7b-animated.webp",
                Data("RIFF".utf8) + Data([22, 0, 0, 0]) + Data("WEBPVP8X".utf8)
                    + Data([10, 0, 0, 0, 2, 0, 0, 0, 47, 0, 0, 47, 0, 0])
            ),
        ]
        for (name, data) in files {
            try data.write(to: folder.url.appendingPathComponent(name))
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("8-link.png"), withDestinationPath: "nowhere")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("loop"), withDestinationPath: ".")
        let outcome = try predict(["--json", folder.url.path])
        #expect(outcome.status == 2, "\(outcome.errors)")
        let rows = try objects(outcome)
        let names = rows.compactMap { ($0["path"] as? String)?.split(separator: "/").last }
        #expect(names.map { String($0) } == files.map(\.0) + ["8-link.png"])
        let statuses = rows.compactMap { $0["status"] as? String }
        #expect(
            statuses == ["ok"] + Array(repeating: "unreadable", count: 4) + ["ok", "ok"]
                + ["unreadable", "unreadable", "unreadable"])
        let reasons = rows.compactMap { $0["reason"] as? String }
        for word in ["60000", "is a GIF", "animated WebP", "link to something"] {
            #expect(reasons.contains { $0.contains(word) }, "\(word): \(reasons)")
        }
        for row in rows {
            #expect(row["schema"] as? Int == 2)
            #expect((row["score"] is Double) == (row["status"] as? String == "ok"))
            #expect((row["reason"] is String) == (row["status"] as? String == "unreadable"))
            if row["status"] as? String == "ok" { #expect(row["whole_image"] as? Bool == true) }
        }
        #expect(outcome.errors.contains("7 of 10 files"), "\(outcome.errors)")
    }

    @Test(.enabled(if: getuid() != 0, "root may read every file"))
    func aFileThatMayNotBeReadIsSaid() throws {
        let folder = try TemporaryFolder()
        try image().write(to: folder.url.appendingPathComponent("a.pgm"))
        try #require(chmod(folder.path("a.pgm"), 0) == 0)
        let outcome = try predict(["--json", folder.path("a.pgm")])
        #expect(outcome.status == 2 && outcome.output.contains("Permission denied"))
    }

    @Test func aNameThatIsNotTextIsFound() throws {
        let folder = try TemporaryFolder()
        let name = Array((folder.url.path + "/a").utf8) + [0xFF] + Array(".pgm".utf8)
        let descriptor = open(name.map { CChar(bitPattern: $0) } + [0], O_CREAT | O_WRONLY, 0o644)
        let bytes = Array(image())
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let rows = try objects(try predict(["--json", folder.url.path]))
        #expect(rows.count == 1 && rows[0]["status"] as? String == "ok")
        #expect((rows[0]["path"] as? String)?.hasSuffix("a\\xFF.pgm") == true)
        let exact = (rows[0]["path_base64"] as? String).flatMap { Data(base64Encoded: $0) }
        #expect(exact.map { Array($0) } == name)
    }

    @Test func allFormsSayTheSame() throws {
        let folder = try TemporaryFolder()
        try image().write(to: folder.url.appendingPathComponent("a.pgm"))
        let path = folder.path("a.pgm")
        let score = try #require(try objects(try predict(["--json", path]))[0]["score"] as? Double)
        let csv = try predict(["--csv", path])
        let lines = csv.output.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 2 && lines[0].count == lines[1].count)
        let column = try #require(lines[0].firstIndex(of: "score"))
        // Foundation's reader of JSON may be off by the last bit.
        #expect(abs((Double(lines[1][column]) ?? 0) - score) < 1e-15)
        let table = try predict([path])
        #expect(table.status == 0)
        #expect(table.output.contains(String(format: "%.3f ", score)))
        #expect(table.output.contains("whole image"))
    }

    @Test func picturesAreAnnotated() throws {
        let folder = try TemporaryFolder()
        try image(120, 90).write(to: folder.url.appendingPathComponent("a b.pgm"))
        let outcome = try predict(["--annotate", folder.path("out"), folder.path("a b.pgm")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let written = try Data(
            contentsOf: folder.url.appendingPathComponent("out/000001-a-b.jpg"))
        #expect(written.starts(with: [0xFF, 0xD8, 0xFF]) && written.count > 500)
    }

    @Test func manyFilesComeInOrder() throws {
        let folder = try TemporaryFolder()
        for number in 0 ..< 300 {
            try image(8 + number % 40, 8).write(
                to: folder.url.appendingPathComponent(String(format: "%03d.pgm", number)))
        }
        let rows = try objects(try predict(["--json", folder.url.path]))
        let names = rows.compactMap { ($0["path"] as? String)?.suffix(7) }
        #expect(names == (0 ..< 300).map { String(format: "%03d.pgm", $0)[...] })
    }

    @Test(arguments: [
        (["--abstain-below", "0.2"], "abstain-below"), (["--batch-size", "0"], "batch-size"),
        (["--every", "0"], "every"), (["--fps", "0"], "fps"),
        (["--every", "2", "--fps", "2"], "fps"),
        (["--json", "--csv"], "csv"), (["--precision", "int4"], "precision"),
        (["--min-face", "0"], "min-face"), (["--workers", "0"], "workers"),
        (["--max-bytes", "0"], "max-bytes"), (["--annotate", "/dev/null/x"], "annotate"),
        (["--model", "/nowhere.safetensors"], "nowhere"),
    ])
    func badUsageIsNamed(arguments: [String], word: String) throws {
        let outcome = try predict(arguments + ["x.png"])
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
    }

    @Test func limitsAndEmptyFoldersAreSaid() throws {
        let folder = try TemporaryFolder()
        try image().write(to: folder.url.appendingPathComponent("a.pgm"))
        let limited = try predict(["--max-bytes", "100", "--json", folder.path("a.pgm")])
        #expect(limited.status == 2 && limited.output.contains("over the limit of 100"))
        let small = try predict(["--max-pixels", "100", "--json", folder.path("a.pgm")])
        #expect(small.status == 2 && small.output.contains("48 x 48"))
        let empty = try TemporaryFolder()
        let nothing = try predict([empty.url.path])
        #expect(nothing.status == 2 && nothing.errors.contains("at least one"))
    }

    @Test func facesRefusesWhatItCannotUse() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("path,label\n", to: "manifest.csv")
        for (arguments, word) in [
            (["--label", "joyless"], "joyless"),
            (["--label", "sad", "--label-from-folder"], "label"),
            ([], "manifest.csv"),
            (["--out", folder.path("new"), "--model", "none.safetensors"], "none.safetensors"),
        ] {
            let outcome = try Program.run(
                Program.url, ["faces", "x.png", "--out", folder.url.path] + arguments)
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains(word), "\(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
    }
}
