import Foundation
import Networks
import Testing
import Torch

/// Outputs, gradients and statistics of each layer against PyTorch (Golden/layers.py).
@Suite struct LayerTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let input: [Int]
        let options: [String: Int]
        let output: GoldenTensor
        let gradients: [String: GoldenTensor]
        let buffers: [String: GoldenTensor]

        var testDescription: String { name }
    }

    /// A layer of a case: its tensors by name, and its forward pass.
    struct Layer {
        var tensors: [(path: String, role: TensorRole, tensor: Tensor)] = []
        let forward: (Tensor) -> Tensor
    }

    @Test(arguments: try readGolden("layers") as [Case])
    func equalsPyTorch(_ expected: Case) throws {
        let layer = try layer(of: expected)
        let input = pattern(1, expected.input).asLeaf()
        let output = layer.forward(input)
        expectClose(output, expected.output, "output")

        (output * pattern(9, output.shape)).sum().backward()
        var gradients = ["input": input.gradient]
        for (path, role, tensor) in layer.tensors where role == .parameter {
            gradients[path] = tensor.gradient
        }
        #expect(Set(gradients.keys) == Set(expected.gradients.keys))
        for (name, gradient) in expected.gradients {
            expectClose(
                try #require(gradients[name] ?? nil), gradient, "gradient of \(name)")
        }

        let buffers = layer.tensors.filter { $0.role == .buffer }
        #expect(Set(buffers.map(\.path)) == Set(expected.buffers.keys))
        for (path, _, tensor) in buffers {
            expectClose(tensor, try #require(expected.buffers[path]), path)
        }
    }

    /// Channels-last is another layout of the same numbers, in another order of sums.
    @Test(arguments: try readGolden("layers") as [Case])
    func channelsLastChangesNoNumber(_ expected: Case) throws {
        guard expected.input.count == 4 else { return }
        let layer = try layer(of: expected)
        let output = layer.forward(pattern(1, expected.input).to(memoryFormat: .channelsLast))
        expectClose(output, expected.output, "output")
    }

    private func layer(of expected: Case) throws -> Layer {
        let options = expected.options
        switch expected.name.prefix(while: { !$0.isNumber }) {
        case "convolution ":
            func side(_ name: String) throws -> Extent {
                let side = try #require(options[name])
                return Extent(side, side)
            }
            let layer = Conv2d(
                .init(
                    inputs: expected.input[1], outputs: try #require(options["outputs"]),
                    kernel: try side("kernel"), stride: try #require(options["stride"]),
                    padding: try side("padding")), seed: 0)
            layer.weight.assign(pattern(2, layer.weight.shape))
            return Layer(tensors: layer.namedTensors) { layer($0) }
        case "linear":
            let layer = Linear(inputs: 5, outputs: 3, seed: 0)
            layer.weight.assign(pattern(2, [3, 5]))
            layer.bias.assign(pattern(3, [3]))
            return Layer(tensors: layer.namedTensors) { layer($0) }
        case let name where name.hasPrefix("batch normalisation"):
            let layer = BatchNorm2d(channels: 4)
            layer.weight.assign(pattern(2, [4]).scaled(by: 0.5, plus: 1))
            layer.bias.assign(pattern(3, [4]))
            layer.runningMean.assign(pattern(4, [4]))
            layer.runningVariance.assign(pattern(5, [4]).scaled(by: 0.5, plus: 1))
            let training = expected.name.hasSuffix("training")
            guard name.contains("relu") else {
                return Layer(tensors: layer.namedTensors) { layer($0, training: training) }
            }
            guard !name.contains("pool") else {
                return Layer(tensors: layer.namedTensors) {
                    layer.rectifiedAndPooled($0, training: training)
                }
            }
            guard name.contains("addend") else {
                return Layer(tensors: layer.namedTensors) {
                    layer.rectified($0, training: training)
                }
            }
            let addend = pattern(6, expected.input).asLeaf()
            return Layer(tensors: layer.namedTensors + [("addend", .parameter, addend)]) {
                layer.rectified($0, adding: addend, training: training)
            }
        case "max pool ":
            let sizes = expected.name.split(separator: " ").compactMap { Int($0) }
            return Layer {
                maxPool2d(
                    $0,
                    Window(
                        sizes[0], stride: sizes[1], padding: sizes[2],
                        coversEdge: expected.name.hasSuffix("edge")))
            }
        case "global average pool": return Layer { globalAveragePool($0) }
        case "relu": return Layer { relu($0) }
        case "softmax": return Layer { $0.softmax(dimension: 1) }
        default:
            Issue.record("no layer for \(expected.name)")
            return Layer { $0 }
        }
    }

    /// By hand: kernel [[1, 0], [0, -1]] over rows 1 2 3 / 4 5 6 / 7 8 10 gives x(i, j) -
    /// x(i + 1, j + 1).
    @Test func convolutionByHand() {
        let layer = Conv2d(.init(inputs: 1, outputs: 1, kernel: 2), seed: 0)
        layer.weight.assign(floats([1, 0, 0, -1], shape: [1, 1, 2, 2]))
        let input = floats([1, 2, 3, 4, 5, 6, 7, 8, 10], shape: [1, 1, 3, 3])
        #expect(layer(input).floats == [-4, -4, -4, -5])
    }

    /// Few places and many channels take a way of their own to the gradient of the weights where
    /// oneDNN is slow. It must be that of the same convolution by its definition: the gradient of
    /// weight [o, i, r, c] is the sum of gradient [o] times input [i] that lies (r - 1, c - 1) away.
    @Test func gradientsOfConvolutionsOverFewPlaces() throws {
        let (images, inputs, outputs, height, width) = (2, 128, 3, 2, 3)
        let layer = Conv2d(.init(inputs: inputs, outputs: outputs, kernel: 3, padding: 1), seed: 3)
        let input = pattern(1, [images, inputs, height, width])
        input.requiresGradient = true
        let output = layer(input)
        let gradient = pattern(7, output.shape)
        (output * gradient).sum().backward()
        let (x, g) = (input.floats, gradient.floats)
        let found = try #require(layer.weight.gradient).floats
        for (o, i) in [(0, 0), (1, 17), (2, 127)] {
            for (r, c) in [(0, 0), (1, 1), (1, 2), (2, 0)] {
                var sum = 0.0
                for n in 0 ..< images {
                    for y in 0 ..< height {
                        for z in 0 ..< width {
                            let (row, column) = (y + r - 1, z + c - 1)
                            guard 0 ..< height ~= row, 0 ..< width ~= column else { continue }
                            let place = ((n * inputs + i) * height + row) * width + column
                            sum +=
                                Double(g[((n * outputs + o) * height + y) * width + z])
                                * Double(x[place])
                        }
                    }
                }
                let value = Double(found[((o * inputs + i) * 3 + r) * 3 + c])
                // Twelve products of numbers up to 1, added in float32.
                #expect(abs(value - sum) < 1e-5, "weight [\(o), \(i), \(r), \(c)]")
            }
        }
        #expect(try #require(input.gradient).shape == input.shape)
    }

    /// Even sides take the way over 2x2 cells, odd ones do not. The sums of 147 terms come in another
    /// order.
    @Test(arguments: [[8, 10], [9, 8]]) func greyImagesStandForEqualChannels(size: [Int]) throws {
        func convolution() -> Conv2d {
            Conv2d(.init(inputs: 3, outputs: 4, kernel: 7, stride: 2, padding: 3), seed: 5)
        }
        let (direct, grey) = (convolution(), convolution())
        let images = pattern(1, [2, 1] + size)
        let expected = direct(Tensor.concatenated([images, images, images], dimension: 1))
        let output = grey.grey(images)
        let weights = pattern(9, expected.shape)
        (expected * weights).sum().backward()
        (output * weights).sum().backward()
        for (got, wanted) in [
            (output, expected),
            (try #require(grey.weight.gradient), try #require(direct.weight.gradient)),
        ] {
            expectClose(got, GoldenTensor(shape: wanted.shape, values: wanted.floats), "grey")
        }
    }

    @Test func reluInPlaceOverwritesAndHasTheSameGradient() {
        let input = floats([-2, 0, 3], shape: [3]).asLeaf()
        let doubled = input.scaled(by: 2)
        let output = reluInPlace(doubled)
        #expect(output.floats == [0, 0, 6])
        #expect(doubled.floats == [0, 0, 6])
        output.sum().backward()
        #expect(input.gradient?.floats == [0, 0, 2])
    }

    /// Running statistics after two batches, by hand: momentum 0.1, the variance unbiased.
    @Test func runningStatisticsMoveByMomentum() {
        let layer = BatchNorm2d(channels: 1)
        let batch = floats([1, 3], shape: [2, 1, 1, 1])  // mean 2, unbiased variance 2
        for _ in 0 ..< 2 { _ = layer(batch, training: true) }
        #expect(abs(layer.runningMean.scalar - 0.38) < 1e-6)
        #expect(abs(layer.runningVariance.scalar - 1.19) < 1e-6)
        #expect(layer.batchesTracked.integers == [2])
        _ = layer(batch, training: false)
        #expect(abs(layer.runningMean.scalar - 0.38) < 1e-6)
        #expect(layer.batchesTracked.integers == [2])
    }

    @Test func modulesNameTheirTensorsAsTorchvisionDoes() {
        let layer = BatchNorm2d(channels: 2)
        #expect(
            layer.namedTensors.map(\.path)
                == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"])
        #expect(layer.namedParameters.map(\.path) == ["weight", "bias"])
        var paths: [String] = []
        visit("layer1.0", ["conv1": Conv2d(.init(inputs: 1, outputs: 1, kernel: 1), seed: 0)]) {
            path, _, _ in paths.append(path)
        }
        #expect(paths == ["layer1.0.conv1.weight"])
    }
}
