import Foundation
public import Torch

/// A trial of what processes on several hosts need to train together: names, interface, store,
/// connections, a sum of 1 MB, and the bandwidth to each peer.
public struct ConnectionDiagnosis: Sendable, Encodable {
    /// One step of the trial.
    public struct Step: Sendable, Encodable {
        public let name: String
        public let isOK: Bool
        public let found: String

        private enum CodingKeys: String, CodingKey {
            case name, found
            case isOK = "ok"
        }
    }

    /// A process other than rank 0, as rank 0 reaches it.
    public struct Peer: Sendable, Encodable {
        public let rank: Int
        public let address: String
        public let interface: String
        public let hostName: String
        /// 10^6 bytes a second, the mean of both directions.
        public let megabytesPerSecond: Double
        /// Of a message of four bytes and its answer.
        public let roundTripMilliseconds: Double
    }

    public let rank: Int
    public let size: Int
    public let launcher: String
    public private(set) var steps: [Step] = []
    /// In rank 0 alone.
    public private(set) var peers: [Peer] = []
    /// Seconds for the sum of 1 MB over all processes: the median of five.
    public private(set) var allReduceSeconds: Double?
    /// The step that failed.
    public private(set) var failed: String?

    /// Whether the processes can train together.
    public var isUsable: Bool { failed == nil }

    /// All processes of the place do this at once.
    public init(at place: ProcessPlace) {
        (rank, size, launcher) = (place.rank, place.size, place.launcher)
        do throws(ProcessGroupError) {
            let group = try ProcessGroup.join(place) { note($0) }
            try measureSum(over: group)
            try measurePeers(of: group)
            try group.barrier()
        } catch {
            failed = error.step.rawValue
            steps.append(Step(name: error.step.rawValue, isOK: false, found: error.description))
        }
    }

    private mutating func note(_ event: ProcessGroup.JoiningEvent) {
        let (step, found): (ProcessGroupError.Step, String) =
            switch event {
            case .resolved(let host, let address): (.resolve, "\(host) is \(address)")
            case .chose(let address): (.interface, "\(address.interface), \(address.text)")
            case .reachedStore(let host, let port): (.store, "\(host):\(port)")
            case .met(let members):
                (.members, members.map(\.description).joined(separator: "; "))
            case .connected: (.connect, "each process to each")
            }
        steps.append(Step(name: step.rawValue, isOK: true, found: found))
    }

    /// 1 MB of float32.
    private static let elements = 250_000

    private mutating func measureSum(over group: ProcessGroup) throws(ProcessGroupError) {
        var times: [Double] = []
        for _ in 0 ..< 5 {
            let tensor = Tensor.full([Self.elements], Double(group.rank + 1))
            let start = ContinuousClock.now
            try group.sum(tensor)
            times.append((ContinuousClock.now - start) / .seconds(1))
            let wanted = Float(group.size * (group.size + 1) / 2)
            guard tensor.floats.allSatisfy({ $0 == wanted }) else {
                throw ProcessGroupError(
                    .exchange, "A sum over all ranks is wrong: expected \(wanted) in each place.")
            }
        }
        let median = times.sorted()[2]
        allReduceSeconds = median
        steps.append(
            Step(
                name: "all-reduce", isOK: true,
                found: String(format: "1 MB in %.1f ms", median * 1000)))
    }

    /// Rank 0 exchanges 8 MB with each other process, one after the other.
    private mutating func measurePeers(of group: ProcessGroup) throws(ProcessGroupError) {
        for member in group.members.dropFirst() {
            let (small, large) = (Tensor.zeros([1]), Tensor.zeros([Self.elements]))
            let trips = try seconds(of: small, with: member.rank, in: group, count: 20) / 20
            let count = 8
            let time = try seconds(of: large, with: member.rank, in: group, count: count)
            guard group.rank == 0 else { continue }
            peers.append(
                Peer(
                    rank: member.rank, address: member.address.text,
                    interface: member.address.interface, hostName: member.hostName,
                    megabytesPerSecond: 2 * Double(count * Self.elements * 4) / time / 1e6,
                    roundTripMilliseconds: trips * 1000))
        }
    }

    /// Sends a tensor from rank 0 to another and back; all others wait for neither.
    private func seconds(
        of tensor: Tensor, with rank: Int, in group: ProcessGroup, count: Int
    ) throws(ProcessGroupError) -> Double {
        guard group.rank == 0 || group.rank == rank else { return 0 }
        let start = ContinuousClock.now
        for _ in 0 ..< count {
            if group.rank == 0 {
                try group.send(tensor, to: rank)
                try group.receive(tensor, from: rank)
            } else {
                try group.receive(tensor, from: 0)
                try group.send(tensor, to: 0)
            }
        }
        return (ContinuousClock.now - start) / .seconds(1)
    }
}

extension ConnectionDiagnosis: NamesSettings {
    /// A line for each step and each peer.
    public var message: Advice {
        func column(_ text: String, _ width: Int) -> String {
            text.padding(toLength: width, withPad: " ", startingAt: 0)
        }
        var lines = steps.map {
            column($0.isOK ? "ok" : "problem", 9) + column($0.name, 12) + $0.found
        }
        lines += peers.map {
            String(
                format: "%@%@%@ (%@, %@): %.0f MB/s, round trip %.2f ms", column("ok", 9),
                column("peer", 12), "rank \($0.rank)", $0.address, $0.hostName,
                $0.megabytesPerSecond, $0.roundTripMilliseconds)
        }
        lines.append(
            failed.map { "Rank \(rank) of \(size) failed at the step \($0)." }
                ?? "\(size) processes can train together.")
        return Advice(lines.joined(separator: "\n"))
    }
}
