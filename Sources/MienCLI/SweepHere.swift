import ArgumentParser
import Foundation
import Mien
import Sweeps

struct SweepHere: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Runs all trials in processes of this machine, and prints the table.",
        discussion: """
            Start the line again after a stop or a kill: trials that are done stay, and those that \
            were under way go on from their checkpoints. Ctrl-C saves all trials and stops.
            """)

    @Argument(help: "The recipe of the sweep, YAML or JSON.")
    var recipe: String
    @Option(help: "Folder of the sweep.")
    var out: String
    @Option(help: "Trials that run at once.")
    var jobs = 1
    @Option(help: "Threads of each trial. (default: the processors, divided by --jobs)")
    var threads: Int?
    @OptionGroup var output: SweepOutput

    func run() throws {
        Interruption.install()
        guard 1 ... 256 ~= jobs else {
            throw UsageError("--jobs", found: "\(jobs)", expected: "1 to 256")
        }
        let url = URL(fileURLWithPath: out, isDirectory: true)
        let job: SweepJob
        if FileManager.default.fileExists(atPath: SweepJob.planURL(url).path) {
            job = try SweepJob(url)
            try requireSame(job)
        } else {
            job = try SweepJob.plan(recipe: recipe, out: out)
        }
        let count = threads ?? max(1, ProcessorAllotment.processors() / jobs)
        try SweepProcesses(job, jobs: jobs, threads: count).run()
        try output.write(job)
    }

    private func requireSame(_ job: SweepJob) throws {
        let hash = try? Model.sha256(ofFile: URL(fileURLWithPath: recipe))
        guard hash == job.plan.recipeSHA256 else {
            throw UsageError(
                "--out",
                found: "\(out), the sweep of another recipe, or of this one before an edit",
                expected: "a new folder, or the recipe as it was")
        }
    }
}
