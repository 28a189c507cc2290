import Foundation
import Imaging
import ProgramSupport
import Testing

@Suite(.serialized)
struct ConvertCommandTests {
    private static let data = "synthetic:seed=5,train=64,valid=16,test=40"

    private func trained(_ folder: TemporaryFolder) throws -> String {
        let outcome = try Program.run(
            "train", "--data", Self.data, "--labels", "fer2013", "--image-size", "32",
            "--batch-size", "16", "--threads", "1", "--max-steps", "2", "--no-report", "--out",
            folder.path("run"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        return folder.path("run/model.safetensors")
    }

    @Test func aHalvedMirroredModelIsUsedLikeAnyOther() throws {
        let folder = try TemporaryFolder()
        let model = try trained(folder)
        let half = folder.path("half.safetensors")
        let converted = try Program.run(
            "convert", "--model", model, "--weights", "float16", "--mirror", "--json", "--out",
            half)
        #expect(converted.status == 0, "\(converted.errors)")
        let card = try #require(
            try JSONSerialization.jsonObject(with: Data(converted.output.utf8)) as? [String: Any])
        #expect(card["weightType"] as? String == "float16")
        #expect(card["averagesMirrorImage"] as? Bool == true)
        // The default model is the one that the environment names, where none is given.
        for arguments in [
            ["evaluate", "--data", Self.data, "--labels", "fer2013"],
            [
                "explain", "--data", Self.data, "--labels", "fer2013", "--limit", "2", "--out",
                folder.path("maps"),
            ],
            ["benchmark", "infer", "--batch", "2", "--repetitions", "1"],
        ] {
            let outcome = try Program.run(
                URL(fileURLWithPath: "/usr/bin/env"),
                ["MIEN_MODEL=\(half)", Program.url.path] + arguments)
            #expect(outcome.status == 0, "\(arguments[0]): \(outcome.errors)")
        }
        let more = try Program.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            [
                "MIEN_MODEL=\(half)", Program.url.path, "train", "--recipe", "transfer", "--data",
                Self.data, "--image-size", "32", "--max-steps", "1", "--no-report", "--out",
                folder.path("more"),
            ])
        #expect(more.status == 0, "\(more.errors)")
        #expect(more.errors.contains("half.safetensors"), "\(more.errors)")
    }

    @Test func aModelLearnsWhatIsAFace() throws {
        let folder = try TemporaryFolder()
        let (model, out) = (try trained(folder), folder.path("out.safetensors"))
        for number in 0 ..< 50 {
            let slope = (0 ..< 48 * 48).map { UInt8(($0 % 48) * 4 + number) }
            let noise = (0 ..< 48 * 48).map { UInt8(truncatingIfNeeded: $0 * $0 * (number + 7)) }
            for (name, pixels) in [("slopes", slope), ("noise", noise)] {
                let target = folder.url.appendingPathComponent(name)
                try FileManager.default.createDirectory(
                    at: target, withIntermediateDirectories: true)
                try Image(width: 48, height: 48, channels: 1, pixels: pixels)
                    .write(to: target.appendingPathComponent("\(number).png"))
            }
        }
        let fitted = try Program.run(
            "evidence", "--model", model, "--faces", folder.path("slopes"), "--others",
            folder.path("noise"), "--json", "--out", out)
        #expect(fitted.status == 0, "\(fitted.errors)")
        let figures = try #require(
            try JSONSerialization.jsonObject(with: Data(fitted.output.utf8)) as? [String: Any])
        #expect(figures["faces"] as? Int == 50 && figures["others"] as? Int == 50)
        #expect((figures["auc"] as? [String: Any])?["value"] as? Double ?? 0 > 0.9)
        let both = try Program.run(
            "occlusion", "--model", out, "--covered", folder.path("noise"), "--uncovered",
            folder.path("slopes"), "--out", out)
        #expect(both.status == 0, "\(both.errors)")
        #expect(both.output.hasSuffix("n 50 covered and 50 uncovered\n"), "\(both.output)")
        let used = try Program.run(
            "predict", "--model", out, "--whole-image", folder.path("slopes/1.png"))
        #expect(used.status == 0, "\(used.errors)")
        try Data("no image".utf8).write(to: folder.url.appendingPathComponent("noise/2.png"))
        for (others, word) in [("noise", "2.png"), ("none", "none"), ("run", "run")] {
            let outcome = try Program.run(
                "evidence", "--model", model, "--faces", folder.path("slopes"), "--others",
                folder.path(others), "--out", out)
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains(word), "\(outcome.errors)")
        }
    }

    @Test func whatCannotBeConvertedIsSaid() throws {
        let folder = try TemporaryFolder()
        let model = try trained(folder)
        let out = folder.path("out.safetensors")
        for (arguments, word) in [
            (["--model", model], "--weights"),
            (["--model", model, "--weights", "float8"], "float16"),
            (["--model", folder.path("none"), "--mirror"], "none"),
        ] {
            let outcome = try Program.run(Program.url, ["convert", "--out", out] + arguments)
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains(word), "\(outcome.errors)")
        }
        let missing = try Program.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["MIEN_MODEL=\(out)", Program.url.path, "predict", "photo.jpg"])
        #expect(missing.status == 2)
        #expect(missing.errors.contains("--model") && missing.errors.contains(out))
    }
}
