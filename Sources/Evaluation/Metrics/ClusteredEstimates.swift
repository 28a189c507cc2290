/// The metrics of samples that come in clusters, with intervals of resamples of whole clusters.
///
/// A metric looks at some of the samples: a sensitivity at the positive ones. As many clusters as
/// hold such samples are behind it; with fewer than ``Clusters/fewest`` it has no interval.
struct ClusteredEstimates {
    private let clusters: Clusters
    private let bootstrap: Bootstrap
    /// Clusters that hold positive samples, negative ones, and scores that reach the threshold.
    private let positives: Int
    private let negatives: Int
    private let reaching: Int

    init(
        _ ranked: RankedScores, threshold: Double, _ clusters: Clusters, _ bootstrap: Bootstrap
    ) {
        self.clusters = clusters
        self.bootstrap = bootstrap
        positives = clusters.count(where: ranked.labels)
        negatives = clusters.count(where: ranked.labels.map { !$0 })
        reaching = clusters.count(where: ranked.scores.map { $0 >= threshold })
    }

    func all(_ values: BinaryValues, _ kernel: BinaryKernel) -> [BinaryMetric: Estimate] {
        let count = clusters.numbers.count
        var resampled: [BinaryMetric: [Double?]] = [:]
        if clusters.count >= Clusters.fewest {
            bootstrap.forEachResample(of: count, by: clusters) { multiplicities in
                let values = kernel.values(multiplicities)
                for metric in BinaryMetric.allCases {
                    resampled[metric, default: []].append(values[metric])
                }
            }
        }
        var estimates: [BinaryMetric: Estimate] = [:]
        for metric in BinaryMetric.allCases {
            guard let value = values[metric] else {
                estimates[metric] = .missing(
                    metric.reasonUndefined(for: values.confusion) ?? "not defined")
                continue
            }
            estimates[metric] = estimate(metric, value, resampled[metric] ?? [])
        }
        return estimates
    }

    private func estimate(
        _ metric: BinaryMetric, _ value: Double, _ resampled: [Double?]
    ) -> Estimate {
        let (support, what) = support(of: metric)
        if let reason = Clusters.reasonAgainst(support, what) {
            return Estimate(value, without: reason)
        }
        // All clusters agree: the bootstrap's interval would have no width.
        if metric.isShare, value == 0 || value == 1, bootstrap.resamples > 0 {
            return .agreeing(on: value, clusters: support, confidence: bootstrap.confidence)
        }
        return metric == .ece
            ? bootstrap.distanceEstimate(value: value, resampled: resampled, clusters: support)
            : bootstrap.estimate(value: value, resampled: resampled, clusters: support)
    }

    private func support(of metric: BinaryMetric) -> (clusters: Int, what: String) {
        switch metric {
        case .sensitivity: (positives, " over positive samples")
        case .specificity: (negatives, " over negative samples")
        case .precision: (reaching, " over positive decisions")
        case .f1: (positives, " over positive samples")
        case .auc, .balancedAccuracy, .mcc, .averagePrecision:
            positives < negatives
                ? (positives, " over positive samples") : (negatives, " over negative samples")
        case .accuracy, .brier, .ece, .logLoss: (clusters.count, "")
        }
    }
}

extension BinaryMetric {
    /// Whether 0 and 1 mean that all samples, or pairs of them, are alike.
    fileprivate var isShare: Bool {
        switch self {
        case .accuracy, .auc, .sensitivity, .specificity, .precision: true
        default: false
        }
    }
}
