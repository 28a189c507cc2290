import Foundation
public import Mien
import Torch

/// Trains one trial up to a rung and records what became of it.
public struct SweepTraining {
    private let job: SweepJob
    private let trial: Int
    private let rung: Int

    public init(_ job: SweepJob, trial: Int, rung: Int) {
        self.job = job
        self.trial = trial
        self.rung = rung
    }

    /// The run: its folder, which may hold a part of it.
    public var folder: RunFolder { job.folder(of: trial, rung: rung) }

    /// Trains what is left. A trial that fails is recorded as such.
    /// - Parameters:
    ///   - session: the run, new or going on.
    ///   - words: an error in words.
    ///   - isStopped: asked after each step.
    /// - Throws: `CancellationError` where it was stopped, with all saved; `BatchError` for what a
    ///   repetition may mend.
    public func run(
        session: () throws -> TrainingSession, words: (any Error) -> String,
        isStopped: () -> Bool
    ) throws -> SweepRecord {
        let record: SweepRecord
        do {
            record = try finished() ?? trained(session, isStopped)
        } catch let error as FileError {
            throw temporary(error.path, error.reason)
        } catch let error as DataError where error.kind == .unreadable {
            throw temporary("data", "\(error)")
        } catch let error as BatchError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            record = try SweepRecord(
                job, trial: trial, rung: rung, history: RunHistory(folder), report: nil,
                error: words(error))
        }
        do {
            try job.write(record)
        } catch let error as FileError {
            throw temporary(error.path, error.reason)
        }
        return record
    }

    private func temporary(_ subject: String, _ found: String) -> BatchError {
        BatchError(
            .temporary, subject, found: found,
            expected: "a file system that takes the results of trial \(trial)")
    }

    /// The record of a run that is as far as the rung asks: a kill came before it was written.
    private func finished() throws -> SweepRecord? {
        let history = RunHistory(folder)
        let isWhole = FileManager.default.fileExists(atPath: folder.modelURL.path)
        let report = job.pause(rung: rung).flatMap { pause in
            history.epochs.first { $0.epoch == pause }
        }
        guard let report = report ?? (isWhole ? history.epochs.last : nil) else { return nil }
        return try SweepRecord(job, trial: trial, rung: rung, history: history, report: report)
    }

    private func trained(
        _ makeSession: () throws -> TrainingSession, _ isStopped: () -> Bool
    ) throws -> SweepRecord {
        let isNew = !folder.hasCheckpoint
        let session = try makeSession()
        if isNew { removeEvents() }
        let events = try TensorBoardWriter(in: folder.url)
        events.write(
            .began(
                job.plan.trials[trial].settings.map { ($0.name, $0.value) },
                group: folder.url.lastPathComponent, seconds: Date.now.timeIntervalSince1970))
        let pause = job.pause(rung: rung)
        var paused = false
        do {
            _ = try session.run { event in
                events.observe(event)
                if case .epoch(let report) = event, report.epoch == pause {
                    paused = true
                    return .stop
                }
                return isStopped() ? .stop : .proceed
            }
        } catch TrainingError.interrupted {
            guard paused else { throw CancellationError() }
        } catch {
            events.write(.ended(isSuccess: false, seconds: Date.now.timeIntervalSince1970))
            throw error
        }
        events.write(.ended(isSuccess: true, seconds: Date.now.timeIntervalSince1970))
        guard let record = try finished() else {
            throw FileError(
                path: folder.eventsURL.path, reason: "does not hold the epoch that has ended")
        }
        return record
    }

    /// Those of a run that came to no checkpoint.
    private func removeEvents() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? []
        for name in names where name.hasPrefix("events.out.tfevents") {
            try? FileManager.default.removeItem(at: folder.url.appendingPathComponent(name))
        }
    }
}
