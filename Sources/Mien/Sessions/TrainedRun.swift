import Foundation
import Torch

/// A run in a folder on data at hand, network or classical: trained, continued from its last checkpoint,
/// or read where it is done.
struct TrainedRun {
    let options: TrainingSession.Options
    let dataset: Dataset
    let folder: RunFolder

    /// What training reports.
    enum Event {
        case began(notes: [Advice])
        /// The model was there.
        case reused
        case training(TrainingEvent)
        case classical(ClassicalTrainingEvent)
    }

    /// - Returns: `nil` where `observe` said stop; the next call goes on from there.
    /// - Throws: `UsageError` for a run of another recipe or other data; as in training.
    func model(_ observe: (Event) -> Disposition) throws -> Model? {
        if FileManager.default.fileExists(atPath: folder.modelURL.path) {
            try requireSame()
            guard observe(.reused) == .proceed else { return nil }
            return try Model(contentsOf: folder.modelURL)
        }
        guard options.recipe.classical == nil else { return try classical(observe) }
        let session: TrainingSession
        if folder.hasCheckpoint {
            try requireSame()
            session = try TrainingSession(resuming: folder.url, on: dataset)
        } else {
            session = try TrainingSession(options, on: dataset, in: folder.url)
        }
        guard observe(.began(notes: session.notes)) == .proceed else { return nil }
        do {
            return try session.run { observe(.training($0)) }
        } catch TrainingError.interrupted {
            return nil
        }
    }

    private func classical(_ observe: (Event) -> Disposition) throws -> Model? {
        let start = RunConfiguration(
            recipe: options.recipe, data: RunConfiguration.absolute(options.data),
            votes: options.votes.map(RunConfiguration.absolute), skipBadRows: options.skipBadRows,
            initialWeights: "none", threads: 1, device: "cpu", sources: dataset.sources,
            labelOptions: options.labels)
        let trainer = try ClassicalTrainer(start, dataset: dataset, folder: folder)
        let (_, lock) = try RunFolder.owned(at: folder.url, start)
        defer { withExtendedLifetime(lock) {} }
        guard observe(.began(notes: trainer.notes)) == .proceed else { return nil }
        return try trainer.run { observe(.classical($0)) }
    }

    private func requireSame() throws {
        let start = try folder.start()
        guard start.recipe == options.recipe,
            start.sources.map(\.sha256) == dataset.sources.map(\.sha256)
        else {
            throw UsageError(
                folder.url.path, found: "a run of another recipe or of other data",
                expected: "an earlier part of this work",
                advice: "Choose another folder for the results.")
        }
    }
}
