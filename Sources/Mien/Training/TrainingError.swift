public import Foundation
public import Torch

/// Why a run ended before its recipe did.
public enum TrainingError: Error, Sendable, NamesSettings {
    /// It was asked to stop; all is saved.
    case interrupted(step: Int, checkpoint: URL)
    /// A number that is not finite; the model of the last checkpoint is.
    case diverged(step: Int, found: String, learningRate: Double, lastCheckpoint: URL?)
    /// libtorch could not compute a step; the model of the last checkpoint is whole.
    case failed(step: Int, error: TensorError, lastCheckpoint: URL?)

    public var message: Advice {
        switch self {
        case .interrupted(let step, let checkpoint):
            "Stopped after step \(step). All is saved in \(checkpoint.path); continue with "
                + "\(setting: "resume")."
        case .diverged(let step, let found, let learningRate, let checkpoint):
            "Training diverged at step \(step), at a learning rate of \(learningRate): \(found). "
                + Self.checkpointAdvice(checkpoint)
                + "Start a new run with a smaller \(setting: "learning-rate"), or "
                + "\(setting: "gradient-clip") 1."
        case .failed(let step, let error, let checkpoint):
            "libtorch failed at step \(step): \(error). " + Self.checkpointAdvice(checkpoint)
                + (error.isOutOfMemory
                    ? "Memory is exhausted: take a smaller \(setting: "batch-size") or "
                        + "\(setting: "image-size"), or end other programs."
                    : "")
        }
    }

    private static func checkpointAdvice(_ checkpoint: URL?) -> Advice {
        Advice(
            checkpoint.map { "The last good checkpoint is \($0.path). " }
                ?? "There is no checkpoint yet. ")
    }
}
