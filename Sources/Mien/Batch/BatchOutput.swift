import Crypto
import Foundation
import Torch

/// The rows of a shard while they are written, under a name that no other process uses.
final class BatchOutput {
    private let shard: Int
    private let job: BatchJob
    private let temporary: URL
    private let file: GrowingFile
    private var hash = SHA256()
    private var rows = 0
    private var counts: [PredictionStatus: Int] = [:]
    private var isFinished = false

    /// - Throws: `FileError` where the job's folder cannot be written.
    init(_ job: BatchJob, _ shard: Int) throws(FileError) {
        self.job = job
        self.shard = shard
        temporary = Self.temporary(job, shard, "")
        file = try GrowingFile(temporary)
    }

    deinit { if !isFinished { unlink(temporary.path) } }

    private static func temporary(_ job: BatchJob, _ shard: Int, _ ending: String) -> URL {
        job.outputFolder.appendingPathComponent(
            ".tmp-\(hostName)-\(getpid())-\(BatchJob.number(shard))\(ending)")
    }

    private static var hostName: String {
        (Machine.hostName ?? "localhost").replacing("/", with: "_")
    }

    func add(_ rows: [PredictionRow]) throws {
        for row in rows {
            let line = Array(try row.json().utf8) + [UInt8(ascii: "\n")]
            try file.append(line)
            hash.update(data: line)
            counts[row.status, default: 0] += 1
        }
        self.rows += rows.count
    }

    /// Gives the output its name, then writes the record, each on the disk before the next.
    func finish(
        pictures: Int, precision: String, seconds: Double
    ) throws -> BatchRecord {
        try file.finish()
        let digest = hash.finalize().hexadecimal
        let name = "\(BatchJob.number(shard)).\(digest.prefix(12)).jsonl"
        try AtomicFile.move(temporary, to: job.outputFolder.appendingPathComponent(name))
        isFinished = true
        func count(_ status: PredictionStatus) -> Int { counts[status] ?? 0 }
        let record = BatchRecord(
            schema: BatchPlan.schemaVersion, shard: shard, file: name, pictures: pictures,
            rows: rows, ok: count(.ok), noFace: count(.noFace), lowQuality: count(.lowQuality),
            abstained: count(.abstained), unreadable: count(.unreadable),
            sha256: .init(
                output: digest, list: job.plan.lists[shard], plan: job.planSHA256,
                model: job.plan.modelSHA256),
            program: currentMienVersion, instructionSet: Machine.instructionSet,
            precision: precision, seconds: (seconds * 1000).rounded() / 1000, host: Self.hostName)
        let line = try record.json() + "\n"
        let half = Self.temporary(job, shard, ".done")
        do throws(FileError) {
            let done = try GrowingFile(half)
            try done.append(line)
            try done.finish()
            try AtomicFile.move(half, to: job.recordURL(shard))
        } catch {
            unlink(half.path)
            throw error
        }
        return record
    }
}
