import Foundation
import Imaging
import Inference
import Mien
import Networks
import Testing
import Torch

/// Models that look at colour, and networks with layers that the scoring engine does not compute.
@Suite struct ModelInputTests {
    private static func model(
        _ architecture: Architecture, size: Int, _ channels: InputSpecification.Channels
    ) throws -> Model {
        var recipe = Recipe()
        recipe.architecture = architecture
        recipe.imageSize = size
        recipe.channels = channels
        recipe.labels = .fer2013
        try recipe.validate()
        var card = try ExplainSupport.model(emotions: false).card
        card.architecture = architecture
        card.recipe = recipe
        card.input = InputSpecification(
            channels: channels, size: size,
            normalization: channels == .rgb ? .imageNet : .grey)
        return Model(network: NetworkModule(recipe.network(outputs: 2), seed: 3), card: card)
    }

    /// Three different planes an image.
    private static func images(_ count: Int, size: Int) -> ImageBatch {
        let values = ResNetGolden.pattern(name: "colour", count: count * 3 * size * size)
        return ImageBatch(
            planes: values.map { ($0 + 1) * 127.5 }, size: size, channels: .rgb)
    }

    @Test(arguments: [
        (Architecture.resnet18, 48), (.tiny, 33), (.shallowCNN, 48), (.inceptionV3, 75),
    ])
    func colourIsScoredByTheEngineAsByThePlainNetwork(
        _ architecture: Architecture, size: Int
    ) throws {
        var model = try Self.model(architecture, size: size, .rgb)
        #expect(model.card.network.inputChannels == 3)
        let batch = Self.images(5, size: size)
        let plain = model.plainLogits(of: batch, precision: .float32)
        let engine = try #require(
            InferenceEngine(try model.folded(), dtype: .float32, size: size))
        let fused = engine.logits(of: batch.planes, size: size)
        let scale: Float = plain.joined().reduce(0) { max($0, abs($1)) }
        let limit = FusedInferenceTests.floatTolerance * scale
        #expect(FusedInferenceTests.largestDifference(fused, plain) <= limit)
        #expect(model.logits(of: batch) == fused)
        // Planes in another order are another picture.
        let area = size * size
        var turned: [Float] = []
        for image in 0 ..< 5 {
            let planes = Array(batch.plane(image))
            for plane in [2, 1, 0] { turned += planes[plane * area ..< (plane + 1) * area] }
        }
        #expect(engine.logits(of: turned, size: size) != fused)
        model.card.averagesMirrorImage = true
        let averaged = model.logits(of: batch)
        #expect(averaged != fused && averaged.count == 5)
    }

    @Test(.enabled(if: InferenceEngine.supports(.int8), "no int8 here"))
    func colourIsQuantised() throws {
        let model = try Self.model(.tiny, size: 48, .rgb)
        let faces = try Dataset.load(
            data: "synthetic:seed=3,train=24,valid=0,test=4", input: model.card.input)
        var quantizer = Quantizer()
        quantizer.split = "train"
        quantizer.rows = 16
        let int8 = try #require(
            try quantizer.quantized(
                model, modelSHA256: String(repeating: "ab", count: 32), on: faces))
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try int8.write(to: url)
        let batch = model.card.input.batch(of: faces, samples: Array(0 ..< 4))
        let float = model.logits(of: batch)
        let read = try Model(contentsOf: url).logits(of: batch, precision: .int8)
        let scale: Float = float.joined().reduce(0) { max($0, abs($1)) }
        // Eight bits in each of twenty layers.
        #expect(FusedInferenceTests.largestDifference(read, float) <= 0.2 * scale)
    }

    /// Pages of the file are given back once they are packed, and read again where they are wanted.
    @Test func weightsAreReadAgainFromTheirFileAfterPacking() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try Self.model(.resnet18, size: 48, .grey).write(to: url)
        let bytes = try Data(contentsOf: url)
        let model = try Model(contentsOf: url)
        let batch = model.card.input.batch(of: .synthetic(), samples: [0, 1])
        let scores = model.logits(of: batch)
        try model.write(to: url)
        #expect(try Data(contentsOf: url) == bytes)
        #expect(model.logits(of: batch) == scores)
        // Packed anew.
        #expect(try Model(contentsOf: url).logits(of: batch) == scores)
    }

    @Test func colourNeedsANetworkOfThreeChannels() throws {
        var model = try Self.model(.shallowCNN, size: 48, .grey)
        #expect(model.card.network.inputChannels == 1)
        model.card.layers = model.card.network
        model.card.architecture = nil
        model.card.input.channels = .rgb
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString).safetensors")
        let error = #expect(throws: ModelFileError.self) { try model.write(to: url) }
        #expect(error?.reason.contains("colour for a network of 1 channel") == true)
        #expect(!FileManager.default.fileExists(atPath: url.path))
    }
}
