import Crypto
import Foundation
import Torch

extension TrainingWorld {
    /// Compares the beginnings of a run in all processes: recipe, data, weights and progress.
    /// - Throws: `ProcessGroupError` that names the processes which differ from rank 0, the last ones
    ///   in all processes alike.
    func requireAgreement(
        on start: RunConfiguration, _ dataset: Dataset, _ rows: TrainingData,
        _ progress: TrainingProgress,
        networks: [NetworkModule], optimizer: any Optimizer
    ) throws {
        guard let group else { return }
        let encoder = JSONEncoder.canonical
        var recipe = SHA256()
        recipe.update(data: try encoder.encode(start.recipe))
        var data = SHA256()
        for source in dataset.sources { data.update(data: Data(source.sha256.utf8)) }
        for rows in [rows.training, rows.validation] {
            data.update(data: try encoder.encode(rows.indices))
        }
        var state = SHA256()
        for tensor in networks.flatMap({ $0.namedTensors.map(\.tensor) })
            + optimizer.state.map(\.tensor)
        {
            state.update(data: tensor.bytes)
        }
        state.update(data: try encoder.encode(progress))
        let found = try group.gather(
            Tensor(
                recipe.finalize().words + data.finalize().words + state.finalize().words
                    + [Int64(progress.step)],
                shape: [1, 13])
        ).integers
        let all = (0 ..< size).map { Array(found[$0 * 13 ..< ($0 + 1) * 13]) }
        func require(_ words: Range<Int>, _ name: String, _ advice: String) throws {
            let others = group.members.filter { all[$0.rank][words] != all[0][words] }
            guard !others.isEmpty else { return }
            let names = others.map { "\($0)" }.joined(separator: ", ")
            throw ProcessGroupError(
                .exchange,
                "\(names): found \(name) other than those of \(group.members[0]). \(advice)")
        }
        try require(0 ..< 4, "recipe settings", "Give all processes the same command.")
        try require(4 ..< 8, "training data", "Give all processes the same files.")
        let steps = all.map { "\($0[12])" }.joined(separator: ", ")
        try require(
            8 ..< 12, "weights",
            "By rank they stand at step \(steps). All processes need the same first weights and, in a "
                + "run that goes on, the same checkpoint: put the run folder on a file system that "
                + "all hosts share.")
    }
}

extension SHA256.Digest {
    /// The 32 bytes as four numbers.
    fileprivate var words: [Int64] {
        withUnsafeBytes { bytes in
            (0 ..< 4).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self) }
        }
    }
}
