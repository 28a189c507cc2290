import Foundation
import Testing
import Torch

private func constant(_ value: Float, _ count: Int) -> Tensor {
    Tensor([Float](repeating: value, count: count), shape: [count])
}

/// Where the numbers of large tensors lie.
@Suite(.serialized) struct TensorMemoryTests {
    /// Tensors of 0.1 to 7 MB that come and go in an order that leaves gaps: none is written over.
    @Test func tensorsKeepTheirNumbersWhileOthersComeAndGo() {
        var generator = SystemRandomNumberGenerator()
        var held: [(tensor: Tensor, count: Int, value: Double)] = []
        for round in 0 ..< 400 {
            if held.count > 24 || (!held.isEmpty && Bool.random(using: &generator)) {
                let (tensor, count, value) = held.remove(
                    at: Int.random(in: 0 ..< held.count, using: &generator))
                let numbers = tensor.floats
                #expect(numbers.count == count && numbers.allSatisfy { Double($0) == value })
            }
            let count = Int.random(in: 25_000 ..< 1_750_000, using: &generator)
            held.append((constant(Float(round), count), count, Double(round)))
        }
    }

    /// Sizes that alternate break up a heap; here what is freed joins its neighbours.
    @Test func alternatingSizesDoNotAddUp() async {
        await #expect(processExitsWith: .success) {
            func step(_ megabytes: Int) {
                let parts = (1 ... 8).map { constant(1, megabytes * $0 * 32_768 + 17) }
                precondition(parts.allSatisfy { $0.shape[0] > 0 })
            }
            let growth = ProcessTests.growth(over: 60, warmUp: 4) { step(1 + $0 % 4) }
            // The largest step needs 19 MB, which the first four have taken already.
            precondition(growth < 10, "grew by \(growth) MB")
        }
    }
}
