import Foundation
import Networks
import Testing
import Torch

/// What needs a process of its own: memory, threads, and mistakes that stop a program.
@Suite struct ProcessTests {
    /// Resident memory of this process in MB.
    static func residentMegabytes() -> Double {
        let fields =
            (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ") ?? []
        let pages = fields.count > 1 ? Double(fields[1]) ?? .nan : .nan
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
    }

    /// Lets a crash end this process at once: the report of the stack that Swift makes of it takes
    /// seconds.
    static func crashWithoutReport() {
        for number in [SIGILL, SIGTRAP, SIGABRT] { signal(number, SIG_DFL) }
    }

    /// Growth of resident memory in MB over `count` calls of `body`, after `warmUp` calls.
    static func growth(over count: Int, warmUp: Int, _ body: (Int) -> Void) -> Double {
        for index in 0 ..< warmUp { body(index) }
        let before = residentMegabytes()
        for index in 0 ..< count { body(index) }
        return residentMegabytes() - before
    }

    struct Network {
        let conv = Conv2d(.init(inputs: 3, outputs: 16, kernel: 3, padding: 1), seed: 1)
        let norm = BatchNorm2d(channels: 16)
        let head = Linear(inputs: 16, outputs: 2, seed: 2)

        var parameters: [(path: String, tensor: Tensor)] {
            conv.namedParameters.map { ("conv." + $0.path, $0.tensor) }
                + norm.namedParameters.map { ("norm." + $0.path, $0.tensor) }
                + head.namedParameters.map { ("head." + $0.path, $0.tensor) }
        }

        func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
            let hidden = reluInPlace(norm(conv(images), training: training))
            return head(globalAveragePool(maxPool2d(hidden, Window(2, stride: 2))))
        }
    }

    /// One forgotten activation of a step (16 x 16 x 32 x 32 floats) is 1 MB, so a leak of one
    /// would grow by 300 MB; the allocator's own wandering stays under 4.
    @Test func trainingStepsLeaveNoMemoryBehind() async {
        await #expect(processExitsWith: .success) {
            Runtime.setThreadCount(1)
            for dtype in [DType.float32, .bfloat16] {
                let network = Network()
                let optimizer = Adam(network.parameters)
                let growth = ProcessTests.growth(over: 300, warmUp: 40) { step in
                    let images = pattern(UInt32(step), [16, 3, 32, 32])
                    let labels = Tensor((0 ..< 16).map { Int64($0 % 2) }, shape: [16])
                    optimizer.clearGradients()
                    let loss = withAutocast(to: dtype, on: .cpu) {
                        crossEntropy(network(images, training: true), labels)
                    }
                    loss.backward()
                    _ = clipGradientNorm(of: optimizer.parameters.map(\.tensor), to: 1)
                    optimizer.step(learningRate: 1e-3)
                }
                #expect(growth < 4, "\(dtype): grew by \(growth) MB")
            }
        }
    }

    /// An activation of a prediction (16 x 32 x 32 floats) is 65 kB: a leak would grow by 130 MB.
    @Test func predictionsLeaveNoMemoryBehind() async {
        await #expect(processExitsWith: .success) {
            Runtime.setThreadCount(1)
            let network = Network()
            let growth = ProcessTests.growth(over: 2000, warmUp: 200) { index in
                let image = Tensor.full([1, 3, 32, 32], Double(index % 7))
                let scores = withoutGradients {
                    network(image, training: false).softmax(dimension: 1).floats
                }
                precondition(scores.allSatisfy(\.isFinite))
            }
            #expect(growth < 4, "grew by \(growth) MB")
        }
    }

    @Test func threadCountIsWhatWasSet() async {
        await #expect(processExitsWith: .success) {
            for count in [1, 2] {
                Runtime.setThreadCount(count)
                #expect(Runtime.threadCount == count)
            }
        }
    }

    /// A refused operation stops the program with libtorch's own words, in a release build too.
    @Test func refusedOperationStopsWithLibtorchsWords() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            ProcessTests.crashWithoutReport()
            _ = Linear(inputs: 4, outputs: 3, seed: 0)(Tensor.zeros([2, 5]))
        }
        let words = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(words.contains("mat1 and mat2 shapes cannot be multiplied (2x5 and 4x3)"))
    }

    @Test func mistakesStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            ProcessTests.crashWithoutReport()
            Tensor.zeros([2]).backward()
        }
        await #expect(processExitsWith: .failure) {
            ProcessTests.crashWithoutReport()
            Tensor.zeros([2]).assign(Tensor.zeros([3]))
        }
        await #expect(processExitsWith: .failure) {
            ProcessTests.crashWithoutReport()
            _ = floats([1, 2], shape: [3])
        }
        // One value per channel has no variance.
        await #expect(processExitsWith: .failure) {
            ProcessTests.crashWithoutReport()
            _ = BatchNorm2d(channels: 2)(Tensor.zeros([1, 2, 1, 1]), training: true)
        }
        await #expect(processExitsWith: .failure) {
            ProcessTests.crashWithoutReport()
            let layer = Linear(inputs: 1, outputs: 1, seed: 0)
            Adam(layer.namedParameters).step(learningRate: 0.1)
        }
    }
}
