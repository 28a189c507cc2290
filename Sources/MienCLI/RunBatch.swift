import ArgumentParser
import Foundation
import Mien

struct RunBatch: ParsableCommand, FindsFaces {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Scores one shard of a job, or several, one after the other.",
        discussion: """
            A shard that is done is passed over. Exit codes: 0 done, also where photos could not be \
            read; 42 never repeat (program, plan or model differ); 75 repeat (disk, mount); 130 \
            interrupted.
            """)

    @OptionGroup var job: BatchJobArgument
    @Option(help: "Number of the shard, from 0; - for numbers on standard input, one a line.")
    var shard: String?
    @Flag(
        help: """
            Number from SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or OMPI_COMM_WORLD_RANK, the first \
            that is set.
            """)
    var shardFromEnv = false
    @Option(help: "Take also each shard that follows by this number.")
    var stride: Int?
    @Option(help: "Threads. (default: SLURM_CPUS_PER_TASK, else the processors of the cgroup)")
    var threads: Int?
    @Option(help: "The model's file on this machine. (default: as planned)")
    var model: String?
    @Option(help: "Folder that relative paths begin in on this machine. (default: as planned)")
    var root: String?
    @Flag(help: "Print the record of each shard as JSON, one object per line.")
    var json = false

    /// The plan says so, which is not read yet.
    var findsFaces: Bool { false }

    func validate() throws {
        guard (shard == nil) == shardFromEnv else {
            throw ValidationError("Give either --shard or --shard-from-env.")
        }
    }

    func run() throws {
        Interruption.install()
        let threads = threads ?? ProcessorAllotment.processors()
        guard 1 ... 256 ~= threads else {
            throw UsageError("--threads", found: "\(threads)", expected: "1 to 256")
        }
        let job = try job.open()
        let numbers = ShardNumbers(
            first: try ShardNumbers.first(
                shard, option: "--shard", environmentOption: "--shard-from-env", stride: stride),
            stride: stride, in: job.plan.shards)
        useThreads(threads, tensors: false)
        let model = try model.map { try ModelPlace.file($0).path }
        let (root, json) = (root, json)
        try interruptible {
            try runBlocking {
                var runner = BatchRunner(job, model: model, root: root, workers: threads)
                while let shard = try numbers.next() {
                    let progress = WorkProgress(unit: "files")
                    let outcome = try await runner.run(shard: shard) { scored in
                        guard !Interruption.isRequested else { throw Interrupted() }
                        progress.show("shard \(shard): scored", scored, of: nil)
                    }
                    if json {
                        try Console.exact(try outcome.record.json())
                    } else {
                        try Console.result(
                            "shard \(shard): \(outcome.record.rows.counting("row")) of "
                                + outcome.record.pictures.counting("picture")
                                + (outcome.wasDone ? ", done before" : ""))
                    }
                }
            }
        }
    }
}
