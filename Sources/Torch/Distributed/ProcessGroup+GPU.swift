import CTorch

extension ProcessGroup {
    /// From now on ``Device/cuda`` is one GPU of this host, and sums of tensors that lie there go over
    /// NCCL. All processes call this together; all else between them goes over gloo as before.
    ///
    /// - Parameter index: of a GPU of this host that no other process takes, below ``Device/gpuCount``.
    /// - Throws: `ProcessGroupError` for two processes with one GPU, and where NCCL is not there or does
    ///   not connect.
    public func use(gpu index: Int) throws(ProcessGroupError) {
        let all = try gather(Tensor([Int64(index)], shape: [1])).integers.map { Int($0) }
        try Self.requireDistinct(gpus: all, of: members)
        guard ct.use_cuda(Int32(index)) == CT_OK else {
            throw ProcessGroupError(
                .connect, "\(own) cannot use GPU \(index): \(shortReason(lastMessage)).")
        }
        try connectOverNCCL(gpu: index)
        gpus = all
    }

    /// The last step of ``use(gpu:)``: loads NCCL and sums a number over all processes.
    package func connectOverNCCL(gpu index: Int) throws(ProcessGroupError) {
        let interface = own.address.interface == "?" ? "" : own.address.interface
        try operate("Connecting over NCCL", .connect) {
            ct.group_open_nccl(
                handle, store.handle, interface, Int32(index), milliseconds(place.timeout))
        }
    }

    /// - Throws: `ProcessGroupError` that names two processes of one machine with the same GPU.
    static func requireDistinct(
        gpus: [Int], of members: [Member]
    ) throws(ProcessGroupError) {
        for (second, member) in members.enumerated() {
            let first = members.indices.prefix(second).first {
                gpus[$0] == gpus[second] && members[$0].machine == member.machine
                    && members[$0].visibleGPUs == member.visibleGPUs
            }
            guard let first else { continue }
            throw ProcessGroupError(
                .connect,
                "\(members[first]) and \(member) both take GPU \(gpus[second]): expected a GPU for each "
                    + "process. LOCAL_RANK numbers the processes of a host from 0; torchrun and srun set "
                    + "it.")
        }
    }
}
