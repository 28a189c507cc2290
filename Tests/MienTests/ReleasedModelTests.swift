import Foundation
import Imaging
import Mien
import Testing
import Torch

/// What changes a model on its way to a release: half precision and mirror images; and where the
/// released one is looked for.
@Suite(.serialized)
struct ReleasedModelTests {
    private func written(_ model: Model) throws -> (url: URL, read: Model) {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString).safetensors")
        try model.write(to: url)
        return (url, try Model(contentsOf: url))
    }

    @Test func float16HalvesTheFileAndRoundsTheWeightsOnce() throws {
        var model = try FusedInferenceTests.model()
        let whole = try written(model)
        model.card.weightType = .float16
        let half = try written(model)
        // Written again nothing is lost: the values are float16's already.
        let again = try written(half.read)
        defer {
            for url in [whole.url, half.url, again.url] {
                try? FileManager.default.removeItem(at: url)
            }
        }
        func size(_ url: URL) throws -> Int { try Data(contentsOf: url).count }
        // 11.2 million weights of two bytes, vectors of 4, and the card.
        let ratio = Double(try size(half.url)) / Double(try size(whole.url))
        #expect(0.5 ..< 0.51 ~= ratio)
        #expect(try Data(contentsOf: half.url) == Data(contentsOf: again.url))
        for ((path, _, got), (_, _, exact)) in zip(
            half.read.network.namedTensors, whole.read.network.namedTensors)
        {
            guard exact.shape.count > 1 else {
                #expect(got.floats == exact.floats, "\(path)")
                continue
            }
            // Half of the last of 11 bits, and half of the smallest step below 2^-14.
            let isRounded = zip(got.floats, exact.floats).allSatisfy {
                abs($0 - $1) <= max(abs($1) / 2048, 0x1p-25)
            }
            #expect(isRounded && got.floats != exact.floats, "\(path)")
        }
        #expect(half.read.card.markdown().contains("float16"))
    }

    @Test func elementsThatTheCardDoesNotSayAreRefused() throws {
        let (url, _) = try written(try FusedInferenceTests.model())
        defer { try? FileManager.default.removeItem(at: url) }
        var state = try StateDict(safetensors: url)
        let weight = try #require(state["layer1.0.conv2.weight"])
        state["layer1.0.conv2.weight"] = RawTensor(
            dtype: .bfloat16, shape: weight.shape,
            bytes: [UInt8](weight.bytes.prefix(2 * weight.count)))
        state.metadata[Model.digestKey] = Model.digest(of: state)
        try state.writeSafetensors(to: url)
        let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: url) }
        #expect(
            error?.reason == "layer1.0.conv2.weight: found bfloat16, expected float32")
        state["layer1.0.conv2.weight"] = RawTensor([1], shape: [1, 1, 1, 1])
        state.metadata[Model.digestKey] = Model.digest(of: state)
        try state.writeSafetensors(to: url)
        #expect(throws: StateMismatch.self) { try Model(contentsOf: url) }
    }

    @Test(arguments: [1, 5]) func mirrorImagesAreAveraged(count: Int) throws {
        let model = try FusedInferenceTests.model(size: 33)
        var averaging = model
        averaging.card.averagesMirrorImage = true
        let faces = try FusedInferenceTests.faces(count, size: 33)
        let flipped = ImageBatch(
            planes: faces.planes.indices.map { index in
                faces.planes[index / 33 * 33 + 32 - index % 33]
            }, size: 33)
        let (one, other) = (model.logits(of: faces), model.logits(of: flipped))
        #expect(one != other)
        let expected = zip(one, other).map { zip($0, $1).map { ($0 + $1) / 2 } }
        #expect(averaging.logits(of: faces) == expected)
        // The average does not know left from right, but for the order of two summands.
        #expect(averaging.logits(of: flipped) == expected)
        #expect(averaging.card.markdown().contains("mirror image"))
    }

    @Test func theReleasedModelIsWhereTheEnvironmentSays() throws {
        let (url, _) = try written(try FusedInferenceTests.model())
        defer { try? FileManager.default.removeItem(at: url) }
        #expect(try ReleasedModel.locate(environment: ["MIEN_MODEL": url.path]) == url)
        let tiny = ["MIEN_TINY_MODEL": url.path, "MIEN_MODEL": "/none"]
        #expect(try ReleasedModel.locate(.tiny, environment: tiny) == url)
        let error = #expect(throws: UsageError.self) {
            try ReleasedModel.locate(environment: ["MIEN_MODEL": url.path + "-not"])
        }
        #expect(error?.description.contains(url.path + "-not") == true)
    }
}
