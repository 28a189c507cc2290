import Foundation
import Torch

/// Where a training run stands: with the recipe and the data, all that is needed to go on
/// exactly.
struct TrainingProgress: Codable, Equatable {
    var epoch = 0
    /// Batches of the current epoch that are done.
    var batch = 0
    var step = 0
    /// Sums over the samples of the current epoch.
    var lossSum = 0.0
    var correct = 0
    var seen = 0
    var history: [EpochReport] = []

    /// The epoch with the largest validation AUC so far.
    var bestEpoch: Int? {
        history.max { ($0.validation.auc ?? 0) < ($1.validation.auc ?? 0) }?.epoch
    }
}

/// Reads and writes the checkpoints of a run: network, optimizer state and progress in one
/// safetensors file each. The last two are kept.
struct CheckpointStore {
    let folder: URL
    static let progressKey = "mien.progress"

    private func url(step: Int) -> URL {
        folder.appendingPathComponent("step-\(String(format: "%08d", step)).safetensors")
    }

    /// Whole checkpoints, the newest first.
    func available() -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }
            .sorted(by: >).map { folder.appendingPathComponent($0) }
    }

    /// - Parameter learningRate: of the last step, for errors.
    /// - Throws: `TrainingError.diverged` for numbers that are not finite; `FileError`.
    func write(
        _ progress: TrainingProgress, network: NetworkModule, emaNetwork: NetworkModule?,
        optimizer: any Optimizer, predictions: [Float]?, learningRate: Double
    ) throws -> URL {
        var state = StateDict()
        for (path, _, tensor) in network.namedTensors { state["model.\(path)"] = .init(tensor) }
        for (path, _, tensor) in emaNetwork?.namedTensors ?? [] {
            state["average.\(path)"] = .init(tensor)
        }
        for (name, tensor) in optimizer.state { state["optimizer.\(name)"] = .init(tensor) }
        if let predictions {
            state[SavedRun.predictionsKey] = .init(Tensor(predictions, shape: [predictions.count]))
        }
        state.metadata[Self.progressKey] = String(
            decoding: try JSONEncoder.canonical.encode(progress), as: UTF8.self)
        if let (name, reason) = state.firstUnusable {
            throw TrainingError.diverged(
                step: progress.step, found: "\(name): \(reason)", learningRate: learningRate,
                lastCheckpoint: available().first)
        }
        let target = url(step: progress.step)
        try state.writeSafetensors(to: target)
        for old in available().dropFirst(2) { try FileManager.default.removeItem(at: old) }
        return target
    }

    /// The newest checkpoint that is whole and finite; others are passed over.
    func newest() -> SavedRun? {
        for file in available() {
            guard let state = try? StateDict(safetensors: file), state.firstUnusable == nil,
                let text = state.metadata[Self.progressKey],
                let progress = try? JSONDecoder().decode(
                    TrainingProgress.self, from: Data(text.utf8))
            else { continue }
            return SavedRun(file: file, state: state, progress: progress)
        }
        return nil
    }
}

/// What a checkpoint holds.
struct SavedRun {
    let file: URL
    let state: StateDict
    let progress: TrainingProgress

    static let predictionsKey = "answers"

    var misfit: FileError {
        FileError(path: file.path, reason: "does not fit the run's recipe: was it edited?")
    }

    /// What a cycle's model answered on the training rows, where the checkpoint has it.
    /// - Throws: `FileError` where there are not `count` values.
    func predictions(count: Int) throws -> [Float]? {
        guard let raw = state[Self.predictionsKey] else { return nil }
        guard raw.shape == [count] else { throw misfit }
        return raw.tensor.floats
    }

    /// - Throws: `FileError` where it is of another recipe.
    func restore(network: NetworkModule, emaNetwork: NetworkModule?, optimizer: any Optimizer)
        throws
    {
        let targets =
            network.namedTensors.map { ("model.\($0.path)", $0.tensor) }
            + (emaNetwork?.namedTensors ?? []).map { ("average.\($0.path)", $0.tensor) }
            + optimizer.state.map { ("optimizer.\($0.name)", $0.tensor) }
        guard targets.allSatisfy({ state[$0.0]?.shape == $0.1.shape }) else { throw misfit }
        withoutGradients {
            for (name, tensor) in targets {
                if let raw = state[name] { tensor.assign(raw.tensor) }
            }
        }
    }
}
