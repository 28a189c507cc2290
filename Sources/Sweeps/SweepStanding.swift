import Evaluation
import Mien

/// How far a sweep is: a function of its records, so that every process finds the same.
public struct SweepStanding: Sendable {
    /// The rung that is open, or the last one of a sweep that is done.
    public let rung: Int
    /// The trials of that rung, ascending.
    public let members: [Int]
    /// Of that rung, without a record.
    public let missing: [Int]
    /// Of each rung up to this one, by trial.
    public let records: [[SweepRecord]]

    public var isDone: Bool { missing.isEmpty }

    public init(_ job: SweepJob) {
        var members = Array(job.plan.trials.indices)
        var all: [[SweepRecord]] = []
        var missing: [Int] = []
        for rung in 0 ..< job.plan.rungCount {
            let records = members.map { job.record(of: $0, rung: rung) }
            all.append(records.compactMap(\.self))
            missing = zip(members, records).filter { $1 == nil }.map(\.0)
            let next = Self.survivors(of: all[rung], job.plan)
            guard missing.isEmpty, rung < job.plan.rungCount - 1, !next.isEmpty else { break }
            members = next
        }
        rung = all.count - 1
        self.members = members
        self.missing = missing
        records = all
    }

    /// The better part of a rung, at least one; equal figures go by number.
    static func survivors(of records: [SweepRecord], _ plan: SweepPlan) -> [Int] {
        guard let reduction = plan.rungs?.reduction else { return [] }
        let kept = max(1, records.count / reduction)
        return Array(ranked(records, by: plan.metric).prefix(kept).map(\.trial)).sorted()
    }

    /// Records with a figure, the best first.
    static func ranked(
        _ records: [SweepRecord], by metric: SweepRecipe.Metric
    ) -> [SweepRecord] {
        records.filter { $0[metric]?.value != nil }.sorted {
            let (first, second) = ($0[metric]?.value ?? 0, $1[metric]?.value ?? 0)
            return first == second ? $0.trial < $1.trial : first > second
        }
    }
}
