import Foundation
import Testing
import Torch

/// Creation, shape, element types and arithmetic of tensors.
@Suite struct TensorTests {
    @Test func keepsShapeAndValues() {
        let tensor = floats([1, 2, 3, 4, 5, 6], shape: [2, 3])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.count == 6)
        #expect(tensor.dtype == .float32)
        #expect(tensor.device == .cpu)
        #expect(tensor.floats == [1, 2, 3, 4, 5, 6])
        #expect(integers([7], shape: []).shape == [])
        #expect(integers([7], shape: []).integers == [7])
        #expect(floats([], shape: [0, 3]).floats == [])
    }

    @Test(arguments: DType.allCases)
    func everyElementTypeKeepsItsBytes(_ dtype: DType) {
        let bytes = [UInt8](repeating: 1, count: 6 * dtype.byteSize)
        let tensor = Tensor(bytes: bytes, shape: [3, 2], dtype: dtype)
        #expect(tensor.dtype == dtype)
        #expect(tensor.bytes == bytes)
        #expect(Tensor.full([4], 1, dtype: dtype).floats == [1, 1, 1, 1])
    }

    @Test func safetensorsNamesDiffer() {
        #expect(Set(DType.allCases.map(\.safetensorsName)).count == DType.allCases.count)
    }

    /// bfloat16 keeps eight bits of the number: 1 + 1/256 rounds to even, which is 1.
    @Test func convertsElementTypes() {
        let tensor = floats([1.00390625, -2.75, 300], shape: [3])
        #expect(tensor.to(dtype: .bfloat16).floats == [1, -2.75, 300])
        #expect(tensor.to(dtype: .int64).integers == [1, -2, 300])
        #expect(tensor.to(dtype: .float64).bytes.count == 24)
        #expect(integers([3, -1], shape: [2]).to(dtype: .float32).floats == [3, -1])
    }

    @Test func reshapesExpandsFlipsNarrowsAndJoins() {
        let tensor = floats([1, 2, 3, 4, 5, 6], shape: [2, 3])
        #expect(tensor.reshaped([3, 2]).shape == [3, 2])
        #expect(tensor.reshaped([-1]).floats == [1, 2, 3, 4, 5, 6])
        #expect(tensor.flipped(dimension: 1).floats == [3, 2, 1, 6, 5, 4])
        #expect(tensor.narrowed(dimension: 1, to: 1 ..< 3).floats == [2, 3, 5, 6])
        #expect(
            tensor.narrowed(dimension: 0, to: 0 ..< 1).expanded([2, 3]).floats
                == [1, 2, 3, 1, 2, 3])
        let joined = Tensor.concatenated([tensor, tensor.flipped(dimension: 0)], dimension: 1)
        #expect(joined.floats == [1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3])
    }

    @Test func narrowedSharesStorageAndCloneDoesNot() {
        let tensor = floats([1, 2, 3], shape: [3])
        let copy = tensor.clone()
        tensor.narrowed(dimension: 0, to: 1 ..< 2).assign(floats([9], shape: [1]))
        #expect(tensor.floats == [1, 9, 3])
        #expect(copy.floats == [1, 2, 3])
    }

    @Test func channelsLastKeepsShapeAndRowMajorValues() {
        let tensor = pattern(1, [2, 3, 4, 5])
        let last = tensor.to(memoryFormat: .channelsLast)
        #expect(last.shape == tensor.shape)
        #expect(last.floats == tensor.floats)
        #expect(last.bytes == tensor.bytes)
    }

    @Test func arithmetic() {
        let a = floats([1, 2, 3, 4], shape: [2, 2])
        let b = floats([5, 6, 7, 8], shape: [2, 2])
        #expect((a + b).floats == [6, 8, 10, 12])
        #expect((a - b).floats == [-4, -4, -4, -4])
        #expect((a * b).floats == [5, 12, 21, 32])
        #expect(a.scaled(by: 2, plus: 1).floats == [3, 5, 7, 9])
        #expect(a.matrixProduct(b).floats == [19, 22, 43, 50])
        #expect(a.sum().scalar == 10)
        #expect(a.mean(dimensions: [0]).floats == [2, 3])
        #expect(
            floats([1, 3, 2, 9, 0, 4], shape: [2, 3])
                .argmax(dimension: 1).integers == [1, 0])
        a.interpolate(towards: b, weight: 0.25)
        #expect(a.floats == [2, 3, 4, 5])
    }

    struct Normal: Decodable {
        let seed: UInt64
        let mean: Double
        let deviation: Double
        let numbers: GoldenTensor
    }

    @Test func normalValuesAreThoseOfPyTorchsGenerator() throws {
        for expected in try readGolden("normal") as [Normal] {
            let got = Tensor.normal(
                expected.numbers.shape, mean: expected.mean,
                standardDeviation: expected.deviation, seed: expected.seed)
            expectClose(got, expected.numbers, "seed \(expected.seed)")
        }
    }

    @Test func normalIsAFunctionOfTheSeed() {
        let first = Tensor.normal([1000], standardDeviation: 1, seed: 5)
        #expect(Tensor.normal([1000], standardDeviation: 1, seed: 5).bytes == first.bytes)
        #expect(Tensor.normal([1000], standardDeviation: 1, seed: 6).bytes != first.bytes)
    }

    /// The largest seeds are as good as any.
    @Test func normalTakesEverySeed() {
        let values = Tensor.normal([64], standardDeviation: 1, seed: .max).floats
        #expect(values.allSatisfy { $0.isFinite && abs($0) < 6 })
    }
}
