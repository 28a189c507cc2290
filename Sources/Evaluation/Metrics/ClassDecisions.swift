/// Measures of decisions between two classes that look at each class: F1 of both, their mean,
/// sensitivity, specificity and the mean of these.
public struct ClassDecisions: Sendable, Equatable, Codable {
    public let sensitivity: Estimate
    public let specificity: Estimate
    /// Mean of sensitivity and specificity.
    public let balancedAccuracy: Estimate
    /// Of the positive class.
    public let f1: Estimate
    /// Of the other class.
    public let f1OfNegatives: Estimate
    /// Mean of both.
    public let macroF1: Estimate

    private enum CodingKeys: String, CodingKey {
        case sensitivity, specificity, f1
        case balancedAccuracy = "balanced_accuracy"
        case f1OfNegatives = "f1_of_negatives"
        case macroF1 = "macro_f1"
    }

    /// - Parameters:
    ///   - decisions: whether each sample is called positive.
    ///   - clusters: of the samples; `nil` where each stands for itself.
    public init(
        decisions: [Bool], labels: [Bool], bootstrap: Bootstrap, clusters: Clusters? = nil
    ) {
        precondition(
            decisions.count == labels.count,
            "expected \(labels.count) decisions, got \(decisions.count)")
        func estimate(_ value: (ClassCounts) -> Double?) -> Estimate {
            bootstrap.estimate(of: labels.count, by: clusters) { times in
                value(ClassCounts(decisions, labels, times))
            }
        }
        sensitivity = estimate(\.sensitivity)
        specificity = estimate(\.specificity)
        balancedAccuracy = estimate(\.balancedAccuracy)
        f1 = estimate(\.f1)
        f1OfNegatives = estimate(\.f1OfNegatives)
        macroF1 = estimate(\.macroF1)
    }
}

/// Decisions by truth, each sample counted as often as it was drawn.
private struct ClassCounts {
    var (truePositives, falsePositives, trueNegatives, falseNegatives) = (0.0, 0.0, 0.0, 0.0)

    init(_ decisions: [Bool], _ labels: [Bool], _ times: [Int32]) {
        for (index, count) in times.enumerated() {
            let weight = Double(count)
            switch (decisions[index], labels[index]) {
            case (true, true): truePositives += weight
            case (true, false): falsePositives += weight
            case (false, false): trueNegatives += weight
            case (false, true): falseNegatives += weight
            }
        }
    }

    var sensitivity: Double? { share(truePositives, falseNegatives) }
    var specificity: Double? { share(trueNegatives, falsePositives) }
    var balancedAccuracy: Double? { mean(sensitivity, specificity) }
    var f1: Double? { share(2 * truePositives, falsePositives + falseNegatives) }
    var f1OfNegatives: Double? { share(2 * trueNegatives, falsePositives + falseNegatives) }
    var macroF1: Double? { mean(f1, f1OfNegatives) }

    private func share(_ part: Double, _ rest: Double) -> Double? {
        part + rest > 0 ? part / (part + rest) : nil
    }

    private func mean(_ one: Double?, _ other: Double?) -> Double? {
        one.flatMap { one in other.map { (one + $0) / 2 } }
    }
}
