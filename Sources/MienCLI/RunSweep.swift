import ArgumentParser
import Foundation
import Mien
import Sweeps
import Torch

struct RunSweep: ParsableCommand, UsesTensors {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Trains one trial of a sweep, or several, one after the other.",
        discussion: """
            A trial that is done is passed over; one that was interrupted or killed goes on from its \
            checkpoint. A trial that fails is recorded with its error. With successive halving a \
            trial runs to the rung that is open, if it is among those that go on.
            """)

    @OptionGroup var job: SweepJobArgument
    @Option(help: "Number of the trial, from 0; - for numbers on standard input, one a line.")
    var trial: String?
    @Flag(
        help: """
            Number from SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or OMPI_COMM_WORLD_RANK, the first \
            that is set.
            """)
    var trialFromEnv = false
    @Option(help: "Take also each trial that follows by this number.")
    var stride: Int?
    @Option(help: "Threads. (default: SLURM_CPUS_PER_TASK, else the processors of the cgroup)")
    var threads: Int?
    @Flag(help: "Print the record of each trial as JSON, one object per line.")
    var json = false
    /// For who starts it: a process whose starter was killed saves and stops.
    @Flag(help: .hidden)
    var untilInputEnds = false

    var usesTensors: Bool { true }
    var tensorThreads: Int? { threads ?? ProcessorAllotment.processors() }

    func validate() throws {
        guard (trial == nil) == trialFromEnv else {
            throw ValidationError("Give either --trial or --trial-from-env.")
        }
    }

    func run() throws {
        Interruption.install()
        let job = try job.open()
        if untilInputEnds { Self.stopWhenInputEnds() }
        let first = try ShardNumbers.first(
            trial, option: "--trial", environmentOption: "--trial-from-env", stride: stride)
        let numbers = ShardNumbers(first: first, stride: stride, in: job.plan.trials.count)
        while let trial = try numbers.next() {
            let (record, words) = try run(trial, of: job)
            if json {
                if let record {
                    let data = try JSONEncoder.canonical.encode(record)
                    try Console.exact(String(decoding: data, as: UTF8.self))
                }
            } else {
                try Console.result("trial \(trial): \(words)")
            }
        }
    }

    private func run(_ trial: Int, of job: SweepJob) throws -> (SweepRecord?, String) {
        guard job.plan.program == currentMienVersion else {
            throw BatchError(
                .differs, "Mien", found: "version \(currentMienVersion)",
                expected: "\(job.plan.program), which planned the sweep")
        }
        guard job.plan.trials.indices.contains(trial) else {
            throw BatchError(
                .differs, "trial \(trial)", found: "no such trial",
                expected: "0 to \(job.plan.trials.count - 1)")
        }
        let lock = try job.lock(trial)
        defer { withExtendedLifetime(lock) {} }
        let standing = SweepStanding(job)
        guard standing.members.contains(trial) else {
            return (nil, "does not go on to rung \(standing.rung + 1)")
        }
        if let record = job.record(of: trial, rung: standing.rung) {
            return (record, "\(record.words), done before")
        }
        let training = SweepTraining(job, trial: trial, rung: standing.rung)
        let record = try interruptible {
            try training.run(
                session: {
                    try session(
                        training.folder, job.arguments(of: trial, rung: standing.rung),
                        root: job.plan.root)
                },
                words: MienCommand.words(of:), isStopped: { Interruption.isRequested })
        }
        return (record, record.words)
    }

    /// The run of a trial, new or going on; relative paths begin where the sweep was planned.
    private func session(
        _ folder: RunFolder, _ arguments: [String], root: String
    ) throws -> TrainingSession {
        guard FileManager.default.changeCurrentDirectoryPath(root) else {
            throw BatchError(
                .temporary, root, found: "no folder that can be entered",
                expected: "the folder in which the sweep was planned")
        }
        let isPart = folder.hasCheckpoint
        let place =
            isPart
            ? ["--resume", folder.url.path]
            : ["--out", folder.url.path, "--threads", "\(tensorThreads ?? 1)"]
        let train = try Train.trial(isPart ? [] : arguments, place)
        let threads = try train.compute.apply(tensors: true)
        let prepared =
            isPart ? try train.continuing(folder.url.path, nil) : try train.starting(threads, nil)
        let log = RunLog(prepared.session.folder)
        for note in prepared.notes { log.line(note) }
        return prepared.session
    }

    private static func stopWhenInputEnds() {
        let thread = Thread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                guard count < 0, errno == EINTR else { break }
            }
            kill(getpid(), SIGTERM)
        }
        thread.name = "mien.sweep.input"
        thread.start()
    }
}

extension SweepRecord {
    /// "AUC 0.914 (0.904 to 0.923), 12 s", or the error.
    var words: String {
        if let error { return "failed: \(error)" }
        return "AUC \(auc.map { "\($0)" } ?? "not recorded"), epoch \(epochs), "
            + "\(Int(seconds.rounded())) s"
    }
}
