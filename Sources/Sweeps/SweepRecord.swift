public import Evaluation
import Foundation
public import Mien
import Torch

/// What became of a trial at a rung: the file `NNNNN.done.json`.
public struct SweepRecord: Codable, Sendable {
    public let schema: Int
    public let trial: Int
    /// 0 without successive halving.
    public let rung: Int
    /// Why the trial failed; `nil` where it did not.
    public let error: String?
    public let seed: UInt64
    /// Of the validation rows; `nil` for a trial that failed.
    public let n: Int?
    public let positives: Int?
    public let accuracy: Estimate?
    public let auc: Estimate?
    public let balancedAccuracy: Estimate?
    public let loss: Double?
    public let epochs: Int
    public let steps: Int
    /// Of the training steps, added over interruptions.
    public let seconds: Double
    /// Values of the validation rows that a choice is made from: one, or each epoch where the run
    /// stops early.
    public let looks: Int
    /// Epochs whose validation rows were scored, in this rung alone.
    public let validations: Int
    /// Of the model file; `nil` where the trial paused.
    public let modelSHA256: String?
    let planSHA256: String
    public let program: String
    public let host: String

    enum CodingKeys: String, CodingKey {
        case schema, trial, rung, error, seed, n, positives, accuracy, auc
        case balancedAccuracy = "balanced_accuracy"
        case loss, epochs, steps, seconds, looks, validations
        case modelSHA256 = "model_sha256"
        case planSHA256 = "plan_sha256"
        case program, host
    }

    /// - Parameters:
    ///   - report: the epoch whose figures count; `nil` for a trial that failed.
    ///   - error: why it failed.
    public init(
        _ job: SweepJob, trial: Int, rung: Int, history: RunHistory, report: EpochReport?,
        error: String? = nil
    ) throws {
        let planned = job.plan.trials[trial]
        let validation = report?.validation
        schema = SweepPlan.schemaVersion
        self.trial = trial
        self.rung = rung
        self.error = error
        seed = planned.seed
        n = validation?.n
        positives = validation?.positives
        let decisions = try validation?.confusion.map(Self.estimates)
        accuracy = decisions?.accuracy
        balancedAccuracy = decisions?.balanced
        auc = validation.map { $0.aucEstimate ?? .missing("not recorded") }
        loss = validation?.loss
        epochs = report?.epoch ?? history.epochs.last?.epoch ?? 0
        steps = report?.step ?? history.steps
        seconds = (history.seconds * 1000).rounded() / 1000
        let before = rung > 0 ? job.pause(rung: rung - 1) ?? 0 : 0
        let last = epochs
        validations = history.epochs.count { $0.epoch > before && $0.epoch <= last }
        looks = planned.stopsEarly ? validations : report == nil ? 0 : 1
        let model = job.folder(of: trial, rung: rung).modelURL
        modelSHA256 = report == nil ? nil : try? Model.sha256(ofFile: model)
        planSHA256 = job.planSHA256
        program = currentMienVersion
        host = Machine.hostName ?? "localhost"
    }

    /// A proportion has Wilson's interval, balanced accuracy that of a seeded bootstrap.
    private static func estimates(
        _ counts: BinaryConfusion
    ) throws -> (accuracy: Estimate, balanced: Estimate) {
        func rows<Value>(_ tp: Value, _ fp: Value, _ tn: Value, _ fn: Value) -> [Value] {
            [(tp, counts.tp), (fp, counts.fp), (tn, counts.tn), (fn, counts.fn)].flatMap {
                Array(repeating: $0.0, count: $0.1)
            }
        }
        let metrics = try BinaryMetrics(
            scores: rows(1.0, 1.0, 0.0, 0.0), labels: rows(true, false, false, true))
        return (metrics.accuracy, metrics.balancedAccuracy)
    }

    public subscript(metric: SweepRecipe.Metric) -> Estimate? {
        switch metric {
        case .auc: auc
        case .accuracy: accuracy
        case .balancedAccuracy: balancedAccuracy
        }
    }
}

/// The events of a run: what `events.jsonl` holds.
public struct RunHistory: Sendable {
    public private(set) var epochs: [EpochReport] = []
    public private(set) var steps = 0
    public private(set) var seconds = 0.0

    /// A folder without a run, and a last line that was cut off, add nothing.
    public init(_ folder: RunFolder) {
        guard let data = try? Data(contentsOf: folder.eventsURL) else { return }
        let decoder = JSONDecoder()
        for line in data.split(separator: UInt8(ascii: "\n")) {
            if let step = try? decoder.decode(StepReport.self, from: line) {
                steps = step.step
                seconds += step.seconds
            } else if let epoch = try? decoder.decode(EpochReport.self, from: line) {
                epochs.append(epoch)
            }
        }
    }
}
