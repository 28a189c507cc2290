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
                throw UsageError("standard input", found: text, expected: "a shard's number")
            }
            return number
        }
        return nil
    }
}
