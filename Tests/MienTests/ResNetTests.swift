import Foundation
import Mien
import Networks
import Testing
import Torch

/// The whole ResNet-18 against PyTorch (Golden/resnet18.py): logits, loss, running statistics,
/// and the gradient of every parameter.
@Suite struct ResNetTests {
    /// Logits and statistics go through sums in the same order as the oracle's.
    static let forwardTolerance = 1e-5
    /// A gradient passes up to twenty normalisations of eight values each, which amplify the last
    /// place of float32: PyTorch's own float32 is up to 1.2e-5 from its float64 here
    /// (`resnet18.py --rounding`), and another processor's kernels may differ by that much.
    static let gradientTolerance = 5e-5

    @Test(arguments: [true, false], [MemoryFormat.contiguous, .channelsLast])
    func equalsPyTorch(training: Bool, _ format: MemoryFormat) throws {
        let golden = try ResNetGolden.read()
        let expected = training ? golden.training : golden.evaluation
        let network = ResNetGolden.network()
        let logits = network.logits(
            of: ResNetGolden.images().to(memoryFormat: format), training: training)
        #expect(logits.shape == [2, 2])
        for (got, want) in zip(logits.floats, expected.logits) {
            #expect(abs(got - want) <= Float(Self.forwardTolerance) * 2, "\(got), \(want)")
        }
        let loss = crossEntropy(logits, Tensor([1, 0] as [Int64], shape: [2]))
        #expect(abs(loss.scalar - expected.loss) <= Float(Self.forwardTolerance) * expected.loss)

        loss.backward()
        #expect(Set(network.namedParameters.map(\.path)) == Set(expected.gradients.keys))
        for (path, parameter) in network.namedParameters {
            let gradient = try #require(parameter.gradient, "\(path)")
            #expect(gradient.shape == parameter.shape)
            expectSummary(
                gradient, try #require(expected.gradients[path]),
                relative: Self.gradientTolerance, path)
        }
        try expectBuffers(network, expected, training: training)
    }

    /// Training moves the running statistics to the golden ones; evaluation leaves them alone.
    private func expectBuffers(
        _ network: NetworkModule, _ expected: ResNetGolden.Pass, training: Bool
    ) throws {
        let untouched = Dictionary(
            uniqueKeysWithValues: ResNetGolden.network().namedTensors.map { ($0.path, $0.tensor) })
        for (path, role, tensor) in network.namedTensors where role == .buffer {
            if tensor.dtype == .int64 {
                #expect(tensor.integers == [training ? 1 : 0], "\(path)")
            } else if training {
                expectSummary(
                    tensor, try #require(expected.buffers[path]),
                    relative: Self.forwardTolerance, path)
            } else {
                #expect(tensor.bytes == untouched[path]?.bytes, "\(path)")
            }
        }
    }

    @Test func namesAndShapesAreTorchvisions() throws {
        let shapes = try #require(try ResNetGolden.read().training.shapes)
        let network = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1)
        let own = network.namedTensors.map { ($0.path, $0.tensor.shape) }
        #expect(Dictionary(uniqueKeysWithValues: own) == shapes)
        #expect(own.count == 122)
    }

    /// The published sizes: 11,689,512 and 21,797,672 learned numbers with a head of 1000.
    @Test(arguments: zip([Architecture.resnet18, .resnet34], [11_689_512, 21_797_672]))
    func parameterCountsAreThePublishedOnes(_ architecture: Architecture, _ count: Int) {
        let network = NetworkModule(architecture.network(outputs: 1000), seed: 1)
        #expect(network.namedParameters.map(\.tensor.count).reduce(0, +) == count)
        #expect(architecture.network(outputs: 1000).parameterCount() == count)
    }

    /// Files are held against the layout, before there is a network.
    @Test(arguments: [Architecture.resnet18, .resnet34])
    func theLayoutNamesTheTensorsOfTheNetwork(_ architecture: Architecture) {
        let network = NetworkModule(architecture.network(outputs: 5), seed: nil)
        let shapes = architecture.network(outputs: 5).parameters
        #expect(Set(network.namedTensors.map(\.path)) == Set(shapes.map(\.path)))
        let own = Dictionary(
            uniqueKeysWithValues: network.namedTensors.map { ($0.path, $0.tensor.shape) })
        #expect(shapes.allSatisfy { own[$0.path] == $0.shape })
        #expect(shapes.count == own.count)
    }

    /// bfloat16 keeps eight bits. PyTorch's own autocast is 1.27e-2 from its float32 here, and
    /// Mien's as far. They round at the same places, but processors add in other orders: 1.1e-2
    /// apart with AMX, within 1e-2 without; two roundings with nothing in common would be 1.8e-2.
    @Test func mixedPrecisionEqualsPyTorchsAutocast() throws {
        let golden = try ResNetGolden.read().evaluation
        let network = ResNetGolden.network()
        let images = ResNetGolden.images()
        let logits = withoutGradients {
            withAutocast(to: .bfloat16, on: .cpu) { network(images).floats }
        }
        let expected = try #require(golden.bfloat16Logits)
        #expect(distance(logits, expected) <= 1.2e-2)
        let rounding = distance(logits, golden.logits)
        #expect(rounding > 0 && rounding <= 2e-2, "relative error \(rounding)")
    }

    /// The 2-norm of the difference, relative to that of `expected`.
    private func distance(_ got: [Float], _ expected: [Float]) -> Float {
        let difference = zip(got, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (difference / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }

    @Test func initialWeightsAreAFunctionOfTheSeedAndDifferByLayer() throws {
        let first = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 3).namedTensors
        let again = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 3).namedTensors
        let other = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 4).namedTensors
        for (a, b) in zip(first, again) { #expect(a.tensor.bytes == b.tensor.bytes) }
        let convolutions = first.filter { $0.tensor.shape.count == 4 }
        for (path, _, tensor) in convolutions {
            let twin = try #require(other.first { $0.path == path }).tensor
            #expect(twin.bytes != tensor.bytes, "\(path)")
        }
        #expect(Set(convolutions.map { $0.tensor.floats[0] }).count == convolutions.count)
    }

    /// He's initialisation: mean 0, variance 2 / (outputs * kernel area).
    @Test func initialConvolutionsHaveHesVariance() throws {
        let network = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1)
        let last = try #require(
            network.namedTensors.first { $0.path == "layer4.1.conv2.weight" }
        ).tensor
        let values = last.floats.map(Double.init)
        let count = Double(values.count)
        let variance = values.reduce(0) { $0 + $1 * $1 } / count
        // 2.4 million values: the relative standard error of the variance is sqrt(2 / n) = 1e-3.
        #expect(abs(variance / (2.0 / (512 * 9)) - 1) < 5e-3)
        #expect(abs(values.reduce(0, +) / count) < 5 * (variance / count).squareRoot())
    }

    @Test func everyParameterBelongsToAFreezablePartOrTheHead() {
        let parts = Set(
            NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1).namedTensors.map {
                Architecture.resnet18.network(outputs: 2).part(of: $0.path)
            })
        #expect(parts == Set(Architecture.resnet18.network(outputs: 2).parts + ["fc"]))
    }
}
