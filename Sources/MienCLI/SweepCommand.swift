import ArgumentParser
import Foundation
import Mien
import Sweeps
import Torch

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Trains many settings of a recipe and compares them on validation rows.",
        discussion: """
            mien sweep recipe.yaml --out sweep runs all trials in processes of this machine, and goes on \
            where it was stopped or killed. plan, run, status and collect do the parts, for batch \
            engines. No choice is made on test rows. Exit codes of run: 0 done, also where a \
            trial failed; 42 never repeat (program or plan differ); 75 repeat (disk, mount, another \
            process works on the trial); 130 interrupted.
            """,
        subcommands: [
            SweepHere.self, PlanSweep.self, RunSweep.self, StatusOfSweep.self, CollectSweep.self,
        ],
        defaultSubcommand: SweepHere.self)
}

/// The folder of a sweep.
struct SweepJobArgument: ParsableArguments {
    @Argument(help: "Folder of the sweep.")
    var job: String

    /// The sweep for an engine: one that cannot be reached now may be there later.
    func open() throws(BatchError) -> SweepJob {
        try SweepJob(URL(fileURLWithPath: job, isDirectory: true))
    }

    /// The sweep for a person: a folder without one is wrong input.
    func required() throws(UsageError) -> SweepJob {
        do throws(BatchError) { return try open() } catch { throw error.asWrongInput }
    }
}

struct PlanSweep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Lists the trials of a recipe and checks each of them.")

    @Argument(help: "The recipe of the sweep, YAML or JSON.")
    var recipe: String
    @Option(help: "Folder of the sweep, without one in it.")
    var out: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        Interruption.install()
        let job = try SweepJob.plan(recipe: recipe, out: out)
        let status = SweepStatus(job, SweepStanding(job))
        if json {
            try Console.json(status)
        } else {
            try Console.result(
                "\(status.trials.counting("trial")) in \(status.rungs.counting("rung")).")
        }
    }
}

struct StatusOfSweep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Counts trials, looks and what is missing.")

    @OptionGroup var job: SweepJobArgument
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let job = try job.required()
        let status = SweepStatus(job, SweepStanding(job))
        if json { try Console.json(status) } else { try Console.result(status.text) }
    }
}

struct CollectSweep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect", abstract: "Prints the table of a sweep that is done.",
        discussion: "Refuses, with the numbers of the trials, where results are missing.")

    @OptionGroup var job: SweepJobArgument
    @OptionGroup var output: SweepOutput

    func run() throws {
        try output.write(try job.required())
    }
}

/// Where the table goes.
struct SweepOutput: ParsableArguments {
    @Option(help: "Write the table as csv to this file.")
    var csv: String?
    @Flag(help: "Print the table as JSON.")
    var json = false

    /// - Throws: `BatchError` for a sweep that is not done, and for one whose trials all failed.
    func write(_ job: SweepJob) throws {
        let standing = SweepStanding(job)
        guard standing.isDone else {
            throw BatchError(
                .refused, job.url.path,
                found: "no results of trials \(BatchStatus.ranges(standing.missing))",
                expected: "those of all trials", advice: "Run them first.")
        }
        let result = SweepResult(job, standing)
        if let csv { try AtomicFile.write(result.csv, to: URL(fileURLWithPath: csv)) }
        if json { try Console.json(result) } else { try Console.result(result.text) }
        guard result.best != nil else {
            throw BatchError(
                .refused, job.url.path, found: "\(result.failed) trials that failed",
                expected: "at least one that did not")
        }
    }
}

extension SweepJob {
    /// Plans a sweep, with each trial as `mien train` would take it.
    static func plan(recipe: String, out: String) throws -> SweepJob {
        FileRoles.addInput(recipe)
        let folder = try OutputFolder(out)
        var reads: Set<String> = []
        return try plan(URL(fileURLWithPath: recipe), in: folder.url) { settings, arguments in
            guard !Interruption.isRequested else { throw Interrupted() }
            let train = try Train.trial(arguments, ["--out", folder.file("trials").path])
            let classes = try train.dataOptions.labelling.options.classes?.classes
            var recipe = try train.overrides.recipe(among: classes)
            guard recipe.classical == nil else {
                throw UsageError(
                    "base: recipe", found: recipe.name, expected: "the recipe of a network",
                    advice:
                        "mien train chooses the settings of classical classifiers by inner folds.")
            }
            _ = train.overrides.yield(&recipe)
            try recipe.validate()
            let source = try train.dataOptions.required()
            // Once for all trials: data that cannot be read is known before any trial begins.
            if reads.insert(source.data).inserted { _ = try source.load(input: recipe.input()) }
            return SweepPlan.Trial(
                settings: settings, seed: recipe.seed,
                epochs: (recipe.warmRestarts ?? []).reduce(recipe.epochs) { $0 + $1.epochs },
                stopsEarly: recipe.earlyStoppingPatience != nil)
        }
    }
}

extension Train {
    /// The command of a trial.
    /// - Throws: `UsageError` for options that it does not have.
    static func trial(_ arguments: [String], _ place: [String]) throws -> Train {
        do {
            return try Train.parse(arguments + place + ["--no-report"])
        } catch {
            throw UsageError(
                "trial \(arguments.joined(separator: " "))", found: Train.message(for: error),
                expected: "options of mien train")
        }
    }
}
