import Evaluation

/// How the intervals of an evaluation are made.
public struct IntervalBasis: Sendable, Equatable, Codable {
    /// The unit of the bootstrap; `nil` where rows are independent.
    public let kind: RowGroups.Kind?
    public let clusters: Int?

    init(_ kind: RowGroups.Kind?, _ clusters: Clusters?) {
        self.kind = kind
        self.clusters = clusters?.count
    }

    /// "cluster bootstrap by subject, 37 clusters".
    public var text: String {
        guard let kind, let clusters else { return "by rows (Wilson, DeLong, bootstrap)" }
        return "cluster bootstrap by \(kind.rawValue), \(clusters) cluster"
            + (clusters == 1 ? "" : "s")
    }

    var notes: [String] {
        guard let kind, let clusters, clusters < Clusters.fewest else { return [] }
        let rows =
            clusters == 1
            ? "All rows are of one \(kind.rawValue)"
            : "The rows are of \(clusters) \(kind.rawValue)s"
        return [
            "\(rows): too few for intervals, which need at least \(Clusters.fewest) that are "
                + "independent."
        ]
    }
}

/// What a reader must know beside the numbers, in sentences.
struct EvaluationNotes {
    let scored: ScoredRows
    let metrics: BinaryMetrics
    let baseline: BaseRate
    let calibration: EvaluationReport.CalibrationReport

    var all: [String] {
        scored.labelling.notes("rows", scored.mapping, emotionsToo: scored.head == .emotions)
            + [belowMajority, worseTemperature].compactMap(\.self)
    }

    private var belowMajority: String? {
        guard let accuracy = metrics.accuracy.value,
            let majority = baseline.majorityClassAccuracy.value, accuracy < majority
        else { return nil }
        return "The accuracy is below that of the majority class ("
            + "\(Wording.decimals(accuracy, 3)) against \(Wording.decimals(majority, 3)))."
    }

    private var worseTemperature: String? {
        guard calibration.fit != nil, let before = calibration.before.logLoss.value,
            let after = calibration.after.logLoss.value, after > before
        else { return nil }
        return "The model's temperature makes the log loss of these rows worse ("
            + "\(Wording.decimals(before, 3)) without it, \(Wording.decimals(after, 3)) with it)."
    }
}
