/// Every binary metric of a set of scores, with intervals.
///
/// Proportions (accuracy, sensitivity, specificity, precision) have Wilson intervals, the AUC
/// DeLong's (see ``DeLong/estimate(confidence:)`` for perfect scores), the rest seeded bootstrap
/// percentiles, except that the calibration error's are freed from their bias. Of samples that
/// come in clusters all intervals are of a bootstrap that draws whole clusters. A metric that the
/// samples do not define is `null` in JSON, with a reason.
///
///     let metrics = try BinaryMetrics(scores: scores, labels: labels)
///     print(metrics.auc)      // 0.970 (0.965 to 0.975)
public struct BinaryMetrics: Sendable, Equatable {
    public let n: Int
    public let positives: Int
    /// A score at or above it is a positive decision.
    public let threshold: Double
    public let bootstrap: Bootstrap
    public let confusion: BinaryConfusion
    /// How many clusters the intervals are over; `nil` where each sample stands for itself.
    public let clusters: Int?
    private let estimates: [BinaryMetric: Estimate]

    /// Bins of the calibration error.
    public static let calibrationBins = 15

    /// - Parameters:
    ///   - scores: the probability of the positive class, 0...1, one for each sample.
    ///   - labels: whether each sample is positive.
    ///   - bootstrap: how intervals are made; 0 resamples gives values alone, quickly.
    ///   - clusters: of the samples; `nil` where each stands for itself.
    /// - Throws: ``MetricsError`` for another number of labels, or a score outside 0...1.
    public init(
        scores: [Double], labels: [Bool], threshold: Double = 0.5,
        bootstrap: Bootstrap = Bootstrap(), clusters: Clusters? = nil
    ) throws(MetricsError) {
        precondition(threshold.isFinite, "expected a finite threshold, got \(threshold)")
        try validate(scores: scores, labels: labels)
        let ranked = RankedScores(scores: scores, labels: labels)
        let kernel = BinaryKernel(ranked, threshold: threshold, bins: Self.calibrationBins)
        let values = kernel.values([Int32](repeating: 1, count: scores.count))
        n = scores.count
        positives = ranked.positives
        self.threshold = threshold
        self.bootstrap = bootstrap
        confusion = values.confusion
        self.clusters = clusters?.count
        estimates =
            if let clusters {
                ClusteredEstimates(ranked, threshold: threshold, clusters, bootstrap)
                    .all(values, kernel)
            } else {
                Self.estimates(values, DeLong(ranked), kernel, bootstrap, n)
            }
    }

    public subscript(metric: BinaryMetric) -> Estimate {
        estimates[metric] ?? .missing("not recorded")
    }

    public var accuracy: Estimate { self[.accuracy] }
    public var auc: Estimate { self[.auc] }
    public var balancedAccuracy: Estimate { self[.balancedAccuracy] }
    public var sensitivity: Estimate { self[.sensitivity] }
    public var specificity: Estimate { self[.specificity] }
    public var precision: Estimate { self[.precision] }
    public var f1: Estimate { self[.f1] }
    public var mcc: Estimate { self[.mcc] }
    public var averagePrecision: Estimate { self[.averagePrecision] }
    public var brier: Estimate { self[.brier] }
    public var ece: Estimate { self[.ece] }
    public var logLoss: Estimate { self[.logLoss] }

    private static func estimates(
        _ values: BinaryValues, _ area: DeLong?, _ kernel: BinaryKernel, _ bootstrap: Bootstrap,
        _ count: Int
    ) -> [BinaryMetric: Estimate] {
        let resampledMetrics: [BinaryMetric] = [
            .balancedAccuracy, .f1, .mcc, .averagePrecision, .brier, .ece, .logLoss,
        ]
        var resampled: [BinaryMetric: [Double?]] = [:]
        bootstrap.forEachResample(of: count) { multiplicities in
            let values = kernel.values(multiplicities)
            for metric in resampledMetrics { resampled[metric, default: []].append(values[metric]) }
        }
        let confusion = values.confusion
        func proportion(_ successes: Int, _ trials: Int, _ metric: BinaryMetric) -> Estimate {
            .proportion(
                successes, of: trials, confidence: bootstrap.confidence,
                emptyReason: metric.reasonUndefined(for: confusion) ?? "no samples")
        }
        var estimates: [BinaryMetric: Estimate] = [:]
        for metric in BinaryMetric.allCases {
            let draws = resampled[metric] ?? []
            estimates[metric] =
                switch metric {
                case .accuracy: proportion(confusion.tp + confusion.tn, confusion.count, metric)
                case .sensitivity: proportion(confusion.tp, confusion.positives, metric)
                case .specificity: proportion(confusion.tn, confusion.negatives, metric)
                case .precision: proportion(confusion.tp, confusion.reaching, metric)
                case .auc:
                    area?.estimate(confidence: bootstrap.confidence)
                        ?? .missing(metric.reasonUndefined(for: confusion) ?? "no samples")
                default:
                    if let value = values[metric] {
                        metric == .ece
                            ? bootstrap.distanceEstimate(value: value, resampled: draws)
                            : bootstrap.estimate(value: value, resampled: draws)
                    } else {
                        .missing(metric.reasonUndefined(for: confusion) ?? "not defined")
                    }
                }
        }
        return estimates
    }
}

/// A flat JSON object: `n`, `positives`, `threshold`, `confidence`, `resamples`, `seed`,
/// `confusion`, `clusters` where there are any, and one key for each ``BinaryMetric``. Encode it into the encoder of a larger
/// object to add its keys there.
extension BinaryMetrics: Codable {
    private enum CodingKeys: String, CodingKey {
        case n, positives, threshold, confidence, resamples, seed, confusion, clusters
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        n = try container.decode(Int.self, forKey: .n)
        positives = try container.decode(Int.self, forKey: .positives)
        threshold = try container.decode(Double.self, forKey: .threshold)
        confusion = try container.decode(BinaryConfusion.self, forKey: .confusion)
        bootstrap = Bootstrap(
            resamples: try container.decode(Int.self, forKey: .resamples),
            seed: try container.decode(UInt64.self, forKey: .seed),
            confidence: try container.decode(Double.self, forKey: .confidence))
        clusters = try container.decodeIfPresent(Int.self, forKey: .clusters)
        let metrics = try decoder.container(keyedBy: BinaryMetric.self)
        var estimates: [BinaryMetric: Estimate] = [:]
        for metric in BinaryMetric.allCases {
            estimates[metric] = try metrics.decode(Estimate.self, forKey: metric)
        }
        self.estimates = estimates
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(n, forKey: .n)
        try container.encode(positives, forKey: .positives)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(bootstrap.confidence, forKey: .confidence)
        try container.encode(bootstrap.resamples, forKey: .resamples)
        try container.encode(bootstrap.seed, forKey: .seed)
        try container.encode(confusion, forKey: .confusion)
        try container.encodeIfPresent(clusters, forKey: .clusters)
        var metrics = encoder.container(keyedBy: BinaryMetric.self)
        for metric in BinaryMetric.allCases { try metrics.encode(self[metric], forKey: metric) }
    }
}
