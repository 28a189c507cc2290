import Foundation

/// Whether other programs want the processors that a training is to use.
///
/// Threads that share one gradient wait for each other without yielding. Beside other programs each
/// had better compute alone, which takes a third longer on a quiet machine.
enum SharedProcessors {
    /// Read by the engine at its first convolution.
    private static let variable = "MIEN_SHARED_PROCESSORS"

    static let note =
        "Other programs use the processors: each thread computes its gradients alone. On a quiet "
        + "machine that takes a third longer; a run keeps it to its end."

    /// Whether the environment says so, or at each of five looks within 50 ms another program was
    /// ready to run.
    static let areWanted =
        getenv(variable) != nil
        || (0 ..< 5).allSatisfy { _ in
            usleep(10_000)
            return ready > 1
        }

    /// Has the engine compute so, before anything is computed.
    static func apply() { setenv(variable, "1", 1) }

    /// Threads of the machine that run or are ready to, this one included: "0.20 0.18 0.12 3/157 9".
    private static var ready: Int {
        guard let file = FileHandle(forReadingAtPath: "/proc/loadavg"),
            let data = try? file.readToEnd()
        else { return 0 }
        let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
        guard fields.count > 3 else { return 0 }
        return Int(fields[3].prefix { $0 != "/" }) ?? 0
    }
}
