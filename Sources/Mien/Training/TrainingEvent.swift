public import Foundation

/// What a trainer reports while it works; it prints nothing itself.
public enum TrainingEvent: Sendable {
    case started(TrainingPlan)
    case step(StepReport)
    /// Images of the validation rows that are scored.
    case validating(done: Int, total: Int)
    /// Batches that the average of the weights gets its statistics from.
    case renewing(done: Int, total: Int)
    /// Training images whose answers the cycle that begins is taught with.
    case teaching(done: Int, total: Int)
    case epoch(EpochReport)
    case checkpoint(URL, step: Int)
    case stoppedEarly(bestEpoch: Int)
}

/// Whether the trainer is to go on.
public enum Disposition: Sendable { case proceed, stop }

/// The size of a run, known at its start.
public struct TrainingPlan: Sendable, Codable {
    public let trainingSamples: Int
    public let validationSamples: Int
    public let stepsPerEpoch: Int
    public let totalSteps: Int
    public let epochs: Int
    public let precision: String
    public let threads: Int
    /// Processes that share each batch.
    public let processes: Int
    /// Above 0 when the run goes on from a checkpoint.
    public let firstStep: Int

    package init(
        trainingSamples: Int, validationSamples: Int, stepsPerEpoch: Int, totalSteps: Int,
        epochs: Int, precision: String, threads: Int, processes: Int = 1, firstStep: Int
    ) {
        self.trainingSamples = trainingSamples
        self.validationSamples = validationSamples
        self.stepsPerEpoch = stepsPerEpoch
        self.totalSteps = totalSteps
        self.epochs = epochs
        self.precision = precision
        self.threads = threads
        self.processes = processes
        self.firstStep = firstStep
    }
}

/// One optimizer step.
public struct StepReport: Sendable, Codable {
    /// Counted from 1 over the whole run.
    public let step: Int
    public let epoch: Int
    public let loss: Double
    /// Means over the epoch so far.
    public let epochLoss: Double
    public let epochAccuracy: Double
    public let learningRate: Double
    public let images: Int
    public let seconds: Double
    /// Of these seconds, what the step waited for its batch.
    public let waitedSeconds: Double

    package init(
        step: Int, epoch: Int, loss: Double, epochLoss: Double, epochAccuracy: Double,
        learningRate: Double, images: Int, seconds: Double, waitedSeconds: Double
    ) {
        self.step = step
        self.epoch = epoch
        self.loss = loss
        self.epochLoss = epochLoss
        self.epochAccuracy = epochAccuracy
        self.learningRate = learningRate
        self.images = images
        self.seconds = seconds
        self.waitedSeconds = waitedSeconds
    }
}

/// One epoch: training means, and how the model did on the validation rows after it.
public struct EpochReport: Sendable, Codable, Equatable {
    /// Counted from 1.
    public let epoch: Int
    public let step: Int
    public let trainingLoss: Double
    public let trainingAccuracy: Double
    public let validation: ValidationSummary
}
