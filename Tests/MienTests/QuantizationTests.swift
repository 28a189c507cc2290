import Evaluation
import Foundation
import Inference
import Mien
import Networks
import Testing
import Torch

/// int8 models: made, written, read, and held against the float model.
@Suite(
    .serialized,
    .enabled(
        if: InferenceEngine.supports(.int8),
        "this processor has no int8 convolutions"))
struct QuantizationTests {
    private static let digest = String(repeating: "ab", count: 32)

    private func dataset() throws -> Dataset {
        try Dataset.load(data: "synthetic:seed=6,train=60,valid=0,test=24")
    }

    private func quantizer(_ change: (inout Quantizer) -> Void = { _ in }) -> Quantizer {
        var quantizer = Quantizer()
        quantizer.split = "train"
        quantizer.rows = 32
        change(&quantizer)
        return quantizer
    }

    private func quantized(
        _ normalization: Normalization = .grey, _ change: (inout Quantizer) -> Void = { _ in }
    ) throws -> (float: Model, int8: Model) {
        let float = try FusedInferenceTests.model(normalization)
        let int8 = try #require(
            try quantizer(change).quantized(float, modelSHA256: Self.digest, on: dataset()))
        return (float, int8)
    }

    private func testRows(_ model: Model, _ precision: DType) throws -> [[Float]] {
        let data = try dataset()
        let rows = data.samples.indices.filter { data.samples[$0].split == .test }
        return try #require(try model.probabilities(of: rows, in: data, precision: precision))
    }

    /// Eight bits leave a step of 1/255 of the range in each of twenty layers.
    @Test(arguments: [Normalization.grey, .imageNet])
    func scoresAreNearThoseOfTheFloatModel(_ normalization: Normalization) throws {
        let (float, int8) = try quantized(normalization)
        #expect(int8.isQuantized && !float.isQuantized)
        let expected = try testRows(float, .float32)
        let got = try testRows(int8, int8.resolved(.auto, on: .cpu))
        #expect(FusedInferenceTests.largestDifference(got, expected) <= 0.05)
        #expect(FusedInferenceTests.largestDifference(got, expected) > 0, "this was not int8")
    }

    @Test func float32OfAnInt8ModelHasTheRoundingOfItsWeightsAlone() throws {
        let (float, int8) = try quantized()
        let expected = try testRows(float, .float32)
        let got = try testRows(int8, int8.resolved(.float32, on: .cpu))
        #expect(FusedInferenceTests.largestDifference(got, expected) <= 0.03)
        #expect(got != expected)
        #expect(int8.resolved(.float32, on: .cpu) == .float32)
        #expect(int8.resolved(.auto, on: .cpu) == .int8)
        #expect(float.resolved(.auto, on: .cpu) != .int8)
    }

    @Test func theCardSaysWhatItWasMadeFrom() throws {
        let (float, int8) = try quantized { $0.seed = 9 }
        let facts = try #require(int8.card.quantization)
        #expect(facts.modelSHA256 == Self.digest)
        #expect(facts.calibrationRows == 32 && facts.calibrationSplit == "train")
        #expect(facts.seed == 9)
        #expect(facts.dataSHA256 == (try dataset()).sources.first?.sha256)
        let agreement = try #require(facts.agreement)
        #expect(agreement.n == 28)  // 60 of the split less the 32
        #expect(0.9 ... 1 ~= agreement.sameDecision)
        #expect(0 < agreement.meanDifference)
        #expect(agreement.meanDifference <= agreement.largestDifference)
        #expect(agreement.largestDifference <= 0.05)
        #expect(int8.card.markdown().contains("int8, calibrated on 32 images"))
        #expect(!float.card.markdown().contains("int8"))
        // Weights, and biases instead of the two numbers of batch normalisation; the stem has
        // 4 x 16 weights an output instead of 3 x 49.
        #expect(int8.parameterCount == float.parameterCount - 64 * (147 - 64) - 4800)
    }

    @Test func aFileGivesTheSameModel() throws {
        let folder = FileManager.default.temporaryDirectory
        let url = folder.appendingPathComponent("mien-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        let (float, int8) = try quantized(.imageNet)
        try int8.write(to: url)
        let read = try Model(contentsOf: url)
        #expect(read.isQuantized && read.card == int8.card)
        #expect(try testRows(read, .int8) == testRows(int8, .int8))
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int)
        #expect(size < float.parameterCount * 11 / 10, "about a byte for each weight")
        #expect(throws: ModelFileError.self) {
            try InitialNetwork(
                weights: url, of: int8.card.network, classes: int8.card.classes, seed: 0)
        }
    }

    @Test func damagedFilesAreRefused() throws {
        let folder = FileManager.default.temporaryDirectory
        let url = folder.appendingPathComponent("mien-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        let (float, int8) = try quantized()
        try int8.write(to: url)
        var state = try StateDict(safetensors: url)
        state["layer2.0.conv1.weight_scale"] = nil
        try state.writeSafetensors(to: url)
        #expect(throws: ModelFileError.self) { try Model(contentsOf: url) }
        // A float model whose card says int8: whole by its checksum, and yet no int8 model.
        var wrong = float
        wrong.card.quantization = int8.card.quantization
        try wrong.write(to: url)
        let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: url) }
        #expect(
            error?.reason.contains("conv1.weight: found float32 [64, 3, 7, 7]") == true)
    }

    @Test func theSeedDecidesWhichImages() throws {
        let one = try testRows(try quantized { $0.rows = 2 }.int8, .int8)
        let same = try testRows(try quantized { $0.rows = 2 }.int8, .int8)
        let other = try testRows(
            try quantized {
                $0.rows = 2
                $0.seed = 1
            }.int8, .int8)
        #expect(one == same)
        #expect(one != other)
    }

    @Test func requestsThatCannotBeMetAreNamed() throws {
        let (float, int8) = try quantized()
        let data = try dataset()
        func attempt(_ model: Model, _ change: (inout Quantizer) -> Void) throws {
            _ = try quantizer(change).quantized(model, modelSHA256: Self.digest, on: data)
        }
        #expect(throws: UsageError.self) { try attempt(int8) { _ in } }
        #expect(throws: UsageError.self) { try attempt(float) { $0.rows = 0 } }
        #expect(throws: UsageError.self) { try attempt(float) { $0.split = nil } }
        #expect(throws: DataError.self) { try attempt(float) { $0.split = "nowhere" } }
        let stopped = try quantizer().quantized(float, modelSHA256: Self.digest, on: data) {
            done, _ in done < 40
        }
        #expect(stopped == nil)
    }

    @Test func benchmarksSayWhatTheyTimed() throws {
        let (float, int8) = try quantized()
        var benchmark = InferenceBenchmark()
        benchmark.batchSize = 3
        benchmark.repetitions = 2
        let result = try #require(try benchmark.run(int8))
        #expect(result.precision == "int8" && result.fused && result.imageSize == 48)
        #expect(result.milliseconds.count == 2 && result.batchSize == 3)
        #expect(result.imagesPerSecond > 0 && result.cpuMillisecondsPerImage > 0)
        benchmark.isPlain = true
        benchmark.precision = .float32
        let plain = try #require(try benchmark.run(float))
        #expect(plain.precision == "float32" && !plain.fused)
        let stopped = try benchmark.run(float) { false }
        #expect(stopped == nil)
        benchmark.isPlain = false
        benchmark.device = .cuda
        #expect(throws: UsageError.self) { try benchmark.run(int8) }
    }
}
