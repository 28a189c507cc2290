import Common
import Inference
import Networks
import Testing

/// What is left of layers when a network only scores: values by hand.
@Suite struct FoldingTests {
    /// Tensors by path; what is missing is zero.
    private static func tensor(
        _ values: [String: [Float]], of network: Network
    ) -> (String) -> RawTensor {
        let shapes = Dictionary(
            uniqueKeysWithValues: network.parameters.map { ($0.path, $0.shape) })
        return { path in
            let shape = shapes[path] ?? []
            let zeros = [Float](repeating: 0, count: shape.reduce(1, *))
            return RawTensor(values[path] ?? zeros, shape: shape)
        }
    }

    @Test func batchNormalisationBecomesAFactorAndABias() throws {
        let network = Architecture.tiny.network(outputs: 2)
        let folded = try FoldedNetwork(
            network, pixels: PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1]),
            tensor: Self.tensor(
                [
                    "blocks.0.depthwise.weight": (0 ..< 32 * 9).map { Float($0) },
                    "blocks.0.bn1.weight": [3, -1] + Array(repeating: 1, count: 30),
                    "blocks.0.bn1.bias": [0.5, 2] + Array(repeating: 0, count: 30),
                    "blocks.0.bn1.running_mean": [4, -6] + Array(repeating: 0, count: 30),
                    "blocks.0.bn1.running_var": [2.25 - 1e-5, 0.25 - 1e-5]
                        + Array(repeating: 1, count: 30),
                ], of: network))
        let weights = try #require(folded["blocks.0.depthwise"]?.weights)
        // 3 / sqrt(2.25) and -1 / sqrt(0.25); 0.5 - 4 * 2 and 2 - (-6) * (-2).
        for (got, expected) in zip(weights.factors, [2.0, -2.0] as [Double]) {
            #expect(abs(got - expected) < 1e-6)
        }
        #expect(abs(weights.bias[0] + 7.5) < 1e-6 && abs(weights.bias[1] + 10) < 1e-6)
        #expect(weights.weight.floats == (0 ..< 32 * 9).map { Float($0) })
    }

    @Test func eachOutputHasItsOwnScale() {
        let folded = FoldedConvolution(
            weight: RawTensor(
                [1.27, -0.02, 0.005, 0.5, -1, 0.25, 0, 0, 0], shape: [3, 3, 1, 1]),
            factors: [10, -2, 5], bias: [1, 2, 3], outputRange: 7)
        let int8 = folded.quantized()
        #expect(int8.weight.dtype == .int8)
        // Steps 0.01 and 1 / 127 of the weights; the factor's sign goes into the levels; zeros
        // have no magnitude to be measured by.
        #expect(
            int8.weight.bytes.map(Int8.init(bitPattern:)) == [127, -2, 0, -64, 127, -32, 0, 0, 0])
        #expect(abs(int8.factors[0] - 0.1) < 1e-7)  // 1.27 is not exact in float32
        #expect(abs(int8.factors[1] - 2.0 / 127) < 1e-15)
        #expect(int8.factors[2] == 1)
        #expect(int8.bias == [1, 2, 3] && int8.outputRange == 7)
    }

    @Test func halvesAreReadAsTheNumbersTheyStandFor() {
        // 1, -2, 1/3 rounded to 11 bits, the largest, the smallest normal and the smallest number.
        let bits: [UInt16] = [0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x0001]
        let tensor = RawTensor(
            dtype: .float16, shape: [6],
            bytes: bits.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] })
        #expect(tensor.floats == [1, -2, 1365.0 / 4096, 65504, 0x1p-14, 0x1p-24])
    }

    /// A first convolution of 7 x 7 and stride 2 whose only weight is that of one place of one
    /// channel, as it is rewritten.
    private func stem(
        _ pixels: PixelScaling, channel: Int, row: Int, column: Int
    ) throws -> [Float] {
        let network = Architecture.resnet18.network(outputs: 1)
        var weights = [Float](repeating: 0, count: 64 * 3 * 49)
        weights[channel * 49 + row * 7 + column] = 8
        let folded = try FoldedNetwork(
            network, pixels: pixels, tensor: Self.tensor(["conv1.weight": weights], of: network))
        let stem = try #require(folded["conv1"]?.weights)
        #expect(stem.stride == 1 && stem.padding == 0)
        #expect(Array(stem.weight.shape.suffix(2)) == [4, 4])
        return Array(stem.weight.floats.prefix(stem.weight.count / 64))
    }

    @Test func placesOfTheStemGoToCells() throws {
        let pixels = PixelScaling(mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25])
        #expect(pixels.isUniform)
        #expect(pixels.scale == 4.0 / 255 && pixels.offset == -2)
        // Row 5 and column 2: parities 1 and 0, that is channel 2, cell (2, 1).
        let cells = try stem(pixels, channel: 1, row: 5, column: 2)
        #expect(cells.count == 4 * 16)
        #expect(cells.indices.filter { cells[$0] != 0 } == [2 * 16 + 2 * 4 + 1])
        #expect(cells.max() == 8)
    }

    @Test func channelsOfOtherScalesNeedAPlaneOfOnes() throws {
        // Means: 0.5 and 0.5. Channel 0 is (g - 0.25) / 0.25 = 2 v + 1 for v = (g - 0.5) / 0.5.
        let pixels = PixelScaling(mean: [0.25, 0.5, 0.75], deviation: [0.25, 0.5, 0.75])
        #expect(!pixels.isUniform)
        #expect(pixels.scale == 2.0 / 255 && pixels.offset == -1)
        let cells = try stem(pixels, channel: 0, row: 0, column: 0)
        #expect(cells.count == 8 * 16)
        #expect(cells.indices.filter { cells[$0] != 0 } == [0, 4 * 16])
        #expect(cells[0] == 16 && cells[4 * 16] == 8)
    }

    /// A residual block: both convolutions with what follows them, the shortcut before the second.
    @Test func patternsOfTheGraphBecomeLayers() throws {
        let network = Architecture.resnet18.network(outputs: 2)
        let folded = try FoldedNetwork(
            network, probes: ["layer1", "layer2"],
            pixels: PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1]),
            tensor: Self.tensor([:], of: network))
        #expect(
            folded.layers.map(\.name).filter { $0.hasPrefix("layer2.0") } == [
                "layer2.0.conv1", "layer2.0.downsample.0", "layer2.0.conv2",
            ])
        let (first, second) = (folded["layer2.0.conv1"], folded["layer2.0.conv2"])
        #expect(first?.activation == .relu && first?.addend == nil)
        #expect(second?.addend == "layer2.0.downsample.0" && second?.activation == .identity)
        #expect(second?.rectifiesSum == true)
        #expect(folded["layer2.0.downsample.0"]?.activation == .identity)
        #expect(folded["layer1.1.conv2"]?.addend == "layer1.0.conv2")
        #expect(folded.probes == ["layer1.1.conv2", "layer2.1.conv2"])
        #expect(folded.probeChannels == 64 + 128)
        #expect(folded.results == ["fc"] && folded.quantizable.map(\.name).last == "layer4.1.conv2")
        // 20 convolutions, a pooling, the mean and the head.
        #expect(folded.layers.count == 23)
    }

    @Test func onlyTheHeadStaysFloatWhenWeightsBecomeInt8() throws {
        let network = Architecture.shallowCNN.network(outputs: 2)
        let folded = try FoldedNetwork(
            network, pixels: PixelScaling(mean: [0], deviation: [1]),
            tensor: Self.tensor([:], of: network))
        let names = ["features.0", "features.3", "features.6", "classifier.0"]
        #expect(folded.quantizable.map(\.name) == names)
        var ranges: [String: Double] = [:]
        for (index, name) in names.enumerated() { ranges[name] = Double(index) * 10 }
        let int8 = folded.quantized(outputRanges: ranges)
        #expect(int8.isQuantized && !folded.isQuantized)
        #expect(int8.quantizable.map { $0.weights?.outputRange } == [0, 10, 20, 30])
        #expect(int8["classifier.3"]?.weights?.weight.dtype == .float32)
        #expect(folded["classifier.0"]?.activation == .relu)
    }

    /// A ReLU is part of a convolution only where nothing else reads what comes before it.
    @Test func outputsThatAreReadTwiceStayApart() throws {
        let network = Architecture.resnet18.network(outputs: 2)
        let folded = try FoldedNetwork(
            network, results: ["bn1", "fc"],
            pixels: PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1]),
            tensor: Self.tensor([:], of: network))
        #expect(folded["conv1"]?.activation == .identity)
        #expect(folded["relu"]?.activation == .relu && folded["maxpool"]?.inputs == ["relu"])
        let error = #expect(throws: NetworkError.self) {
            try FoldedNetwork(
                network, probes: ["layer5"],
                pixels: PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1]),
                tensor: Self.tensor([:], of: network))
        }
        #expect(error?.node == "layer5")
    }
}
