import Foundation
import Inference
import ProgramSupport
import Testing
import Torch

@Suite(
    .serialized,
    .enabled(
        if: InferenceEngine.supports(.int8),
        "this libtorch or processor has no int8 convolutions"))
struct QuantizeCommandTests {
    private static let data = "synthetic:seed=5,train=64,valid=16,test=40"

    @Test func anInt8ModelScoresAndIsNotExplained() throws {
        let folder = try TemporaryFolder()
        let trained = try Program.run(
            "train", "--data", Self.data, "--labels", "fer2013", "--image-size", "32",
            "--batch-size", "16", "--threads", "1", "--max-steps", "2", "--no-report", "--out",
            folder.path("run"))
        #expect(trained.status == 0, "\(trained.errors)")
        let float = folder.path("run/model.safetensors")
        let int8 = folder.path("int8.safetensors")
        let made = try Program.run(
            "quantize", "--model", float, "--data", Self.data, "--rows", "20", "--json", "--out",
            int8)
        #expect(made.status == 0, "\(made.errors)")
        let facts = try #require(
            try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
        #expect(facts["calibrationRows"] as? Int == 20)
        #expect(facts["agreement"] is [String: Any])

        let evaluated = try Program.run(
            "evaluate", "--model", int8, "--data", Self.data, "--labels", "fer2013", "--json")
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any])
        #expect(report["compute_precision"] as? String == "int8")

        let timed = try Program.run(
            "benchmark", "infer", "--model", int8, "--batch", "2", "--repetitions", "1", "--json")
        #expect(timed.status == 0, "\(timed.errors)")
        #expect(timed.output.contains("\"precision\" : \"int8\""))

        for arguments in [
            ["explain", "--model", int8, "--data", Self.data, "--out", folder.path("maps")],
            ["report", int8, "--data", Self.data, "--out", folder.path("report.html")],
            ["train", "--data", Self.data, "--init", int8, "--out", folder.path("more")],
            ["quantize", "--model", int8, "--data", Self.data, "--out", folder.path("again")],
            ["benchmark", "infer", "--model", int8, "--plain"],
        ] {
            let refused = try Program.run(Program.url, arguments)
            #expect(refused.status == 2, "\(arguments[0]): \(refused.errors)")
            #expect(refused.errors.contains("float model"), "\(arguments[0]): \(refused.errors)")
        }
    }
}
