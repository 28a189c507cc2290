import Foundation
import Mien
import Sweeps

/// Runs the trials of a sweep, each in a process of its own: one that ends by a signal takes no other
/// with it.
final class SweepProcesses {
    /// A trial that ended without a result is started so often.
    private static let attempts = 3
    /// And one whose lock a process held that saves, or whose disk was away: 2 s after each other.
    private static let laterAttempts = 30

    private let job: SweepJob
    private let jobs: Int
    private let threads: Int
    private var running: [Int: (process: Process, input: Pipe)] = [:]
    private var ends: [Int: Int] = [:]

    init(_ job: SweepJob, jobs: Int, threads: Int) {
        self.job = job
        self.jobs = jobs
        self.threads = threads
    }

    /// Runs what is left of all rungs.
    /// - Throws: `Interrupted` where it was stopped: all trials have saved by then.
    func run() throws {
        while true {
            let standing = SweepStanding(job)
            guard !standing.isDone else { return }
            try run(standing)
        }
    }

    private func run(_ standing: SweepStanding) throws {
        let status = SweepStatus(job, standing)
        Console.note(status.text)
        ends = [:]
        var waiting = standing.missing
        while !waiting.isEmpty || !running.isEmpty {
            if Interruption.isRequested { try stop() }
            while running.count < jobs, !waiting.isEmpty {
                try start(waiting.removeFirst())
            }
            usleep(20_000)
            for (trial, child) in running where !child.process.isRunning {
                running[trial] = nil
                if try !hasEnded(trial, standing.rung, child.process) { waiting.append(trial) }
            }
        }
    }

    /// A group of its own, so that Ctrl-C reaches this process alone, which passes it on.
    private func start(_ trial: Int) throws {
        let settings = job.plan.trials[trial].settings.map { "\($0.name) \($0.value)" }
        Console.note("trial \(trial): \(settings.joined(separator: ", "))")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = [
            "sweep", "run", job.url.path, "--trial", "\(trial)", "--threads", "\(threads)",
            "--until-input-ends",
        ]
        let log = job.logURL(trial)
        if !FileManager.default.fileExists(atPath: log.path) {
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        }
        guard let errors = FileHandle(forWritingAtPath: log.path) else {
            throw BatchError(
                .temporary, log.path, found: "a file that cannot be written",
                expected: "what trial \(trial) says")
        }
        try errors.seekToEnd()
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        try? errors.close()
        running[trial] = (process, input)
    }

    /// - Returns: `false` for a trial that is to be started again.
    private func hasEnded(_ trial: Int, _ rung: Int, _ process: Process) throws -> Bool {
        if let record = job.record(of: trial, rung: rung) {
            Console.note("trial \(trial): \(record.words)")
            return true
        }
        let code = process.terminationStatus
        let end = process.terminationReason == .uncaughtSignal ? "signal \(code)" : "code \(code)"
        ends[trial, default: 0] += 1
        let attempts = code == 75 ? Self.laterAttempts : Self.attempts
        guard code == 42 || code == 2 || ends[trial, default: 0] >= attempts else {
            Console.note("trial \(trial): ended with \(end); it is started again")
            if code == 75 { sleep(2) }
            return false
        }
        let error = "its process ended with \(end); \(job.logURL(trial).path) has what it said"
        try job.write(
            try SweepRecord(
                job, trial: trial, rung: rung,
                history: RunHistory(job.folder(of: trial, rung: rung)), report: nil, error: error))
        Console.note("trial \(trial): failed: \(error)")
        return true
    }

    private func stop() throws -> Never {
        Console.note("Stopping: the trials save. Start the line again to go on.")
        for child in running.values { child.process.terminate() }
        for child in running.values { child.process.waitUntilExit() }
        throw Interrupted()
    }

    /// This program.
    private static var program: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }
}
