import Foundation
import Mien
import Networks
import TestSupport
import Testing
import Torch

/// Networks of all architectures against PyTorch and torchvision (Golden/networks.py): logits,
/// gradients of a step, statistics.
@Suite struct NetworkModuleTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let count: Int
        let size: Int
        let training: Bool
        let auxiliary: Bool
        let logits: [Float]
        let gradients: [String: [Double]]
        /// How far PyTorch's float32 gradients are from its float64 ones.
        let rounding: Double
        let buffers: [String: [Double]]

        var testDescription: String {
            "\(name) at \(size)\(training ? ", training" : "")\(auxiliary ? ", second head" : "")"
        }

        static let all: [Case] = {
            guard
                let url = Bundle.module.url(
                    forResource: "Golden/networks", withExtension: "json"),
                let data = try? Data(contentsOf: url),
                let cases = try? JSONDecoder().decode([Case].self, from: data)
            else { return [] }
            return cases
        }()
    }

    @Test func thereIsOneOfEachFamily() {
        #expect(
            Set(Case.all.map(\.name)) == [
                "resnet50", "vgg16", "inception_v3", "tiny", "shallow_cnn",
            ])
    }

    @Test(arguments: Case.all)
    func equalsPyTorch(_ expected: Case) throws {
        let architecture = try #require(Architecture(rawValue: expected.name))
        let whole = architecture.network(outputs: 3)
        let network = NetworkModule(expected.auxiliary ? whole : whole.withoutAuxiliary, seed: nil)
        for (path, _, tensor) in network.namedTensors where tensor.dtype == .float32 {
            tensor.assign(Self.values(path, tensor.shape))
        }
        let shape = [expected.count, whole.inputChannels, expected.size, expected.size]
        let images = Tensor(
            ResNetGolden.pattern(name: "images", count: shape.reduce(1, *)), shape: shape
        ).to(memoryFormat: .channelsLast)
        var logits: Tensor?
        if expected.training {
            let output = network.trained(on: images, seed: 0)
            logits = expected.auxiliary ? output.auxiliary : output.logits
        } else {
            logits = network(images)
        }
        let found = try #require(logits)
        // Of the largest: sums of up to 25,088 products in another order.
        let tolerance = 1e-4 * expected.logits.reduce(1) { max($0, abs($1)) }
        for (got, want) in zip(found.floats, expected.logits) {
            #expect(abs(got - want) <= tolerance, "\(got), \(want)")
        }
        let labels = (0 ..< expected.count).map { Int64(1 - $0 % 2) }
        crossEntropy(found, Tensor(labels, shape: [expected.count])).backward()
        let parameters = Dictionary(uniqueKeysWithValues: network.namedParameters)
        for (path, summary) in expected.gradients {
            let gradient = try #require(parameters[path]?.gradient, "\(path)")
            expectSummary(gradient, summary, relative: 5 * expected.rounding + 5e-5, path)
        }
        let tensors = Dictionary(
            uniqueKeysWithValues: network.namedTensors.map { ($0.path, $0.tensor) })
        for (path, summary) in expected.buffers {
            expectSummary(
                try #require(tensors[path]), summary, relative: ResNetTests.forwardTolerance, path)
        }
    }

    private static func values(_ path: String, _ shape: [Int]) -> Tensor {
        Tensor(rawValues(path, shape).floats, shape: shape)
    }

    /// See `value` in Golden/networks.py.
    static func rawValues(_ path: String, _ shape: [Int]) -> RawTensor {
        let inputs = shape.dropFirst().reduce(1, *)
        let isPositive =
            path.hasSuffix("running_var") || path.hasSuffix(".weight") && shape.count == 1
        let (scale, offset): (Float, Float) =
            shape.count > 1
            ? (Float((6 / Double(inputs)).squareRoot()), 0) : isPositive ? (0.25, 1) : (0.125, 0)
        let pattern = ResNetGolden.pattern(name: path, count: shape.reduce(1, *))
        return RawTensor(pattern.map { $0 * scale + offset }, shape: shape)
    }

    @Test func greyImagesStandForEqualChannels() {
        for (architecture, size) in [(Architecture.tiny, 48), (.inceptionV3, 75), (.resnet50, 33)] {
            let network = NetworkModule(
                architecture.network(outputs: 2).withoutAuxiliary, seed: 3)
            let grey = Tensor(
                ResNetGolden.pattern(name: "images", count: size * size),
                shape: [1, 1, size, size])
            let repeated = Tensor.concatenated([grey, grey, grey], dimension: 1)
            let (one, three) = withoutGradients {
                (network(grey).floats, network(repeated).floats)
            }
            let scale = three.reduce(0) { max($0, abs($1)) }
            for (a, b) in zip(one, three) { #expect(abs(a - b) <= 1e-5 * scale) }
        }
    }

    /// Half the values become zero, the others twice as large; another seed chooses others.
    @Test func dropoutIsAFunctionOfItsSeed() {
        let ones = Tensor.full([4, 500], 1)
        let first = dropout(ones, share: 0.5, seed: 1).floats
        #expect(Set(first) == [0, 2])
        // Of 2000 values, five standard deviations of the binomial distribution.
        #expect(abs(first.count { $0 == 0 } - 1000) < 112)
        #expect(dropout(ones, share: 0.5, seed: 1).floats == first)
        #expect(dropout(ones, share: 0.5, seed: 2).floats != first)
    }

    @Test func trainingDropsAndScoringDoesNot() {
        let network = NetworkModule(Architecture.shallowCNN.network(outputs: 2), seed: 1)
        let images = Tensor(
            ResNetGolden.pattern(name: "images", count: 48 * 48), shape: [1, 1, 48, 48])
        let (scored, again, one, same, other) = withoutGradients {
            (
                network(images).floats, network(images).floats,
                network.trained(on: images, seed: 1).logits.floats,
                network.trained(on: images, seed: 1).logits.floats,
                network.trained(on: images, seed: 2).logits.floats
            )
        }
        #expect(scored == again && one == same)
        #expect(one != scored && one != other)
    }

    /// Any node can be watched, also one that is computed together with others.
    @Test(arguments: ["conv1", "bn1", "relu", "layer2.0.bn2", "layer2.0.add", "layer4", "layer3.1"])
    func aWatchedNodeHasTheGradientOfTheLogits(_ path: String) throws {
        let network = ResNetGolden.network()
        let images = ResNetGolden.images()
        let (activation, logits) = network.logits(of: images, watching: path)
        let plain = withoutGradients { network(images).floats }
        let scale = plain.reduce(0) { max($0, abs($1)) }
        for (a, b) in zip(logits.floats, plain) { #expect(abs(a - b) <= 1e-5 * scale) }
        #expect(
            withoutGradients { network.activation(of: images, at: path).floats }
                == activation.floats)
        let gradient = logits.gradient(
            withRespectTo: activation, weightedBy: Tensor([1, 0, 0, 0] as [Float], shape: [2, 2]))
        #expect(gradient.shape == activation.shape)
        // Only the first image is asked for.
        let half = gradient.count / 2
        #expect(gradient.floats[..<half].contains { $0 != 0 })
        #expect(gradient.floats[half...].allSatisfy { $0 == 0 })
    }

    @Test func partsCoverAllWeightsButTheHead() {
        for architecture in Architecture.allCases {
            let network = architecture.network(outputs: 2)
            for parameter in network.parameters {
                let part = network.part(of: parameter.path)
                #expect(
                    network.parts.contains(part) != (part == network.output),
                    "\(architecture): \(parameter.path) in \(part)")
                #expect(network.contains(parameter.path, in: part))
            }
        }
        #expect(
            Architecture.resnet18.network(outputs: 2).parts
                == ["stem", "layer1", "layer2", "layer3", "layer4"])
        #expect(
            Architecture.vgg16.network(outputs: 2).parts
                == ["features", "classifier.0", "classifier.3"])
        let vgg = Architecture.vgg16.network(outputs: 2)
        #expect(vgg.contains("features.10.weight", in: "features.10"))
        #expect(!vgg.contains("features.10.weight", in: "features.1"))
    }

    @Test func modelsScoreWithoutTheSecondHead() throws {
        let network = Architecture.inceptionV3.network(outputs: 2)
        #expect(!network.auxiliaryParameters.isEmpty)
        let scoring = network.withoutAuxiliary
        #expect(scoring.auxiliaryParameters.isEmpty && scoring.auxiliaryOutput == nil)
        #expect(network.parameterCount(countsAuxiliary: false) == scoring.parameterCount())
        var recipe = Recipe()
        recipe.architecture = .inceptionV3
        recipe.imageSize = 299
        #expect(recipe.network(outputs: 2) == network)
        recipe.imageSize = 96
        #expect(recipe.network(outputs: 2) == scoring)
    }
}
