import Networks
import Testing
import Torch

/// Failures of libtorch that come back as errors.
@Suite struct TensorErrorTests {
    private let wrong = (Tensor.zeros([2, 3]), Tensor.zeros([2, 3]))

    @Test func aRefusedOperationIsThrownInItsOwnWords() throws {
        let error = #expect(throws: TensorError.self) {
            try catchingTensorErrors { wrong.0.matrixProduct(wrong.1).floats }
        }
        #expect(error?.operation == "matrixProduct(_:)")
        #expect(error?.reason.contains("2x3") == true, "\(error as Any)")
        #expect(error?.isOutOfMemory == false)
        // The thread computes again.
        #expect(try catchingTensorErrors { floats([1, 2], shape: [2]).sum().scalar } == 3)
    }

    /// More bytes than any processor addresses.
    @Test func memoryThatIsExhaustedIsToldApart() {
        let error = #expect(throws: TensorError.self) {
            try catchingTensorErrors { Tensor.zeros([1 << 50]).sum().scalar }
        }
        #expect(error?.isOutOfMemory == true, "\(error as Any)")
    }

    @Test func nothingIsChangedAfterAFailure() {
        let weight = floats([1, 2], shape: [2])
        var isPlaceholder = false
        let error = #expect(throws: TensorError.self) {
            try catchingTensorErrors {
                let first = wrong.0.matrixProduct(wrong.1)
                weight.interpolate(towards: floats([5, 5], shape: [2]), weight: 1)
                weight.assign(first)
                _ = first.reshaped([7]).softmax(dimension: 3).bytes
                isPlaceholder = first.shape.isEmpty && first.scalar == 0
            }
        }
        #expect(isPlaceholder)
        #expect(error?.operation == "matrixProduct(_:)")
        #expect(weight.floats == [1, 2])
    }

    @Test func scopesNestAndOtherErrorsPass() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try catchingTensorErrors { throw Stop() } }
        var (inner, sum): (TensorError?, Float) = (nil, 0)
        #expect(throws: TensorError.self) {
            try catchingTensorErrors {
                do {
                    _ = try catchingTensorErrors { wrong.0.matrixProduct(wrong.1) }
                } catch {
                    inner = error as? TensorError
                }
                sum = floats([4], shape: []).scalar
                _ = wrong.0.matrixProduct(wrong.1)
                throw Stop()
            }
        }
        #expect(inner != nil && sum == 4)
    }

    /// Forward, loss, backward and update of a network, in mixed precision.
    @Test(arguments: [Architecture.resnet18, .inceptionV3, .tiny])
    func aStepThatFailsLeavesTheWeights(_ architecture: Architecture) throws {
        let network = NetworkModule(
            architecture.network(outputs: 2, inputChannels: nil).withoutAuxiliary, seed: 1)
        let optimizer = SGD(network.namedParameters.filter { $0.path.hasSuffix("bias") })
        let before = network.namedParameters.map { $0.tensor.floats.first }
        // Too small for the network, so that it fails within.
        let images = Tensor.full([2, 3, 8, 8], 0.5)
        for size in [1, 8] {
            #expect(throws: TensorError.self) {
                try catchingTensorErrors {
                    let input = size == 1 ? wrong.0.matrixProduct(wrong.1) : images
                    let logits = withAutocast(to: .bfloat16, on: .cpu) {
                        network.trained(on: input, seed: 3).logits
                    }
                    let loss = crossEntropy(logits, Tensor.zeros([5, 7]))
                    loss.backward()
                    _ = clipGradientNorm(of: optimizer.parameters.map(\.tensor), to: 1)
                    optimizer.step(learningRate: 1)
                    return loss.scalar
                }
            }
        }
        #expect(network.namedParameters.map { $0.tensor.floats.first } == before)
        // Mixed precision ended with the scope.
        let product = Tensor.full([2, 2], 1.0 / 3).matrixProduct(Tensor.full([2, 2], 1))
        #expect(product.dtype == .float32)
    }
}
