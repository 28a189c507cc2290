import Foundation
import Networks
import Testing
import Torch

/// Gradients, and the modes of the calling thread.
@Suite struct AutogradTests {
    @Test func gradientsAccumulateUntilCleared() {
        let x = floats([2, 3], shape: [2]).asLeaf()
        #expect(x.gradient == nil)
        (x * x).sum().backward()
        #expect(x.gradient?.floats == [4, 6])
        (x * x).sum().backward()
        #expect(x.gradient?.floats == [8, 12])
        x.clearGradient()
        #expect(x.gradient == nil)
    }

    @Test func withoutGradientsRecordsNothingAndRestoresTheMode() {
        struct Stop: Error {}
        let x = floats([1], shape: [1]).asLeaf()
        withoutGradients {
            #expect(!x.scaled(by: 2).requiresGradient)
            withoutGradients { #expect(!x.scaled(by: 2).requiresGradient) }
            #expect(!x.scaled(by: 2).requiresGradient)
        }
        #expect(x.scaled(by: 2).requiresGradient)
        #expect(throws: Stop.self) { try withoutGradients { throw Stop() } }
        #expect(x.scaled(by: 2).requiresGradient)
    }

    @Test func detachedIsOutsideTheGraph() {
        let x = floats([3], shape: [1]).asLeaf()
        (x * x.detached()).sum().backward()
        #expect(x.gradient?.floats == [3])
    }

    @Test func assignChangesALeafOutsideTheGraph() {
        let x = floats([3], shape: [1]).asLeaf()
        x.assign(floats([5], shape: [1]))
        #expect(x.requiresGradient)
        (x * x).sum().backward()
        #expect(x.gradient?.floats == [10])
    }

    /// A frozen parameter gets no gradient, the others keep theirs.
    @Test func frozenParametersGetNoGradient() {
        let layer = Linear(inputs: 2, outputs: 2, seed: 1)
        layer.weight.requiresGradient = false
        layer(pattern(1, [3, 2])).sum().backward()
        #expect(layer.weight.gradient == nil)
        #expect(layer.bias.gradient?.floats == [3, 3])
    }

    @Test func autocastRunsLayersInBFloat16AndEndsWithItsBody() {
        let layer = Conv2d(.init(inputs: 2, outputs: 3, kernel: 3), seed: 1)
        let input = pattern(1, [1, 2, 5, 5])
        let exact = layer(input).floats
        let rounded = withAutocast(to: .bfloat16, on: .cpu) {
            let output = layer(input)
            #expect(output.dtype == .bfloat16)
            #expect(withAutocast(to: .float32, on: .cpu) { layer(input).dtype } == .bfloat16)
            return output.floats
        }
        #expect(layer.weight.dtype == .float32)
        #expect(layer(input).dtype == .float32)
        #expect(withAutocast(to: nil, on: .cpu) { layer(input).dtype } == .float32)
        let scale = exact.map(abs).max() ?? 0
        let error = zip(exact, rounded).map { abs($0 - $1) }.max() ?? .infinity
        // Eight bits of mantissa: half a unit in the last place is 2^-9 of each number.
        #expect(error > 0 && error <= 1e-2 * scale)
    }

    /// Weights that change between two passes are cast anew: no stale cast survives a pass.
    @Test func autocastSeesNewWeights() {
        let layer = Linear(inputs: 1, outputs: 1, seed: 1)
        let input = floats([1], shape: [1, 1])
        for weight in [2, 3] as [Float] {
            layer.weight.assign(Tensor([weight], shape: [1, 1]))
            let output = withAutocast(to: .bfloat16, on: .cpu) { layer(input) }
            #expect(output.floats == [weight])
            output.sum().backward()
        }
        #expect(layer.weight.gradient?.floats == [2])
        #expect(layer.weight.gradient?.dtype == .float32)
    }
}
