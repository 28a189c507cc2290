public import Evaluation

/// Two models on the same rows: how much they differ, and whether that is more than chance.
public struct PairedComparison: Sendable, Encodable {
    public let first: String
    public let second: String
    public let n: Int
    /// First minus second; the interval is of paired bootstrap resamples.
    public let accuracyDifference: Estimate
    /// First minus second; the interval is DeLong's.
    public let aucDifference: Estimate
    /// Rows that only the first, and only the second, gets right.
    public let onlyFirstRight: Int
    public let onlySecondRight: Int
    /// McNemar's exact test of the decisions; of rows in clusters a permutation test that exchanges
    /// whole clusters.
    public let mcNemar: TestResult
    /// DeLong's paired test of the areas; of rows in clusters the normal test with the standard
    /// deviation of cluster resamples.
    public let deLong: TestResult

    /// A two-sided test, one of as many as there are pairs.
    public struct TestResult: Sendable, Encodable, Equatable {
        /// `nil` where the test is not defined.
        public let pValue: Double?
        /// By Holm, over all pairs for which this test is defined.
        public let adjusted: Double?

        public init(pValue: Double?, adjusted: Double?) {
            self.pValue = pValue
            self.adjusted = adjusted
        }

        enum CodingKeys: String, CodingKey {
            case pValue = "p"
            case adjusted = "p_holm"
        }
    }

    enum CodingKeys: String, CodingKey {
        case first, second, n
        case accuracyDifference = "accuracy_difference"
        case aucDifference = "auc_difference"
        case onlyFirstRight = "only_first_right"
        case onlySecondRight = "only_second_right"
        case mcNemar = "mcnemar"
        case deLong = "delong"
    }

    /// Compares all pairs, in order of their names: 1 with 2, 1 with 3, ... 2 with 3, ...
    /// - Parameters:
    ///   - againstFirst: whether only pairs with the first are compared.
    ///   - scores: for each name one score per row, 0...1.
    ///   - labels: whether each row is positive.
    ///   - clusters: of the rows; `nil` where each stands for itself.
    /// - Throws: ``MetricsError`` for scores that do not fit the labels.
    public static func all(
        _ names: [String], scores: [[Double]], labels: [Bool], threshold: Double = 0.5,
        bootstrap: Bootstrap = Bootstrap(), clusters: Clusters? = nil,
        againstFirst: Bool = false
    ) throws(MetricsError) -> [PairedComparison] {
        precondition(
            names.count == scores.count,
            "expected scores of \(names.count) models, got \(scores.count)")
        let pairs = names.indices.prefix(againstFirst ? 1 : .max).flatMap { one in
            names.indices.filter { $0 > one }.map { (first: one, second: $0) }
        }
        var comparisons: [ScoreComparison] = []
        for pair in pairs {
            comparisons.append(
                try ScoreComparison(
                    first: scores[pair.first], second: scores[pair.second], labels: labels,
                    threshold: threshold, bootstrap: bootstrap, clusters: clusters))
        }
        let mcNemar = corrected(comparisons.map(\.accuracyPValue))
        let deLong = corrected(comparisons.map(\.aucPValue))
        return pairs.indices.map { index in
            let (pair, comparison) = (pairs[index], comparisons[index])
            func difference(_ metric: BinaryMetric) -> Estimate {
                comparison.differences[metric] ?? .missing("not defined for both")
            }
            return PairedComparison(
                first: names[pair.first], second: names[pair.second], n: labels.count,
                accuracyDifference: difference(.accuracy), aucDifference: difference(.auc),
                onlyFirstRight: comparison.mcNemar.onlyFirst,
                onlySecondRight: comparison.mcNemar.onlySecond, mcNemar: mcNemar[index],
                deLong: deLong[index])
        }
    }

    private static func corrected(_ pValues: [Double?]) -> [TestResult] {
        var adjusted = holmAdjusted(pValues.compactMap(\.self))[...]
        return pValues.map {
            TestResult(pValue: $0, adjusted: $0 == nil ? nil : adjusted.popFirst())
        }
    }
}
