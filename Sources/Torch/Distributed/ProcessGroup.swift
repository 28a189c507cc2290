import CTorch
import Foundation

/// Several processes, on one host or many, that train one network: sums and gathers over all of them.
///
/// Each process calls the same functions in the same order, from one thread. A process that is
/// missing ends the group for all: each call throws a ``ProcessGroupError`` that names it.
public final class ProcessGroup: @unchecked Sendable {
    /// A process of the group, as it introduces itself.
    public struct Member: Sendable, Codable, Equatable, CustomStringConvertible {
        public let rank: Int
        public let address: NetworkAddress
        public let hostName: String
        public let process: Int32
        /// Equal for processes that reach one another over loopback.
        let machine: String
        /// CUDA_VISIBLE_DEVICES, by which processes of one machine may number different GPUs alike.
        let visibleGPUs: String?

        /// "rank 1 (10.99.0.2, host n02, process 4711)".
        public var description: String {
            "rank \(rank) (\(address.text), host \(hostName), process \(process))"
        }
    }

    public let place: ProcessPlace
    /// By rank.
    public let members: [Member]
    /// Of the store, where the place asked for any that is free.
    public let port: Int
    /// The GPU of each process on its host, by rank, where they train on GPUs.
    public internal(set) var gpus: [Int]?
    let handle: ct_group
    let store: KeyStore
    private let heartbeat: Heartbeat
    private var failure: ProcessGroupError?

    public var rank: Int { place.rank }
    public var size: Int { place.size }
    /// This process.
    public var own: Member { members[rank] }

    init(
        _ place: ProcessPlace, members: [Member], port: Int, handle: ct_group, store: KeyStore,
        heartbeat: Heartbeat
    ) {
        self.place = place
        self.members = members
        self.port = port
        self.handle = handle
        self.store = store
        self.heartbeat = heartbeat
    }

    deinit {
        heartbeat.stop()
        // A group that failed may wait for its peers for ever.
        if failure == nil { ct.group_free(handle) }
    }

    /// Replaces the elements of a tensor by their sums over all processes.
    public func sum(_ tensor: Tensor) throws(ProcessGroupError) {
        try operate("A sum") { ct.group_sum(handle, tensor.handle) }
    }

    /// As one message: gradients of parameters become their sums over all processes, float32 buffers
    /// their means.
    /// - Returns: the sums of `values`, in float32.
    public func sumStep(
        parameters: [Tensor], buffers: [Tensor], values: [Double]
    ) throws(ProcessGroupError) -> [Double] {
        var sums = values
        try operate("The sum of the gradients") {
            ct.group_sum_step(
                handle, handles(parameters), Int32(parameters.count), handles(buffers),
                Int32(buffers.count), &sums, Int32(values.count))
        }
        return sums
    }

    /// The tensors of all processes, which have one shape, one after the other along dimension 0.
    public func gather(_ tensor: Tensor) throws(ProcessGroupError) -> Tensor {
        var result: ct_tensor?
        try operate("A gathering") { ct.group_gather(&result, handle, tensor.handle) }
        guard let result else { preconditionFailure("libtorch gave no tensor") }
        return Tensor(owning: result)
    }

    /// Waits until all processes are here.
    public func barrier() throws(ProcessGroupError) {
        let nothing = Tensor.zeros([1])
        try operate("The barrier") {
            // Its handle alone would not keep it.
            withExtendedLifetime(nothing) { ct.group_sum(handle, nothing.handle) }
        }
    }

    /// Sends a tensor to one process, which receives it.
    public func send(_ tensor: Tensor, to rank: Int) throws(ProcessGroupError) {
        try operate("Sending") { ct.group_send(handle, tensor.handle, Int32(rank)) }
    }

    /// Overwrites a tensor with the one that a process sends.
    public func receive(_ tensor: Tensor, from rank: Int) throws(ProcessGroupError) {
        try operate("Receiving") { ct.group_receive(handle, tensor.handle, Int32(rank)) }
    }

    /// Runs `body` with batch normalisation in training over the batches of all processes, which call
    /// this alike.
    public func withSharedStatistics<Result, Failure>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        ct.group_share_statistics(handle)
        defer { ct.group_share_statistics(nil) }
        return try body()
    }

    /// Tells the others that this process ends before the work is done, and why.
    public func leave(because reason: String) {
        guard failure == nil else { return }
        try? store.set(Heartbeat.failureKey, "\(own) ended: \(reason)")
        failure = ProcessGroupError(.exchange, reason)
        ct.group_abandon(handle)
        lingerIfServing()
    }

    func operate(
        _ name: String, _ step: ProcessGroupError.Step = .exchange, _ call: () -> ct_status
    ) throws(ProcessGroupError) {
        if let failure { throw failure }
        heartbeat.beginOperation()
        guard call() != CT_OK else { return }
        let reason = shortReason(lastMessage)
        let roll = RollCall(place: place, members: members, port: port, heartbeat: heartbeat)
        let error = ProcessGroupError(
            step,
            "\(roll.culprit()) \(name) failed on rank \(rank) (\(own.address.text)): \(reason)")
        failure = error
        ct.group_abandon(handle)
        lingerIfServing()
        throw error
    }

    /// Keeps the store until all others have heard who is missing.
    private func lingerIfServing() {
        guard place.servesStore else { return }
        Thread.sleep(forTimeInterval: 2.5 * heartbeat.interval)
    }
}
