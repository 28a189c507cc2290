public import Evaluation
import Imaging

/// What is left of a model's accuracy when pictures go bad.
public struct RobustnessReport: Sendable, Equatable, Codable {
    /// The results at one severity of one corruption.
    public struct Row: Sendable, Equatable, Codable {
        public let corruption: Corruption
        /// 1...5.
        public let severity: Int
        public let amount: Double
        public let unit: String
        public let accuracy: Estimate
        public let auc: Estimate
    }

    /// Rows that were scored: all, or a seeded part of them.
    public let n: Int
    public let positives: Int
    public let seed: UInt64
    /// Of the same rows as they are.
    public let cleanAccuracy: Estimate
    public let cleanAUC: Estimate
    public let rows: [Row]

    private enum CodingKeys: String, CodingKey {
        case n, positives, seed, rows
        case cleanAccuracy = "clean_accuracy"
        case cleanAUC = "clean_auc"
    }
}

/// Scores rows whose images have gone bad.
struct RobustnessMeasurement {
    let corruptions: [Corruption]
    /// Most rows to score; `nil` for all.
    let limit: Int?
    let threshold: Double
    let bootstrap: Bootstrap

    func rowCount(of all: Int) -> Int { min(limit ?? all, all) }

    /// Images that ``report(_:_:scores:)`` scores.
    func imageCount(of all: Int) -> Int {
        rowCount(of: all) * corruptions.count * Corruption.severities.count
    }

    /// - Parameter scores: of these samples of a data set, or `nil` to stop.
    /// - Returns: `nil` when stopped.
    func report(
        _ scored: ScoredRows, _ dataset: Dataset,
        scores: (_ changed: Dataset, _ samples: [Int]) throws -> [Double]?
    ) throws -> RobustnessReport? {
        var generator = SeededGenerator(seed: bootstrap.seed, stream: 4)
        let chosen = generator.permutation(of: scored.count)
            .prefix(rowCount(of: scored.count)).sorted()
        let truths = chosen.map { scored.truths[$0] }
        let clusters = scored.clusters?.selecting(chosen)
        // Without clusters no interval here needs resamples.
        let drawn = clusters == nil ? Bootstrap(resamples: 0) : bootstrap
        func metrics(_ scores: [Double]) throws -> BinaryMetrics {
            try BinaryMetrics(
                scores: scores, labels: truths, threshold: threshold,
                bootstrap: drawn, clusters: clusters)
        }
        let clean = try metrics(chosen.map { scored.scores[$0] })
        let samples = chosen.map { scored.labelling.indices[$0] }
        var rows: [RobustnessReport.Row] = []
        for corruption in corruptions {
            for severity in Corruption.severities {
                let changed = Dataset(
                    name: dataset.name, samples: samples.map { dataset.samples[$0] },
                    images: try samples.map {
                        try corruption.applied(
                            to: dataset.image(at: $0), severity: severity, seed: bootstrap.seed,
                            sample: $0)
                    })
                guard let scores = try scores(changed, Array(samples.indices)) else { return nil }
                let metrics = try metrics(scores)
                rows.append(
                    .init(
                        corruption: corruption, severity: severity,
                        amount: corruption.amount(severity: severity), unit: corruption.unit,
                        accuracy: metrics.accuracy, auc: metrics.auc))
            }
        }
        return RobustnessReport(
            n: chosen.count, positives: clean.positives, seed: bootstrap.seed,
            cleanAccuracy: clean.accuracy, cleanAUC: clean.auc, rows: rows)
    }
}
