import Foundation
package import Torch

/// The processes that train one network, or the one that trains alone: which part of each batch and
/// of each evaluation is this process's.
package struct TrainingWorld: Sendable {
    /// `nil` for a process that stands alone.
    package let group: ProcessGroup?

    /// One process.
    package static let alone = TrainingWorld(nil)

    package init(_ group: ProcessGroup?) { self.group = group }

    package var rank: Int { group?.rank ?? 0 }
    package var size: Int { group?.size ?? 1 }
    /// Whether this process writes the files of the run and prints.
    package var isFirst: Bool { rank == 0 }

    /// This process's part of so many rows that all share.
    package func part(of count: Int) -> Range<Int> {
        Self.part(of: count, rank: rank, size: size)
    }

    /// Parts that differ by at most one row and lie one after the other by rank.
    package static func part(of count: Int, rank: Int, size: Int) -> Range<Int> {
        count * rank / size ..< count * (rank + 1) / size
    }

    /// - Throws: `UsageError` for a run that these processes cannot share.
    package func requireShares(of start: RunConfiguration) throws(UsageError) {
        guard group == nil || start.device != "cuda" || start.recipe.syncBatchNorm != true else {
            throw UsageError(
                setting: "sync-batch-norm", found: "it on GPUs", expected: "device cpu",
                advice: "Batch statistics of all processes are computed on processors alone.")
        }
        try Self.requireShares(of: start.recipe.batchSize, size: size)
    }

    /// - Throws: `UsageError` for a batch that the processes cannot share in equal parts of at least
    ///   two images, which batch normalisation needs.
    package static func requireShares(of batchSize: Int, size: Int) throws(UsageError) {
        guard size > 1 else { return }
        guard batchSize % size == 0, batchSize / size >= 2 else {
            let less = batchSize / size * size
            let near = [less, less + size].filter { $0 / size >= 2 }.map(String.init)
            throw UsageError(
                setting: "batch-size", found: "\(batchSize) with \(size) processes",
                expected: "a multiple of \(size), at least \(2 * size)",
                advice: "Take \(near.joined(separator: " or ")), or another number of processes.")
        }
    }

    /// Rows of equal width that each process computed for its part, together: [count][width].
    /// - Parameter own: those of ``part(of:)``.
    func gathered(_ own: [[Float]], of count: Int, width: Int) throws -> [[Float]] {
        guard let group else { return own }
        // All send as much: the largest part.
        let longest = (count + size - 1) / size
        let padding = [Float](repeating: 0, count: (longest - own.count) * width)
        let all = try group.gather(
            Tensor(own.flatMap { $0 } + padding, shape: [longest, width])
        ).rows
        return (0 ..< size).flatMap { rank in
            let part = Self.part(of: count, rank: rank, size: size)
            return all[rank * longest ..< rank * longest + part.count]
        }
    }

    /// The sums over all processes.
    func sums(_ values: [Float]) throws -> [Float] {
        guard let group else { return values }
        let tensor = Tensor(values, shape: [values.count])
        try group.sum(tensor)
        return tensor.floats
    }
}
