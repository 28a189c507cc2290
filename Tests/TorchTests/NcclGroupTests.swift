import Foundation
import TestSupport
import Testing
import Torch

/// Groups over NCCL, as far as the machine goes: with GPUs, without them, and with the libtorch of
/// processors.
@Suite(.serialized)
struct NcclGroupTests {
    private func together<Value: Sendable>(
        _ size: Int, _ body: @escaping @Sendable (ProcessGroup) throws -> Value
    ) throws -> [Result<Value, any Error>] {
        // Before anything else asks libtorch for GPUs.
        _ = Device.gpuCount
        let port = try freePort()
        return onThreads(size) { rank in
            var place = ProcessPlace(
                rank: rank, size: size, host: "127.0.0.1", port: port, launcher: "test")
            place.timeout = 30
            return try body(try ProcessGroup.join(place))
        }
    }

    /// NCCL past the checks that come before it.
    @Test func ncclConnectsOrSaysWhyNot() throws {
        let result = try together(1) { group -> [Float] in
            try group.connectOverNCCL(gpu: 0)
            let tensor = Tensor([1, 2, 3] as [Float], shape: [3]).to(device: .cuda)
            try group.sum(tensor)
            return tensor.floats
        }[0]
        guard Device.gpuCount ?? 0 == 0 else {
            #expect(try result.get() == [1, 2, 3])
            return
        }
        let error = try #require(throws: ProcessGroupError.self) { try result.get() }
        #expect(error.step == .connect)
        #expect(error.description.contains("Connecting over NCCL failed on rank 0 (127.0.0.1)"))
        if Device.gpuCount == nil {
            #expect(error.description.contains("NCCL is not there"), "\(error)")
            #expect(error.description.contains("make build CUDA=1"), "\(error)")
        } else {
            #expect(error.description.contains("no GPUs found"), "\(error)")
        }
    }

    @Test func aGPUThatIsNotThereIsRefused() throws {
        let index = Device.gpuCount ?? 0
        let result = try together(1) { try $0.use(gpu: index) }[0]
        let error = try #require(throws: ProcessGroupError.self) { try result.get() }
        #expect(error.step == .connect)
        #expect(
            error.description.contains("cannot use GPU \(index): CUDA finds \(index) GPUs here"),
            "\(error)")
    }

    /// Before either process asks for it.
    @Test func twoProcessesWithOneGPUAreNamed() throws {
        for result in try together(2, { try $0.use(gpu: 3) }) {
            let error = try #require(throws: ProcessGroupError.self) { try result.get() }
            #expect(error.step == .connect)
            #expect(error.description.hasPrefix("rank 0 (127.0.0.1"), "\(error)")
            #expect(error.description.contains("and rank 1 (127.0.0.1"), "\(error)")
            #expect(error.description.contains("both take GPU 3"), "\(error)")
        }
    }

    @Test func withoutGPUsSumsStayOnTheProcessor() throws {
        let sums = try together(2) { group -> [Float] in
            let tensor = Tensor.full([2], Double(group.rank + 1))
            try group.sum(tensor)
            #expect(group.gpus == nil)
            try group.barrier()
            return tensor.floats
        }
        for result in sums { #expect(try result.get() == [3, 3]) }
    }
}
