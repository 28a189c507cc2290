/// How common the positive class is, and what a rule reaches that looks at no image.
public struct BaseRate: Sendable, Equatable, Codable {
    public let n: Int
    public let positives: Int
    /// The share of positive samples.
    public let positiveShare: Estimate
    /// Whether the majority class is the positive one; on a tie it is.
    public let majorityIsPositive: Bool
    /// The accuracy of always answering the majority class: with its Wilson interval, the class
    /// being taken from the same samples.
    public let majorityClassAccuracy: Estimate

    private enum CodingKeys: String, CodingKey {
        case n, positives
        case positiveShare = "positive_share"
        case majorityIsPositive = "commoner_is_positive"
        case majorityClassAccuracy = "always_commoner_accuracy"
    }

    public init(positives: Int, of n: Int, confidence: Double = 0.95) {
        precondition(
            n >= 0 && 0 ... n ~= positives, "expected 0...\(n) positives, got \(positives)")
        self.n = n
        self.positives = positives
        majorityIsPositive = 2 * positives >= n
        positiveShare = .proportion(
            positives, of: n, confidence: confidence, emptyReason: "no samples")
        majorityClassAccuracy = .proportion(
            max(positives, n - positives), of: n, confidence: confidence,
            emptyReason: "no samples")
    }

    /// - Parameter clusters: of the samples; `nil` where each stands for itself.
    public init(_ labels: [Bool], bootstrap: Bootstrap, clusters: Clusters?) {
        n = labels.count
        positives = labels.count { $0 }
        let majority = 2 * positives >= n
        majorityIsPositive = majority
        positiveShare = bootstrap.proportion(labels, by: clusters)
        majorityClassAccuracy = bootstrap.proportion(labels.map { $0 == majority }, by: clusters)
    }
}
