package import Torch

extension TrainingWorld {
    /// Prepares the device of a run. Where several processes train on GPUs, each takes the one of its
    /// rank on its host, and they connect over NCCL.
    /// - Throws: `UsageError` where it is not there; `ProcessGroupError` where they do not connect.
    func take(_ device: Device) throws {
        guard let group, device == .cuda else {
            try device.requireAvailable()
            return
        }
        let index = try Self.gpu(of: group.place, on: group.own.hostName, among: Device.gpuCount)
        try group.use(gpu: index)
    }

    /// The GPU of a process: the one of its rank on its host.
    /// - Parameters:
    ///   - host: the name of this host.
    ///   - count: its GPUs; `nil` where libtorch is the build for processors.
    /// - Throws: `UsageError` where there is none of this number.
    package static func gpu(
        of place: ProcessPlace, on host: String, among count: Int?
    ) throws(UsageError) -> Int {
        try Device.require(gpus: count, processes: place.size, host: host)
        let count = count ?? 0
        guard place.localRank < count else {
            let isSlurm = place.launcher == "srun"
            throw UsageError(
                isSlurm ? "SLURM_LOCALID" : "LOCAL_RANK",
                found: "\(place.localRank) on \(host), which shows \(count) "
                    + "GPU\(count == 1 ? "" : "s") to rank \(place.rank)",
                expected: "a number below \(count)",
                advice: "Start at most one process for each GPU of a host."
                    + (isSlurm
                        ? " Each must see all of them: ask Slurm for gres=gpu:N, not for gpus-per-task."
                        : ""))
        }
        return place.localRank
    }
}

extension Device {
    /// - Parameter processes: that train together.
    /// - Throws: `UsageError` where libtorch or the machine does not have the device.
    package func requireAvailable(processes: Int = 1) throws(UsageError) {
        guard self == .cuda else { return }
        try Self.require(gpus: Self.gpuCount, processes: processes, host: nil)
    }

    /// - Parameters:
    ///   - gpus: of the machine; `nil` where libtorch is the build for processors.
    ///   - host: its name, where several processes train.
    package static func require(
        gpus: Int?, processes: Int, host: String?
    ) throws(UsageError) {
        let found = "cuda" + (processes > 1 ? " with \(processes) processes" : "")
        guard let gpus else {
            let nccl = processes > 1 ? " and NCCL" : ""
            throw UsageError(
                setting: "device", found: found, expected: "a libtorch with CUDA",
                advice:
                    "This build is for the device cpu: `make build CUDA=1` makes the one with CUDA\(nccl). "
                    + "(\(loadingProblem))")
        }
        guard gpus == 0 else { return }
        throw UsageError(
            setting: "device", found: found,
            expected: "an NVIDIA GPU" + (host.map { " on \($0)" } ?? ""),
            advice:
                "CUDA finds none: `nvidia-smi` lists those of the driver, CUDA_VISIBLE_DEVICES hides "
                + "some. The device cpu needs none.")
    }
}
