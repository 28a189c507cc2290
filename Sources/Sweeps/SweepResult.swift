import Evaluation
import Foundation
import Mien

/// The table of a sweep, and what may be read from it.
public struct SweepResult: Encodable, Sendable {
    /// A trial at the last rung that it came to.
    public struct Row: Encodable, Sendable {
        public let settings: [String: String]
        /// The folder of its run, in that of the sweep.
        public let run: String
        public let record: SweepRecord

        private enum CodingKeys: String, CodingKey { case settings, run }

        public func encode(to encoder: any Encoder) throws {
            try record.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(settings, forKey: .settings)
            try container.encode(run, forKey: .run)
        }
    }

    public let schema = SweepPlan.schemaVersion
    public let metric: SweepRecipe.Metric
    /// In the order of the space.
    public let parameters: [String]
    /// Those of the last rung first, the best before the others, then those that failed.
    public let rows: [Row]
    /// The best trial of the last rung; `nil` where all failed.
    public let best: Int?
    public let failed: Int
    /// Trials without a result at their rung.
    public let missing: Int
    /// Values of the validation rows that a choice was made from, over all trials and rungs.
    public let looks: Int
    /// Epochs whose validation rows were scored.
    public let validations: Int
    /// What a reader must know of the figures.
    public let notes: [String]

    enum CodingKeys: String, CodingKey {
        case schema, metric, parameters, rows, best, failed, missing, looks, validations, notes
    }

    public init(_ job: SweepJob, _ standing: SweepStanding) {
        let plan = job.plan
        metric = plan.metric
        parameters = plan.trials.first?.settings.map(\.name) ?? []
        let all = standing.records.joined()
        let last = Dictionary(grouping: all, by: \.trial).compactMap {
            $1.max { $0.rung < $1.rung }
        }
        var ordered: [SweepRecord] = []
        for rung in standing.records.indices.reversed() {
            ordered += SweepStanding.ranked(last.filter { $0.rung == rung }, by: plan.metric)
        }
        let known = Set(ordered.map(\.trial))
        ordered += last.filter { !known.contains($0.trial) }.sorted { $0.trial < $1.trial }
        rows = ordered.map { record in
            Row(
                settings: Dictionary(
                    plan.trials[record.trial].settings.map { ($0.name, $0.value) }
                ) { $1 },
                run: "trials/"
                    + job.folder(of: record.trial, rung: record.rung).url.lastPathComponent,
                record: record)
        }
        best = ordered.first.flatMap {
            $0.rung == standing.rung && $0.error == nil ? $0.trial : nil
        }
        failed = last.count { $0.error != nil }
        missing = standing.missing.count
        looks = all.reduce(0) { $0 + $1.looks }
        validations = all.reduce(0) { $0 + $1.validations }
        var notes = looks > 1 ? [Self.optimism(looks)] : []
        if Set(plan.trials.map(\.seed)).count > 1 {
            notes.append("Trials of other seeds hold out other rows.")
        }
        self.notes = notes
    }

    static func count(_ looks: Int) -> String { looks == 1 ? "1 look" : "\(looks) looks" }

    private static func optimism(_ looks: Int) -> String {
        "The best of \(looks) looks at the validation split is optimistic: its interval holds for a "
            + "single look. Measure the chosen run once on rows that no trial has seen: mien evaluate."
    }

    private static let figures: [SweepRecipe.Metric] = [.auc, .accuracy, .balancedAccuracy]

    /// One line for each trial, with all digits.
    public var csv: String {
        let header =
            ["trial", "rung"] + parameters
            + Self.figures.flatMap { metric in
                let name = metric.rawValue.replacing("-", with: "_")
                return [name, "\(name)_low", "\(name)_high"]
            }
            + [
                "loss", "n", "positives", "seed", "epochs", "steps", "seconds", "looks", "run",
                "error",
            ]
        return CSV.table(
            header,
            rows.map { row in
                let record = row.record
                func text<Value>(_ value: Value?) -> String? { value.map { "\($0)" } }
                let fixed: [String?] = ["\(record.trial)", "\(record.rung)"]
                let numbers: [String?] = [
                    text(record.loss), text(record.n), text(record.positives), "\(record.seed)",
                    "\(record.epochs)", "\(record.steps)", "\(record.seconds)", "\(record.looks)",
                    row.run, record.error,
                ]
                return fixed + parameters.map { row.settings[$0] }
                    + Self.figures.flatMap { metric in
                        let estimate = record[metric]
                        return [text(estimate?.value), text(estimate?.low), text(estimate?.high)]
                    } + numbers
            })
    }

    /// The table for people.
    public var text: String {
        let isHalving = rows.contains { $0.record.rung > 0 }
        var table = [
            ["trial"] + (isHalving ? ["rung"] : []) + parameters
                + ["AUC (95 %)", "accuracy (95 %)", "balanced accuracy (95 %)"]
                + ["n", "seed", "epochs", "s"]
        ]
        for row in rows {
            let record = row.record
            table.append(
                ["\(record.trial)"] + (isHalving ? ["\(record.rung)"] : [])
                    + parameters.map { row.settings[$0] ?? "" }
                    + Self.figures.map { record[$0].map { "\($0)" } ?? "failed" }
                    + [
                        record.n.map { "\($0)" } ?? "", "\(record.seed)", "\(record.epochs)",
                        "\(Int(record.seconds.rounded()))",
                    ])
        }
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var lines = table.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }
        for row in rows {
            if let error = row.record.error {
                lines.append("trial \(row.record.trial) failed: \(error)")
            }
        }
        if missing > 0 { lines.append("\(missing) trials of the rung are not done.") }
        if let best, missing == 0 {
            lines.append("Best by validation \(metric.rawValue): trial \(best), \(rows[0].run).")
        }
        lines.append(
            "The validation split had \(Self.count(looks)) (\(validations) epochs were validated).")
        return (lines + notes).joined(separator: "\n")
    }
}

/// How far a sweep is, for people and batch engines.
public struct SweepStatus: Encodable, Sendable {
    public let schema = SweepPlan.schemaVersion
    public let trials: Int
    /// The rung that is open, from 0.
    public let rung: Int
    public let rungs: Int
    /// Trials of the open rung.
    public let members: Int
    /// Of these, with a result.
    public let done: Int
    public let failed: Int
    /// Of these, without: "3,7-9", as Slurm's `--array` takes it.
    public let missing: String
    public let looks: Int

    public init(_ job: SweepJob, _ standing: SweepStanding) {
        trials = job.plan.trials.count
        rung = standing.rung
        rungs = job.plan.rungCount
        members = standing.members.count
        done = members - standing.missing.count
        failed = standing.records.joined().count { $0.error != nil }
        missing = BatchStatus.ranges(standing.missing)
        looks = standing.records.joined().reduce(0) { $0 + $1.looks }
    }

    public var text: String {
        var lines = [
            (rungs > 1 ? "Rung \(rung + 1) of \(rungs): " : "")
                + "\(done) of \(members) trials done, \(failed) failed. "
                + "The validation split had \(SweepResult.count(looks))."
        ]
        if !missing.isEmpty { lines.append("missing: \(missing)") }
        return lines.joined(separator: "\n")
    }
}
