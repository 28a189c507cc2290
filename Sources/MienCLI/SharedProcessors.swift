import Foundation

/// Whether other programs want the processors that a training is to use.
///
/// Threads that share one gradient wait for each other without yielding. Beside other programs each
/// had better compute alone, which takes a third longer on a quiet machine, and there had better be
/// no more of them than processors that are free.
enum SharedProcessors {
    /// Read by the engine at its first convolution.
    private static let variable = "MIEN_SHARED_PROCESSORS"

    /// Whether the environment says so, or other programs were ready to run.
    static let areWanted = getenv(variable) != nil || others > 0

    /// Threads of other programs that ran or were ready to: the fewest of five looks within 50 ms.
    private static let others: Int = {
        var fewest = Int.max
        for _ in 0 ..< 5 where fewest > 0 {
            usleep(10_000)
            fewest = min(fewest, max(ready - 1, 0))
        }
        return fewest
    }()

    /// How many of so many threads find a processor that no other program uses; at least one.
    static func free(of threads: Int) -> Int { max(1, threads - others) }

    /// What is said of a run that starts beside other programs.
    /// - Parameters:
    ///   - threads: those that it computes with.
    ///   - all: those that it would have had otherwise.
    static func note(threads: Int, of all: Int) -> String {
        var parts = ["Other programs use the processors:"]
        if threads < all {
            parts.append("the run takes \(threads) of \(all) threads; --threads \(all) takes all.")
        }
        if threads > 1 {
            parts.append(
                "\(parts.count > 1 ? "Each" : "each") thread computes its gradients alone. On a quiet "
                    + "machine that takes a third longer.")
        }
        return (parts + ["A run keeps this to its end."]).joined(separator: " ")
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
