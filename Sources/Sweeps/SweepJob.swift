public import Foundation
public import Mien
import Torch

/// The folder of a sweep: `plan.json`, a run folder for each trial in `trials`, and their results in `out`.
public struct SweepJob: Sendable {
    public let url: URL
    public let plan: SweepPlan
    let planSHA256: String

    /// - Throws: `BatchError` for a folder without a plan, and for a plan that cannot be used.
    public init(_ url: URL) throws(BatchError) {
        self.url = url
        (plan, planSHA256) = try PlanFile.read(
            SweepPlan.self, from: Self.planURL(url), of: "a sweep", schema: \.schema,
            version: SweepPlan.schemaVersion)
    }

    public static func planURL(_ job: URL) -> URL { job.appendingPathComponent("plan.json") }

    /// Plans the trials of a recipe.
    /// - Parameters:
    ///   - recipe: the file.
    ///   - folder: without a plan in it.
    ///   - trial: what `mien train` makes of a trial's arguments; throws where it refuses them.
    /// - Throws: `UsageError`, `FileError`, what `trial` throws. Nothing is written then.
    public static func plan(
        _ recipe: URL, in folder: URL,
        trial: (_ settings: [SweepSetting], _ arguments: [String]) throws -> SweepPlan.Trial
    ) throws -> SweepJob {
        guard !FileManager.default.fileExists(atPath: planURL(folder).path) else {
            throw UsageError(
                folder.path, found: "a sweep that was planned already", expected: "a new folder")
        }
        let contents = try SweepRecipe(contentsOf: recipe)
        let trials = try contents.settings().map { settings in
            let last = contents.rungs.map { [lengthSetting($0, $0.lengths.count - 1)] } ?? []
            let planned = try trial(settings, (contents.base + settings + last).map(\.argument))
            if let rungs = contents.rungs, rungs.unit == .epochs,
                let end = rungs.lengths.last, planned.epochs != end
            {
                throw UsageError(
                    "halving", found: "a recipe of \(planned.epochs) epochs, with warm restarts",
                    expected: "\(end) epochs, those of the last rung",
                    advice: "Give cycle: none in base.")
            }
            return planned
        }
        let plan = SweepPlan(
            schema: SweepPlan.schemaVersion, program: currentMienVersion,
            recipeSHA256: try Model.sha256(ofFile: recipe),
            root: FileManager.default.currentDirectoryPath, base: contents.base,
            search: contents.search, metric: contents.metric, rungs: contents.rungs,
            trials: trials)
        for name in ["trials", "out", "locks", "logs"] {
            let part = folder.appendingPathComponent(name, isDirectory: true)
            do {
                try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
            } catch {
                throw FileError(
                    path: part.path, reason: "cannot be made: \(plainReason(of: error))")
            }
        }
        let experiment = try TensorBoardWriter(in: folder.appendingPathComponent("trials"))
        experiment.write(
            .experiment(
                settings: contents.space.map(\.name),
                metrics: SweepRecipe.Metric.allCases.map(\.tag),
                seconds: Date.now.timeIntervalSince1970))
        try AtomicFile.write(
            try JSONEncoder.readable.encode(plan) + Data("\n".utf8), to: planURL(folder))
        return try SweepJob(folder)
    }

    /// The length of a rung as an option: epochs are always those of the last, where a run pauses.
    private static func lengthSetting(_ rungs: SweepRecipe.Rungs, _ rung: Int) -> SweepSetting {
        switch rungs.unit {
        case .epochs: SweepSetting("epochs", "\(rungs.lengths[rungs.lengths.count - 1])")
        case .steps: SweepSetting("max-steps", "\(rungs.lengths[rung])")
        }
    }

    /// "00003", and "00003.1" for the second rung.
    private func name(_ trial: Int, _ rung: Int, of rungs: Int) -> String {
        BatchJob.number(trial) + (rungs > 1 ? ".\(rung)" : "")
    }

    /// The run of a trial at a rung.
    public func folder(of trial: Int, rung: Int) -> RunFolder {
        let isAnew = plan.rungs?.unit == .steps
        return RunFolder(
            url.appendingPathComponent("trials", isDirectory: true).appendingPathComponent(
                name(trial, rung, of: isAnew ? plan.rungCount : 1), isDirectory: true))
    }

    /// What the program says of a trial that it starts.
    public func logURL(_ trial: Int) -> URL {
        url.appendingPathComponent("logs/\(BatchJob.number(trial)).txt")
    }

    /// The options of `mien train`, without the folder of the run.
    public func arguments(of trial: Int, rung: Int) -> [String] {
        let length = plan.rungs.map { [Self.lengthSetting($0, rung)] } ?? []
        return (plan.base + plan.trials[trial].settings + length).map(\.argument)
    }

    /// The epoch after which a trial pauses at a rung; `nil` where it runs to its end.
    func pause(rung: Int) -> Int? {
        guard let rungs = plan.rungs, rungs.unit == .epochs, rung < rungs.lengths.count - 1 else {
            return nil
        }
        return rungs.lengths[rung]
    }

    public func recordURL(of trial: Int, rung: Int) -> URL {
        url.appendingPathComponent("out", isDirectory: true)
            .appendingPathComponent("\(name(trial, rung, of: plan.rungCount)).done.json")
    }

    /// What became of a trial at a rung; `nil` where that is not known, or is of another plan.
    public func record(of trial: Int, rung: Int) -> SweepRecord? {
        guard let data = try? Data(contentsOf: recordURL(of: trial, rung: rung)),
            let record = try? JSONDecoder().decode(SweepRecord.self, from: data),
            record.schema == SweepPlan.schemaVersion, record.trial == trial, record.rung == rung,
            record.planSHA256 == planSHA256
        else { return nil }
        return record
    }

    /// Writes a record whole.
    public func write(_ record: SweepRecord) throws {
        try AtomicFile.write(
            try JSONEncoder.canonical.encode(record) + Data("\n".utf8),
            to: recordURL(of: record.trial, rung: record.rung))
    }

    /// One process works on a trial at a time.
    /// - Throws: `BatchError` for a trial that another process works on, `FileError`.
    public func lock(_ trial: Int) throws -> RunLock {
        let folder = url.appendingPathComponent(
            "locks/\(BatchJob.number(trial))", isDirectory: true)
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            return try RunLock(RunFolder(folder), subject: "trial \(trial)")
        } catch let error as UsageError {
            throw BatchError(
                .temporary, "trial \(trial)", found: error.found,
                expected: "a trial that no other process works on")
        }
    }
}

extension SweepRecipe.Metric {
    /// The tag of TensorBoard's scalars.
    var tag: String {
        switch self {
        case .auc: "auc/validation"
        case .accuracy: "accuracy/validation"
        case .balancedAccuracy: "balanced_accuracy/validation"
        }
    }
}
