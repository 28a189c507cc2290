import Foundation
import Testing
import Torch

/// Cross-entropy and its gradient against PyTorch (Golden/losses.py) and by hand.
@Suite struct LossTests {
    struct File: Decodable {
        let hard: [Int64]
        let soft: GoldenTensor
        let classWeights: GoldenTensor
        let cases: [Case]
    }

    struct Case: Decodable {
        let isSoft: Bool
        let isWeighted: Bool
        let labelSmoothing: Double
        let reduction: String
        let loss: GoldenTensor
        let gradient: GoldenTensor
    }

    @Test func equalsPyTorch() throws {
        let file: File = try readGolden("losses")
        let reductions: [String: Reduction] = ["none": .none, "mean": .mean, "sum": .sum]
        #expect(file.cases.count == 24)
        for expected in file.cases {
            let logits = pattern(1, [5, 4]).scaled(by: 3).asLeaf()
            let loss = crossEntropy(
                logits,
                expected.isSoft ? file.soft.tensor : Tensor(file.hard, shape: [5]),
                classWeights: expected.isWeighted ? file.classWeights.tensor : nil,
                reduction: try #require(reductions[expected.reduction]),
                labelSmoothing: expected.labelSmoothing)
            let name =
                "\(expected.isSoft ? "soft" : "hard"), \(expected.isWeighted ? "" : "un")weighted, "
                + "smoothing \(expected.labelSmoothing), \(expected.reduction)"
            expectClose(loss, expected.loss, name)
            let total = expected.reduction == "none" ? loss * pattern(9, loss.shape) : loss
            total.sum().backward()
            expectClose(try #require(logits.gradient), expected.gradient, "gradient, \(name)")
        }
    }

    /// Equal logits over two classes: the loss is ln 2, its gradient (softmax - target) / N.
    @Test func evenLogitsCostTheLogarithmOfTwo() {
        let logits = Tensor.zeros([2, 2]).asLeaf()
        let loss = crossEntropy(logits, integers([1, 0], shape: [2]))
        // One rounding of a float32 near 0.7 is 6e-8.
        #expect(abs(Double(loss.scalar) - log(2)) < 1e-7)
        loss.backward()
        #expect(logits.gradient?.floats == [0.25, -0.25, -0.25, 0.25])
    }

    /// A certain, wrong answer has a large finite loss, not infinity.
    @Test func extremeLogitsStayFinite() {
        let logits = floats([1000, -1000], shape: [1, 2])
        #expect(crossEntropy(logits, integers([1], shape: [1])).scalar == 2000)
    }

    /// Logits of mixed precision are raised to float32 before the loss.
    @Test func lossOfBFloat16LogitsIsFloat32() {
        let logits = floats([0.5, -1], shape: [1, 2]).to(dtype: .bfloat16)
        let loss = crossEntropy(logits, integers([0], shape: [1]))
        #expect(loss.dtype == .float32)
        #expect(abs(Double(loss.scalar) - log(1 + exp(-1.5))) < 1e-7)
    }
}
