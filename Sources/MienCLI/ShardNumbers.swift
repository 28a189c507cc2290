import Foundation
import Mien
import Synchronization

/// The shards that one process takes: one, those that follow by a stride, or those that standard
/// input names, one a line.
final class ShardNumbers: Sendable {
    private let readsInput: Bool
    private let following: Mutex<[Int]>

    /// - Parameter first: `nil` for standard input.
    init(first: Int?, stride: Int?, in shards: Int) {
        readsInput = first == nil
        let first = first ?? 0
        let end = stride == nil ? first + 1 : max(shards, first + 1)
        following = Mutex(Array(Swift.stride(from: first, to: end, by: stride ?? 1)))
    }

    /// The number that an option or the environment of a batch engine names.
    /// - Parameters:
    ///   - text: the option's; `nil` where the environment is to say.
    ///   - stride: of the option `--stride`.
    /// - Returns: `nil` for standard input.
    static func first(
        _ text: String?, option: String, environmentOption: String, stride: Int?
    ) throws(UsageError) -> Int? {
        if text == "-" {
            guard stride == nil else {
                throw UsageError.withoutEffect(
                    "--stride", because: "standard input names the numbers",
                    expected: "\(option) with a number, or \(environmentOption)")
            }
            return nil
        }
        let (name, given) =
            if let text { (option, text) } else {
                try fromEnvironment(environmentOption, else: option)
            }
        guard let number = Int(given), number >= 0 else {
            throw UsageError(name, found: given, expected: "a number from 0")
        }
        guard stride.map({ $0 > number }) ?? true else {
            throw UsageError(
                "--stride", found: "\(stride ?? 0) with the number \(number)",
                expected: "more than the first number")
        }
        return number
    }

    private static func fromEnvironment(
        _ environmentOption: String, else option: String
    ) throws(UsageError) -> (String, String) {
        let names = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "OMPI_COMM_WORLD_RANK"]
        for name in names {
            if let value = ProcessInfo.processInfo.environment[name] { return (name, value) }
        }
        throw UsageError(
            environmentOption, found: "none of \(names.joined(separator: ", "))",
            expected: "one that is set", advice: "Batch engines set them; else give \(option).")
    }

    /// The next number; `nil` after the last. Waits for standard input.
    /// - Throws: `UsageError` for a line that is no number.
    func next() throws(UsageError) -> Int? {
        guard readsInput else {
            return following.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
        while let line = readLine() {
            let text = line.trimmingCharacters(in: .whitespaces)
            guard !text.isEmpty else { continue }
            guard let number = Int(text), number >= 0 else {
                throw UsageError("standard input", found: text, expected: "a number from 0")
            }
            return number
        }
        return nil
    }
}
