import Crypto
public import Foundation
import Torch

/// Scores shards of a job. The result of a shard is whole or absent, and running a shard twice, at
/// once or after a kill, changes nothing.
public struct BatchRunner: Sendable {
    private let job: BatchJob
    private let modelFile: String
    private let root: String
    private let workers: Int
    private var predictor: Predictor?

    /// - Parameters:
    ///   - model: the model's file on this machine; `nil` for the plan's.
    ///   - root: the folder that relative paths begin in on this machine; `nil` for the plan's.
    ///   - workers: threads that decode and find faces.
    public init(_ job: BatchJob, model: String? = nil, root: String? = nil, workers: Int) {
        self.job = job
        modelFile = model ?? job.plan.model
        self.root = root ?? job.plan.root
        self.workers = workers
    }

    /// Scores a shard, unless it is done: its record, output and list are those of the plan.
    /// - Parameter observe: called with the number of pictures scored; throws to stop.
    /// - Returns: its record, and whether it was done before.
    /// - Throws: `BatchError`, what `observe` throws, `CancellationError`.
    public mutating func run(
        shard: Int, observe: (Int) throws -> Void = { _ in }
    ) async throws -> (record: BatchRecord, wasDone: Bool) {
        guard job.plan.program == currentMienVersion else {
            throw BatchError(
                .differs, "Mien", found: "version \(currentMienVersion)",
                expected: "\(job.plan.program), which planned the job")
        }
        guard 0 ..< job.plan.shards ~= shard else {
            throw BatchError(
                .differs, "shard \(shard)", found: "no such shard",
                expected: "0 to \(job.plan.shards - 1)")
        }
        if let record = try? job.record(of: shard), (try? job.output(of: record)) != nil {
            return (record, true)
        }
        let entries = try job.entries(of: shard)
        try requirePictures(entries, shard)
        let predictor = try loadedPredictor()
        do {
            return (try await score(entries, of: shard, with: predictor, observe), false)
        } catch let error as FileError {
            throw BatchError(
                .temporary, error.path, found: error.reason,
                expected: "a file system that takes the results of shard \(shard)")
        }
    }

    private func score(
        _ entries: [BatchEntry], of shard: Int, with predictor: Predictor,
        _ observe: (Int) throws -> Void
    ) async throws -> BatchRecord {
        let output = try BatchOutput(job, shard)
        let start = ContinuousClock.now
        var scored = 0
        let rest = JobQueue(entries)
        rest.close()
        try await orderedMap(
            width: predictor.faceExtractor.width, next: { rest.next() },
            transform: { [root] in try await Self.rows(of: $0, below: root, predictor) },
            consume: { rows in
                try output.add(rows)
                scored += 1
                try observe(scored)
            })
        return try output.finish(
            pictures: entries.count, precision: "\(predictor.precision)",
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// A mount point that lost its file system is an empty folder: a shard none of whose pictures is
    /// there is to be tried again, not a list of missing files.
    private func requirePictures(_ entries: [BatchEntry], _ shard: Int) throws {
        let planned = entries.filter { $0.reason == nil }
        guard !planned.isEmpty, planned.allSatisfy({ $0.place(below: root).status() == nil }) else {
            return
        }
        throw BatchError(
            .temporary, "shard \(shard)",
            found: "none of its \(planned.count) pictures below \(root)",
            expected: "the pictures that were planned",
            advice: "Check whether their file system is mounted.")
    }

    private mutating func loadedPredictor() throws -> Predictor {
        if let predictor { return predictor }
        guard FileManager.default.isReadableFile(atPath: modelFile),
            let sha256 = try? Model.sha256(ofFile: URL(fileURLWithPath: modelFile))
        else {
            throw BatchError(
                .temporary, modelFile, found: "no file that can be read",
                expected: "the model of the plan")
        }
        guard sha256 == job.plan.modelSHA256 else {
            throw BatchError(
                .differs, modelFile, found: "SHA-256 \(sha256.prefix(12))...",
                expected: "\(job.plan.modelSHA256.prefix(12))..., the model of the plan")
        }
        let loaded = try Predictor(
            model: URL(fileURLWithPath: modelFile),
            options: job.plan.options.predictionOptions(workers: workers))
        predictor = loaded
        return loaded
    }

    private static func rows(
        of entry: BatchEntry, below root: String, _ predictor: Predictor
    ) async throws -> [PredictionRow] {
        let card = predictor.card
        if let reason = entry.reason { return [.unreadable(entry.name, reason, card)] }
        try requireReachable(entry, below: root)
        switch entry.state(below: root) {
        case .missing: return [.unreadable(entry.name, "changed: it is no longer there", card)]
        case .changed: return [.unreadable(entry.name, "changed since the job was planned", card)]
        case .unchanged, .unreachable: break
        }
        switch try await predictor.predict(contentsOf: entry.place(below: root)) {
        case .image(let image): return PredictionRow.rows(entry.name, image, card)
        case .unreadable(let reason):
            try requireReachable(entry, below: root)
            return [.unreadable(entry.name, reason, card)]
        }
    }

    private static func requireReachable(_ entry: BatchEntry, below root: String) throws {
        guard case .unreachable(let reason) = entry.state(below: root) else { return }
        throw BatchError(
            .temporary, entry.name.line, found: "a file that cannot be reached: \(reason)",
            expected: "the file that was planned")
    }
}
