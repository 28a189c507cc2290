public import Torch

extension ProcessPlace {
    /// The place that a launcher gave this process: torchrun, or else Slurm's srun. `nil` for a
    /// process that stands alone.
    ///
    /// - Throws: `UsageError` that names a variable which is missing or makes no sense.
    public init?(environment: [String: String]) throws(UsageError) {
        let variables = LaunchVariables(environment)
        let torchrun = try variables.torchrunPlace()
        let slurm = torchrun == nil ? try variables.slurmPlace() : nil
        guard var place = torchrun ?? slurm else { return nil }
        place.interface = environment["GLOO_SOCKET_IFNAME"].flatMap { $0.isEmpty ? nil : $0 }
        place.timeout = try variables.timeout()
        self = place
    }

    /// Threads for each of the processes on this machine.
    /// - Parameters:
    ///   - processors: those that this process may use.
    ///   - all: those of the machine. Where a process may use only some, the launcher has divided
    ///     them already.
    public func threads(of processors: Int, all: Int) -> Int {
        if let own = self.processors { return min(own, processors) }
        guard processors == all, let localSize else { return processors }
        return max(1, processors / localSize)
    }
}

/// What launchers tell each process in its environment.
struct LaunchVariables {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    /// By RANK, WORLD_SIZE and those beside them.
    func torchrunPlace() throws(UsageError) -> ProcessPlace? {
        guard let size = try optional("WORLD_SIZE", in: 1 ... 1_000_000), size > 1 else {
            return nil
        }
        let rank = try number("RANK", in: 0 ... size - 1)
        var place = ProcessPlace(
            rank: rank, size: size,
            localRank: try optional("LOCAL_RANK", in: 0 ... size - 1) ?? 0,
            host: try text("MASTER_ADDR"), port: try number("MASTER_PORT", in: 1 ... 65535),
            launcher: "torchrun")
        place.localSize = try optional("LOCAL_WORLD_SIZE", in: 1 ... size)
        place.storeIsLaunchers = environment["TORCHELASTIC_USE_AGENT_STORE"] == "True"
        place.attempt = try optional("TORCHELASTIC_RESTART_COUNT", in: 0 ... 1_000_000) ?? 0
        return place
    }

    /// By SLURM_PROCID, SLURM_NTASKS and those beside them. A batch script itself has them too, but
    /// is no task of a step.
    func slurmPlace() throws(UsageError) -> ProcessPlace? {
        guard environment["WORLD_SIZE"] == nil, isTaskOfStep else { return nil }
        let name =
            environment["SLURM_STEP_NUM_TASKS"] == nil ? "SLURM_NTASKS" : "SLURM_STEP_NUM_TASKS"
        guard let size = try optional(name, in: 1 ... 1_000_000), size > 1 else { return nil }
        let list =
            environment["SLURM_STEP_NODELIST"] == nil
            ? "SLURM_JOB_NODELIST" : "SLURM_STEP_NODELIST"
        let hosts = try SlurmNodeList.hosts(try text(list), variable: list)
        let job = try number("SLURM_JOB_ID", in: 0 ... .max)
        var place = ProcessPlace(
            rank: try number("SLURM_PROCID", in: 0 ... size - 1), size: size,
            localRank: try optional("SLURM_LOCALID", in: 0 ... size - 1) ?? 0,
            host: environment["MASTER_ADDR"] ?? hosts[0],
            port: try optional("MASTER_PORT", in: 1 ... 65535) ?? 29500 + job % 1000,
            launcher: "srun")
        place.localSize = hosts.count == 1 ? size : (size + hosts.count - 1) / hosts.count
        place.processors = try optional("SLURM_CPUS_PER_TASK", in: 1 ... 1_000_000)
        place.attempt = try optional("SLURM_RESTART_COUNT", in: 0 ... 1_000_000) ?? 0
        return place
    }

    private var isTaskOfStep: Bool {
        guard environment["SLURM_PROCID"] != nil else { return false }
        return environment["SLURM_STEP_ID"].flatMap(Int.init) != nil
    }

    /// Seconds until a silent process counts as missing.
    func timeout() throws(UsageError) -> Double {
        let name = "MIEN_DISTRIBUTED_TIMEOUT"
        guard let text = environment[name], !text.isEmpty else {
            return ProcessPlace.defaultTimeout
        }
        guard let seconds = Double(text), 1 ... 86400 ~= seconds else {
            throw UsageError(name, found: text, expected: "1 to 86400 seconds")
        }
        return seconds
    }

    private func text(_ name: String) throws(UsageError) -> String {
        guard let text = environment[name], !text.isEmpty else {
            throw UsageError(
                name, found: "nothing in the environment",
                expected: "what the launcher sets beside WORLD_SIZE or SLURM_NTASKS",
                advice: "Start the processes with torchrun or srun.")
        }
        return text
    }

    private func number(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int {
        let text = try text(name)
        guard let number = Int(text), range ~= number else {
            throw UsageError(
                name, found: text, expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func optional(
        _ name: String, in range: ClosedRange<Int>
    ) throws(UsageError) -> Int? {
        environment[name] == nil ? nil : try number(name, in: range)
    }
}
