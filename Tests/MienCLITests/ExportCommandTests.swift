import Foundation
import ProgramSupport
import Testing

/// `mien export` and `mien model describe`.
@Suite(.serialized)
struct ExportCommandTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let script = root.appendingPathComponent("Benchmarks/onnx/agreement.py").path

    /// A Python that has ONNX's checker and runtimes, as `make bench` installs it.
    private static let python: String? = {
        var candidates = [root.appendingPathComponent(".deps/bench/bin/python").path]
        if let named = ProcessInfo.processInfo.environment["MIEN_PYTHON"] {
            candidates.insert(named, at: 0)
        }
        return candidates.first(where: hasRuntime)
    }()

    private static func hasRuntime(_ python: String) -> Bool {
        let outcome = try? Program.run(
            URL(fileURLWithPath: python), ["-c", "import numpy, onnx, onnxruntime"])
        return outcome?.status == 0
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func anArchitectureIsDescribed() throws {
        let outcome = try Program.run(
            "model", "describe", "resnet18", "--outputs", "1000", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let described = try object(outcome.output)
        // As published: 11.7 million parameters and 1.81 x 10^9 multiply-adds.
        #expect(described["parameters"] as? Int == 11_689_512)
        #expect(described["multiplyAdds"] as? Int == 1_814_073_344)
        let table = try Program.run("model", "describe", "inception_v3", "--image-size", "96")
        #expect(table.output.contains("Mixed_6b.branch7x7_2.conv"))
        #expect(table.output.contains("more in the head that training alone uses"))
    }

    @Test func aNameThatIsNothingIsRefused() throws {
        let outcome = try Program.run("model", "describe", "resnet19")
        #expect(outcome.status == 2)
        let small = try Program.run("model", "describe", "vgg16", "--image-size", "16")
        #expect(small.status == 2)
        #expect(small.errors.contains("features.30"), "\(small.errors)")
    }

    @Test func aModelIsExported() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            "export", try PredictCommandTests.model.get(), "--onnx", folder.path("model.onnx"),
            "--probabilities", "--include-preprocessing", "--batch", "4", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try object(outcome.output)
        #expect(report["input"] as? [String] == ["4", "1", "32", "32"])
        #expect(report["outputs"] as? [String] == ["logits", "probabilities", "score"])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("model.onnx")))
        #expect(bytes.count == report["bytes"] as? Int)
        #expect(bytes.range(of: Data("neutral,happy".utf8)) != nil)
    }

    @Test func wrongOptionsAreRefused() throws {
        let folder = try TemporaryFolder()
        let model = try PredictCommandTests.model.get()
        for (option, value) in [("--opset", "8"), ("--opset", "22"), ("--batch", "0")] {
            let outcome = try Program.run(
                "export", model, "--onnx", folder.path("x.onnx"), option, value)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(option), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path("x.onnx")))
        }
    }

    @Test(.enabled(if: python != nil, "no Python with ONNX Runtime: make bench installs one"))
    func otherProgramsAnswerAlike() throws {
        let folder = try TemporaryFolder()
        let faces = folder.path("faces.csv")
        #expect(
            try Program.run(
                "data", "synthesize", "--test", "64", "--train", "64", "--valid", "16", "--out",
                faces
            ).status == 0)
        let trained = try Program.run(
            "train", "--data", faces, "--labels", "fer2013", "--image-size", "48",
            "--batch-size", "16", "--threads", "1", "--max-steps", "3", "--no-report", "--head",
            "emotions", "--out", folder.path("run"))
        #expect(trained.status == 0, "\(trained.errors)")
        let model = folder.path("run/model.safetensors")
        let evaluated = try Program.run(
            "evaluate", "--model", model, "--data", faces, "--labels", "fer2013", "--split", "all",
            "--precision", "float32", "--out", folder.path("out"))
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        for options in [
            ["--opset", "9"], ["--opset", "21", "--batch", "8"], ["--grey"],
            ["--include-preprocessing", "--probabilities"],
        ] {
            let onnx = folder.path("model.onnx")
            let exported = try Program.run(
                Program.url, ["export", model, "--onnx", onnx] + options)
            #expect(exported.status == 0, "\(exported.errors)")
            let outcome = try Program.run(
                URL(fileURLWithPath: try #require(Self.python)),
                [Self.script, onnx, faces, folder.path("out/predictions.csv")])
            #expect(outcome.status == 0, "\(options): \(outcome.output) \(outcome.errors)")
        }
    }
}
