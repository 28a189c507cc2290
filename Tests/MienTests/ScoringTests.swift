import Inference
import Networks
import Testing
import Torch

/// All architectures in the scoring engine: against torchvision (Golden/networks.py), in other
/// elements, in grey and colour.
@Suite(.serialized) struct ScoringTests {
    typealias Case = NetworkModuleTests.Case

    private static let scoring = Case.all.filter { !$0.training }

    private static func network(_ name: String) throws -> Network {
        try #require(Architecture(rawValue: name)).network(outputs: 3).withoutAuxiliary
    }

    /// Values 0...255 become -1...1, as the golden images are.
    private static func scaling(_ channels: Int) -> PixelScaling {
        PixelScaling(
            mean: Array(repeating: 0.5, count: channels),
            deviation: Array(repeating: 0.5, count: channels), pixels: .colour)
    }

    private static func folded(_ network: Network, _ pixels: PixelScaling) throws -> FoldedNetwork {
        let shapes = Dictionary(
            uniqueKeysWithValues: network.parameters.map { ($0.path, $0.shape) })
        return try FoldedNetwork(network, pixels: pixels) { path in
            NetworkModuleTests.rawValues(path, shapes[path] ?? [])
        }
    }

    private static func images(_ expected: Case, _ channels: Int) -> [Float] {
        ResNetGolden.pattern(
            name: "images", count: expected.count * channels * expected.size * expected.size
        ).map { ($0 + 1) * 127.5 }
    }

    @Test func eachArchitectureHasACase() {
        #expect(
            Set(Self.scoring.map(\.name)) == [
                "resnet50", "vgg16", "inception_v3", "tiny", "shallow_cnn",
            ])
    }

    @Test(arguments: Self.scoring)
    func equalsTorchvision(_ expected: Case) throws {
        let network = try Self.network(expected.name)
        let folded = try Self.folded(network, Self.scaling(network.inputChannels))
        let images = Self.images(expected, network.inputChannels)
        let engine = try #require(
            InferenceEngine(folded, dtype: .float32, size: expected.size))
        let got = engine.logits(of: images, size: expected.size)
        #expect(got.count == expected.count)
        let tolerance = 1e-4 * expected.logits.reduce(1) { max($0, abs($1)) }
        for (got, want) in zip(got.joined(), expected.logits) {
            #expect(abs(got - want) <= tolerance, "\(got), \(want)")
        }
        // As a batch, whose layers do several images at once.
        let many = engine.logits(of: [images, images, images].flatMap(\.self), size: expected.size)
        for (got, want) in zip(many.suffix(expected.count).joined(), expected.logits) {
            #expect(abs(got - want) <= tolerance, "\(got), \(want)")
        }
    }

    /// Eight bits of each number between up to a hundred layers.
    @Test(
        .enabled(if: InferenceEngine.supports(.bfloat16), "no bfloat16 here"),
        arguments: Self.scoring)
    func bfloat16IsNear(_ expected: Case) throws {
        let network = try Self.network(expected.name)
        let folded = try Self.folded(network, Self.scaling(network.inputChannels))
        let engine = try #require(
            InferenceEngine(folded, dtype: .bfloat16, size: expected.size))
        let got = engine.logits(
            of: Self.images(expected, network.inputChannels), size: expected.size
        ).flatMap(\.self)
        let scale = expected.logits.reduce(0) { max($0, abs($1)) }
        let worst = zip(got, expected.logits).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= 0.03 * scale && worst > 0, "\(worst) of \(scale)")
    }

    @Test(
        .enabled(if: InferenceEngine.supports(.int8), "no int8 here"), arguments: Self.scoring)
    func int8IsNear(_ expected: Case) throws {
        let network = try Self.network(expected.name)
        let folded = try Self.folded(network, Self.scaling(network.inputChannels))
        let images = Self.images(expected, network.inputChannels)
        let float = try #require(InferenceEngine(folded, dtype: .float32, size: expected.size))
        var ranges: [String: Double] = [:]
        float.observe(images, size: expected.size, raising: &ranges)
        let engine = try #require(
            InferenceEngine(
                folded.quantized(outputRanges: ranges), dtype: .int8, size: expected.size))
        let got = engine.logits(of: images, size: expected.size).flatMap(\.self)
        let scale = expected.logits.reduce(0) { max($0, abs($1)) }
        let worst = zip(got, expected.logits).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= 0.15 * scale && worst > 0, "\(worst) of \(scale)")
    }

    /// One plane stands for equal ones, also where those are scaled differently: at the border too.
    @Test(arguments: [(Architecture.tiny, 33), (.resnet34, 40), (.inceptionV3, 75)])
    func greyImagesStandForEqualPlanes(_ architecture: Architecture, size: Int) throws {
        let network = architecture.network(outputs: 3).withoutAuxiliary
        let grey = (0 ..< size * size).map { Float($0 * 37 % 256) }
        for (mean, deviation) in [
            ([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]), ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ] {
            func logits(_ pixels: PixelScaling.Pixels, _ planes: [Float]) throws -> [Float] {
                let folded = try Self.folded(
                    network, PixelScaling(mean: mean, deviation: deviation, pixels: pixels))
                let engine = try #require(InferenceEngine(folded, dtype: .float32, size: size))
                return engine.logits(of: planes, size: size).flatMap(\.self)
            }
            let one = try logits(.grey, grey)
            let three = try logits(.colour, [grey, grey, grey].flatMap(\.self))
            let scale = three.reduce(0) { max($0, abs($1)) }
            for (a, b) in zip(one, three) { #expect(abs(a - b) <= 1e-5 * scale, "\(a), \(b)") }
        }
    }
}
