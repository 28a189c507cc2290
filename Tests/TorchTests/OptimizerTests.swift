import Foundation
import Testing
import Torch

/// Ten steps of each optimizer against PyTorch's plain loops (Golden/optimizers.py).
@Suite struct OptimizerTests {
    struct Case: Decodable, CustomTestStringConvertible {
        struct Step: Decodable {
            let loss: Float
            let norm: Double?
            let weight: GoldenTensor
            let bias: GoldenTensor
        }
        let name: String
        let steps: [Step]

        var testDescription: String { name }
    }

    typealias Parameters = [(path: String, tensor: Tensor)]

    static let makers: [String: @Sendable (Parameters) -> any Optimizer] = [
        "adam": { Adam($0) },
        "adam decay": { Adam($0, weightDecay: 0.1) },
        "adamw": {
            Adam(
                $0, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1,
                decoupledWeightDecay: true)
        },
        "sgd": { SGD($0, momentum: 0) },
        "momentum": { SGD($0) },
        "momentum decay": { SGD($0, weightDecay: 0.1) },
        "nesterov": { SGD($0, weightDecay: 0.1, nesterov: true) },
        "clipped": { SGD($0) },
    ]

    /// The problem of the golden file: a linear layer and six samples of three classes.
    struct Problem {
        let layer = Linear(inputs: 4, outputs: 3, seed: 0)
        let input = pattern(1, [6, 4])
        let target = integers([0, 2, 1, 1, 0, 2], shape: [6])

        init() {
            layer.weight.assign(pattern(2, [3, 4]))
            layer.bias.assign(pattern(3, [3]))
        }

        /// One step; gives the loss before it, and the norm of the gradient when it is clipped.
        func step(
            _ index: Int, _ optimizer: any Optimizer, clip: Double? = nil
        ) -> (loss: Float, norm: Double?) {
            optimizer.clearGradients()
            let loss = crossEntropy(layer(input), target)
            loss.backward()
            let norm = clip.map {
                clipGradientNorm(of: optimizer.parameters.map(\.tensor), to: $0)
            }
            optimizer.step(learningRate: 0.1 * (1 - Double(index) / 20))
            return (loss.scalar, norm)
        }
    }

    @Test(arguments: try readGolden("optimizers") as [Case])
    func equalsPyTorch(_ expected: Case) throws {
        let problem = Problem()
        let make = try #require(Self.makers[expected.name])
        let optimizer = make(problem.layer.namedParameters)
        #expect(expected.steps.count == 10)
        for (index, step) in expected.steps.enumerated() {
            let got = problem.step(index, optimizer, clip: step.norm == nil ? nil : 0.25)
            #expect(abs(got.loss - step.loss) <= 1e-5 * step.loss, "step \(index)")
            expectClose(problem.layer.weight, step.weight, "weight, step \(index)")
            expectClose(problem.layer.bias, step.bias, "bias, step \(index)")
            if let norm = step.norm {
                #expect(abs(try #require(got.norm) - norm) <= 1e-5 * norm, "step \(index)")
            }
        }
    }

    /// The state that a checkpoint keeps is all of it: a new optimizer that takes it over goes on
    /// bit for bit.
    @Test(arguments: OptimizerTests.makers.keys.sorted())
    func continuesFromItsState(_ name: String) throws {
        let make = try #require(Self.makers[name])
        let first = Problem()
        let optimizer = make(first.layer.namedParameters)
        for index in 0 ..< 5 { _ = first.step(index, optimizer) }

        let second = Problem()
        second.layer.weight.assign(first.layer.weight)
        second.layer.bias.assign(first.layer.bias)
        let resumed = make(second.layer.namedParameters)
        #expect(resumed.state.map(\.name) == optimizer.state.map(\.name))
        #expect(Set(resumed.state.map(\.name)).count == resumed.state.count)
        for (own, saved) in zip(resumed.state, optimizer.state) {
            own.tensor.assign(
                Tensor(
                    bytes: saved.tensor.bytes, shape: saved.tensor.shape, dtype: saved.tensor.dtype)
            )
        }
        for index in 5 ..< 10 { _ = first.step(index, optimizer) }
        for index in 5 ..< 10 { _ = second.step(index, resumed) }
        #expect(first.layer.weight.bytes == second.layer.weight.bytes)
        #expect(first.layer.bias.bytes == second.layer.bias.bytes)
    }

    /// y = 0.42 x + 1.337 from eight points: a fit of two numbers ends at the truth.
    @Test func adamFitsALine() {
        let layer = Linear(inputs: 1, outputs: 1, seed: 1)
        let x = floats([-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2], shape: [8, 1])
        let y = x.scaled(by: 0.42, plus: 1.337)
        let optimizer = Adam(layer.namedParameters)
        for step in 0 ..< 300 {
            optimizer.clearGradients()
            let error = layer(x) - y
            (error * error).sum().backward()
            optimizer.step(
                learningRate: Schedule.cosine.learningRate(
                    base: 0.1, step: step, total: 300))
        }
        #expect(abs(layer.weight.scalar - 0.42) < 1e-3)
        #expect(abs(layer.bias.scalar - 1.337) < 1e-3)
    }

    /// By hand: gradients 3 and 4 have norm 5, and are scaled to 1 or left alone.
    @Test(arguments: [(1.0, [0.6, 0.8]), (10.0, [3.0, 4.0])])
    func clippingScalesTheJointNorm(_ maximum: Double, _ expected: [Double]) throws {
        let a = floats([3], shape: [1]).asLeaf()
        let b = floats([4], shape: [1]).asLeaf()
        (a * a + b * b).sum().scaled(by: 0.5).backward()
        #expect(clipGradientNorm(of: [a, b], to: maximum) == 5)
        let clipped = try [a, b].map { Double(try #require($0.gradient).scalar) }
        // The factor is maximum / (norm + 1e-6), which changes the last digits.
        for (got, want) in zip(clipped, expected) { #expect(abs(got - want) < 1e-6) }
    }
}
