import Foundation
import Imaging
import ProgramSupport
import Testing

@Suite(.serialized)
struct ExplainCommandTests {
    static let data = "synthetic:seed=5,train=32,valid=16,test=12"

    /// A model trained for one step on 64 x 64 pixels.
    private func model(in folder: TemporaryFolder) throws -> String {
        let outcome = try Program.run(
            "train", "--data", Self.data, "--labels", "fer2013", "--image-size", "64", "--head",
            "emotions", "--batch-size", "16", "--threads", "1", "--max-steps", "1", "--out",
            folder.path("run"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        return folder.path("run/model.safetensors")
    }

    private func face(_ folder: TemporaryFolder, _ name: String) throws -> String {
        let pixels = (0 ..< 60 * 48).map { (index: Int) in UInt8(index * 7 % 256) }
        let image = Image(width: 60, height: 48, channels: 1, pixels: pixels)
        try image.write(to: folder.url.appendingPathComponent(name))
        return folder.path(name)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func mapsOfFilesAreWrittenAndBadFilesAreCounted() throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder)
        let bad = try folder.write("no image", to: "bad.png")
        let outcome = try Program.run(
            "explain", "--whole-image", try face(folder, "a.png"), bad, folder.path("missing.jpg"),
            try face(folder, "b.png"), "--model", model, "--layer", "layer2", "--method",
            "layercam", "--class", "predicted", "--out", folder.path("maps"), "--json")
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("bad.png") && outcome.errors.contains("missing.jpg"))
        #expect(outcome.errors.contains("2 of 4"))
        let result = try object(outcome.output)
        #expect((result["failed"] as? [Any])?.count == 2)
        #expect(result["class"] as? String == "predicted")
        #expect((result["caption"] as? String)?.contains("not why") == true)
        let images = try #require(result["images"] as? [[String: Any]])
        #expect(images.count == 2)
        for image in images {
            #expect(image["width"] as? Int == 8 && image["height"] as? Int == 8)
            let target = try #require(image["target"] as? String)
            #expect(["positive", "negative"].contains(target))
        }
        let csv = try folder.text("maps/a-map.csv").split(separator: "\n")
        #expect(csv.count == 8 && csv.allSatisfy { $0.split(separator: ",").count == 8 })
        let overlay = try Image(contentsOf: folder.url.appendingPathComponent("maps/b-overlay.png"))
        #expect(overlay.width == 300 && overlay.height == 240 && overlay.channels == 3)
        // Beside the centred square the image stays as it was.
        for column in [0, 29, 270, 299] {
            let pixel = overlay.pixels[3 * column ..< 3 * column + 3]
            #expect(Set(pixel).count == 1)
        }
        #expect(FileManager.default.fileExists(atPath: folder.path("maps/b-map.png")))
    }

    @Test func rowsOfDataTrustAndGallery() throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder)
        let data = ["--data", Self.data, "--model", model, "--layer", "layer3", "--threads", "1"]
        let maps = try Program.run(
            Program.url,
            ["explain", "--out", folder.path("maps"), "--limit", "3", "--json"] + data)
        #expect(maps.status == 0, "\(maps.errors)")
        let listing = try object(maps.output)
        #expect((listing["images"] as? [Any])?.count == 3)
        #expect(listing["synthetic"] as? Bool == true)
        let trust = try Program.run(
            Program.url, ["explain", "--trust", "--limit", "3", "--json"] + data)
        #expect(trust.status == 0, "\(trust.errors)")
        let values = try object(trust.output)
        #expect(values["n"] as? Int == 3 && values["target"] as? String == "predicted")
        for key in ["deletion", "insertion", "road", "pointing"] {
            #expect(values[key] is [String: Any], "\(key)")
        }
        let gallery = try Program.run(
            Program.url, ["explain", "--gallery", "--out", folder.path("maps")] + data)
        #expect(gallery.status == 0, "\(gallery.errors)")
        #expect(gallery.output.contains("gallery.png"))
        #expect(
            try Image(contentsOf: folder.url.appendingPathComponent("maps/gallery.png")).width > 200
        )
    }

    @Test func badInputIsNamed() throws {
        let folder = try TemporaryFolder()
        let model = try model(in: folder)
        let out = ["--out", folder.path("maps"), "--model", model]
        let cases: [([String], String)] = [
            ([], "--data"), (["a.png", "--data", Self.data], "--data"),
            (["a.png", "--method", "magic"], "gradcam++"),
            (["a.png", "--layer", "layer5"], "layer4"),
            (["a.png", "--class", "patience"], "neutral"),
            (["a.png", "--trust"], "--data"), (["--data", Self.data, "--limit", "0"], "--limit"),
            (["--data", Self.data, "--trust", "--gallery"], "one of them"),
            (["--data", Self.data, "--split", "nothing"], "nothing"),
            (["--data", Self.data, "--labels", "ferplus"], "votes"),
            (["a.png", "--device", "tpu"], "cpu or cuda"),
            (["a.png", "--threads", "0"], "--threads"),
        ]
        for (arguments, word) in cases {
            let outcome = try Program.run(Program.url, ["explain"] + arguments + out)
            #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
        let missing = try Program.run("explain", "a.png", "--model", model)
        #expect(missing.status == 2 && missing.errors.contains("--out"))
    }
}
