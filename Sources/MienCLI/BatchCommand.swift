import ArgumentParser
import Foundation
import Mien

struct BatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Scores many photos in shards, which any batch engine can hand out.",
        discussion: """
            plan lists the photos, run scores a shard, collect joins the results and proves that each \
            photo has its rows once. A shard may run twice, at once or after a kill. Exit codes of \
            run: 0 done, 42 never repeat (program, plan or model differ), 75 repeat (disk, mount), \
            130 interrupted.
            """,
        subcommands: [PlanBatch.self, RunBatch.self, StatusOfBatch.self, CollectBatch.self])
}

/// The folder of a job.
struct BatchJobArgument: ParsableArguments {
    @Argument(help: "Folder of the job.")
    var job: String

    /// The job for an engine: one that cannot be reached now may be there later.
    func open() throws(BatchError) -> BatchJob {
        try BatchJob(URL(fileURLWithPath: job, isDirectory: true))
    }

    /// The job for a person: a folder without one is wrong input.
    func required() throws(UsageError) -> BatchJob {
        do throws(BatchError) { return try open() } catch { throw error.asWrongInput }
    }
}

extension BatchError {
    /// For a person, who has named a wrong folder.
    var asWrongInput: UsageError {
        UsageError(subject, found: found, expected: expected, advice: Advice(advice))
    }
}

extension Int {
    /// "1 picture", "2 pictures".
    func counting(_ thing: String) -> String { "\(self) \(thing)\(self == 1 ? "" : "s")" }
}

struct StatusOfBatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Counts shards, rows and what is missing.")

    @OptionGroup var job: BatchJobArgument
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let status = BatchStatus(try job.required())
        if json { try Console.json(status) } else { try Console.result(status.text) }
        try status.finish()
    }
}

extension BatchStatus {
    var text: String {
        var lines = [
            "\(done) of \(shards.counting("shard")) done, \(pictures.counting("picture")) planned.",
            "\(rows.counting("row")): \(ok) ok, \(noFace) without a face, \(lowQuality) of low quality, "
                + "\(abstained) abstained, \(unreadable) unreadable.",
        ]
        if !missing.isEmpty { lines.append("missing: \(missing)") }
        return (lines + warnings).joined(separator: "\n")
    }

    /// - Throws: where photos could not be read, so that the exit code says so, as that of
    ///   `mien predict` does.
    func finish() throws(UsageError) {
        guard unreadable > 0 else { return }
        throw UsageError(
            "input", found: "\(unreadable) of \(pictures) files that could not be used",
            expected: "none", advice: "The rows name each with its reason.")
    }
}
