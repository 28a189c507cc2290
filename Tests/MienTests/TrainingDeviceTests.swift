import Mien
import Testing
import Torch

/// Which GPU a process takes, and the order in which a device that is not there is refused.
struct TrainingDeviceTests {
    private func place(rank: Int, local: Int, launcher: String = "torchrun") -> ProcessPlace {
        ProcessPlace(
            rank: rank, size: 6, localRank: local, host: "head", port: 29500, launcher: launcher)
    }

    @Test func eachProcessTakesTheGPUOfItsRankOnItsHost() throws {
        // Two hosts with three processes each.
        for rank in 0 ..< 6 {
            let place = place(rank: rank, local: rank % 3)
            #expect(try TrainingWorld.gpu(of: place, on: "n01", among: 3) == rank % 3)
        }
    }

    @Test func aRankWithoutAGPUIsRefused() {
        let torchrun = #expect(throws: UsageError.self) {
            try TrainingWorld.gpu(of: place(rank: 5, local: 2), on: "n02", among: 2)
        }
        #expect(
            "\(torchrun?.message.description ?? "")".hasPrefix(
                "LOCAL_RANK: found 2 on n02, which shows 2 GPUs to rank 5, expected a number below 2."
            ))
        let srun = #expect(throws: UsageError.self) {
            try TrainingWorld.gpu(
                of: place(rank: 1, local: 1, launcher: "srun"), on: "n02", among: 1)
        }
        #expect(
            "\(srun?.message.description ?? "")".hasPrefix(
                "SLURM_LOCALID: found 1 on n02, which shows 1 GPU to rank 1, expected a number below 1."
            ))
        #expect("\(srun?.message.description ?? "")".contains("gpus-per-task"))
    }

    /// The build comes first, then the machine, then the number.
    @Test func theReasonIsTheFirstThatHolds() {
        func message(_ count: Int?) -> String {
            let error = #expect(throws: UsageError.self) {
                try TrainingWorld.gpu(of: place(rank: 4, local: 1), on: "n02", among: count)
            }
            return error?.message.description ?? ""
        }
        #expect(
            message(nil).hasPrefix("device: found cuda with 6 processes, expected a libtorch with"))
        #expect(message(nil).contains("`make build CUDA=1` makes the one with CUDA and NCCL"))
        #expect(message(0).contains("expected an NVIDIA GPU on n02. CUDA finds none"))
        #expect(message(1).hasPrefix("LOCAL_RANK: found 1 on n02"))
    }

    @Test func theProcessorNeedsNothing() throws {
        try Device.cpu.requireAvailable()
        try Device.cpu.requireAvailable(processes: 3)
    }

    @Test func aDeviceThatIsNotThereNamesTheWayToOne() {
        guard Device.gpuCount ?? 0 == 0 else { return }
        let error = #expect(throws: UsageError.self) { try Device.cuda.requireAvailable() }
        let message = error?.message.description ?? ""
        #expect(message.hasPrefix("device: found cuda, expected"))
        #expect(message.contains(Device.gpuCount == nil ? "make build CUDA=1" : "nvidia-smi"))
    }
}
