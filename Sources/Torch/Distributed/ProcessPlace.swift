/// The place of this process among those that train one network, and where they meet.
public struct ProcessPlace: Sendable, Equatable, Codable {
    /// From 0.
    public var rank: Int
    /// How many processes there are.
    public var size: Int
    /// Among the processes of this machine, from 0.
    public var localRank: Int
    /// How many of the processes run on this machine; `nil` where the launcher does not say.
    public var localSize: Int?
    /// Processors that the launcher gives to each process; `nil` where it does not say.
    public var processors: Int?
    /// Host name or address of the store that all processes meet at.
    public var host: String
    /// Of the store.
    public var port: Int
    /// Whether the launcher holds the store, and rank 0 does not.
    public var storeIsLaunchers = false
    /// Distinguishes the keys of one start from those of earlier ones in the same store.
    public var attempt = 0
    /// Network interface to communicate over; `nil` for the one of the route to `host`.
    public var interface: String?
    /// Seconds after which a process that does not answer counts as missing.
    public var timeout = Self.defaultTimeout
    /// Who launched the processes, for people: `torchrun`.
    public var launcher: String

    public static let defaultTimeout = 120.0

    public init(
        rank: Int, size: Int, localRank: Int = 0, host: String, port: Int, launcher: String
    ) {
        precondition(0 ..< size ~= rank, "expected a rank below \(size), got \(rank)")
        self.rank = rank
        self.size = size
        self.localRank = localRank
        self.host = host
        self.port = port
        self.launcher = launcher
    }

    /// Whether this process holds the store.
    public var servesStore: Bool { rank == 0 && !storeIsLaunchers }
}
