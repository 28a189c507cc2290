import Foundation
import Testing
import Torch

private func constant(_ value: Float, _ count: Int) -> Tensor {
    Tensor([Float](repeating: value, count: count), shape: [count])
}

/// Where the numbers of large tensors lie.
@Suite(.serialized) struct TensorMemoryTests {
    /// Tensors of 0.1 to 7 MB that come and go on two threads, in an order that leaves gaps: none
    /// is written over.
    @Test func tensorsKeepTheirNumbersWhileOthersComeAndGo() async {
        await withTaskGroup(of: Void.self) { group in
            for seed in 1 ... 2 as ClosedRange<UInt64> {
                group.addTask {
                    var state = seed
                    func draw(below bound: UInt64) -> Int {
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        return Int((state >> 33) % bound)
                    }
                    var held: [(tensor: Tensor, count: Int, value: Float)] = []
                    for round in 0 ..< 200 {
                        if held.count > 16 || !held.isEmpty && draw(below: 2) == 0 {
                            let (tensor, count, value) = held.remove(
                                at: draw(below: UInt64(held.count)))
                            let numbers = tensor.floats
                            #expect(numbers.count == count)
                            #expect(numbers.allSatisfy { $0 == value })
                        }
                        let count = 25_000 + draw(below: 1_725_000)
                        let value = Float(round) + Float(seed) / 4
                        held.append((constant(value, count), count, value))
                    }
                }
            }
        }
    }

    /// A heap would give so large a block back to the system.
    @Test func memoryOfLargeTensorsStaysAndIsUsedAgain() async {
        await #expect(processExitsWith: .success) {
            func make() { precondition(constant(1, 16_000_000).shape == [16_000_000]) }
            func makeParts() {
                let parts = (0 ..< 15).map { constant(Float($0), 1_000_000) }
                precondition(parts.count == 15)
            }
            make()
            let before = ProcessTests.residentMegabytes()
            // The parts fit where the whole was, and the whole where the parts were.
            let growth = ProcessTests.growth(over: 10, warmUp: 1) { _ in
                makeParts()
                make()
            }
            precondition(growth < 10, "grew by \(growth) MB")
            precondition(ProcessTests.residentMegabytes() > before - 10, "was given back")
        }
    }
}
