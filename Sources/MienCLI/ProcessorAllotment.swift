import Foundation

/// How many processors this process may use: an engine often gives it fewer than the machine has.
enum ProcessorAllotment {
    /// `SLURM_CPUS_PER_TASK` where it is set, else the processors of affinity and cgroup.
    /// - Parameter quota: the text of `cpu.max`: "200000 100000" for two processors.
    static func processors(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        quota: String? = cgroupQuota
    ) -> Int {
        if let count = environment["SLURM_CPUS_PER_TASK"].flatMap({ Int($0) }), count > 0 {
            return count
        }
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let parts = (quota ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) }
        guard parts.count == 2, let time = parts[0], let period = parts[1], period > 0, time > 0
        else { return processors }
        return max(1, min(processors, Int((time / period).rounded(.up))))
    }

    /// `cpu.max` of this process's cgroup (version 2); of a container it is the root's.
    private static var cgroupQuota: String? {
        let own = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
        let path = own?.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
        return [String(path), ""].lazy.compactMap {
            try? String(contentsOfFile: "/sys/fs/cgroup\($0)/cpu.max", encoding: .utf8)
        }.first
    }
}
