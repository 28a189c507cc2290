import Foundation
import Inference
import Mien
import Testing
import Torch

private let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Models")
private let releasedModelFile = models.appendingPathComponent("mien-resnet18.safetensors")
private let tinyModelFile = models.appendingPathComponent("mien-tiny.safetensors")

private var hasReleasedModel: Bool {
    [releasedModelFile, tinyModelFile].allSatisfy {
        FileManager.default.fileExists(atPath: $0.path)
    }
}

/// The released models' logits for faces that Mien draws, in each precision; they stay as they are.
///
/// With MIEN_WRITE_GOLDEN=1 the tests write Golden/released.json anew, and fail.
@Suite(.serialized, .enabled(if: hasReleasedModel, "the released models are not at hand"))
struct ReleasedScoresTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let golden = folder.appendingPathComponent("Golden/released.json")

    private func faces() throws -> Dataset {
        try Dataset.load(data: "synthetic:seed=22,train=32,valid=0,test=8")
    }

    private func logits(_ model: Model, _ precision: DType) throws -> [[Float]] {
        let data = try faces()
        let rows = data.samples.indices.filter { data.samples[$0].split == .test }
        let batch = ImageBatch(
            data, positions: rows, samples: rows, size: model.card.imageSize
        ) { _ in .identity }
        return model.logits(of: batch, precision: precision)
    }

    /// - Parameter tolerance: a share of the largest logit, for other orders of sums in other
    ///   processors.
    private func expectGolden(_ got: [[Float]], _ name: String, tolerance: Float) throws {
        var all: [String: [[Float]]] = [:]
        if let data = try? Data(contentsOf: Self.golden) {
            all = try JSONDecoder().decode([String: [[Float]]].self, from: data)
        }
        if ProcessInfo.processInfo.environment["MIEN_WRITE_GOLDEN"] != nil {
            all[name] = got
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            try encoder.encode(all).write(to: Self.golden)
            Issue.record("\(name) was written anew")
            return
        }
        let expected = try #require(all[name])
        #expect(got.count == expected.count && got.map(\.count) == expected.map(\.count))
        let largest = expected.joined().reduce(0) { max($0, abs($1)) }
        #expect(FusedInferenceTests.largestDifference(got, expected) <= tolerance * largest)
        #expect(got[0] != got[1])
    }

    @Test func float32() throws {
        let got = try logits(Model(contentsOf: releasedModelFile), .float32)
        try expectGolden(got, "float32", tolerance: 1e-5)
    }

    @Test func tiny() throws {
        let got = try logits(Model(contentsOf: tinyModelFile), .float32)
        try expectGolden(got, "tiny float32", tolerance: 1e-5)
    }

    /// Eight bits of each number that lies between layers, rounded where sums differ in the last.
    @Test(.enabled(if: InferenceEngine.supports(.bfloat16), "no bfloat16 here"))
    func bfloat16() throws {
        let got = try logits(Model(contentsOf: releasedModelFile), .bfloat16)
        try expectGolden(got, "bfloat16", tolerance: 0.02)
    }

    @Test(.enabled(if: InferenceEngine.supports(.int8), "no int8 here"))
    func int8() throws {
        var quantizer = Quantizer()
        quantizer.split = "train"
        quantizer.rows = 32
        let float = try Model(contentsOf: releasedModelFile)
        let int8 = try #require(
            try quantizer.quantized(
                float, modelSHA256: String(repeating: "ab", count: 32), on: faces()))
        try expectGolden(try logits(int8, .int8), "int8", tolerance: 0.02)
    }
}
