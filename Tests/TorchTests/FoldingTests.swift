import Testing
import Torch

/// What is left of layers when a network only scores: values by hand.
@Suite struct FoldingTests {
    @Test func batchNormalisationBecomesAFactorAndABias() {
        let folded = FoldedConvolution(
            weight: RawTensor([1, 2], shape: [2, 1, 1, 1]),
            .init(
                weight: [3, -1], bias: [0.5, 2], mean: [4, -6], variance: [2, 0], epsilon: 0.25),
            stride: 1, padding: 0)
        // 3 / sqrt(2.25) and -1 / sqrt(0.25); 0.5 - 4 * 2 and 2 - (-6) * (-2).
        #expect(folded.factors == [2, -2])
        #expect(folded.bias == [-7.5, -10])
        #expect(folded.weight.floats == [1, 2])
    }

    @Test func eachOutputHasItsOwnScale() {
        let folded = FoldedConvolution(
            weight: RawTensor(
                [1.27, -0.02, 0.005, 0.5, -1, 0.25, 0, 0, 0], shape: [3, 3, 1, 1]),
            factors: [10, -2, 5], bias: [1, 2, 3], stride: 1, padding: 0, outputRange: 7)
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

    /// A stem of one output whose only weight is that of one place of one channel.
    private func stem(_ pixels: PixelScaling, channel: Int, row: Int, column: Int) -> [Float] {
        var weights = [Float](repeating: 0, count: 3 * 49)
        weights[channel * 49 + row * 7 + column] = 8
        return pixels.stem(
            FoldedConvolution(
                weight: RawTensor(weights, shape: [1, 3, 7, 7]), factors: [1], bias: [0], stride: 2,
                padding: 3)
        ).weight.floats
    }

    @Test func placesOfTheStemGoToCells() {
        let pixels = PixelScaling(mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25])
        #expect(pixels.isUniform)
        #expect(pixels.scale == 4.0 / 255 && pixels.offset == -2)
        // Row 5 and column 2: parities 1 and 0, that is channel 2, cell (2, 1).
        let cells = stem(pixels, channel: 1, row: 5, column: 2)
        #expect(cells.count == 4 * 16)
        #expect(cells.indices.filter { cells[$0] != 0 } == [2 * 16 + 2 * 4 + 1])
        #expect(cells.max() == 8)
    }

    @Test func channelsOfOtherScalesNeedAPlaneOfOnes() {
        // Means: 0.5 and 0.5. Channel 0 is (g - 0.25) / 0.25 = 2 v + 1 for v = (g - 0.5) / 0.5.
        let pixels = PixelScaling(mean: [0.25, 0.5, 0.75], deviation: [0.25, 0.5, 0.75])
        #expect(!pixels.isUniform)
        #expect(pixels.scale == 2.0 / 255 && pixels.offset == -1)
        let cells = stem(pixels, channel: 0, row: 0, column: 0)
        #expect(cells.count == 8 * 16)
        #expect(cells.indices.filter { cells[$0] != 0 } == [0, 4 * 16])
        #expect(cells[0] == 16 && cells[4 * 16] == 8)
    }

    @Test func convolutionsKeepTheirOrderWhenTheyAreMapped() {
        func one(_ number: Double) -> FoldedConvolution {
            FoldedConvolution(
                weight: RawTensor([Float(number)], shape: [1, 1, 1, 1]), factors: [1],
                bias: [number], stride: 1, padding: 0)
        }
        let network = FoldedNetwork(
            stem: one(0),
            blocks: [
                .init(first: one(1), second: one(2), shortcut: nil),
                .init(first: one(3), second: one(4), shortcut: one(5)),
                .init(first: one(6), second: one(7), shortcut: nil),
            ],
            headWeight: [0, 0], headBias: [0, 0],
            pixels: PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1]))
        #expect(network.convolutions.map { $0.bias[0] } == [0, 1, 2, 3, 4, 5, 6, 7])
        let int8 = network.quantized(outputRanges: (0 ..< 8).map { Double($0) * 10 })
        #expect(int8.isQuantized && !network.isQuantized)
        #expect(int8.convolutions.map(\.outputRange) == [0, 10, 20, 30, 40, 50, 60, 70])
        #expect(int8.convolutions.map { $0.bias[0] } == [0, 1, 2, 3, 4, 5, 6, 7])
    }
}
