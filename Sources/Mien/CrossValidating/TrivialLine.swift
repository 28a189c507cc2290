public import Evaluation

/// The accuracy of a rule that gives one answer for all units.
public struct TrivialLine: Sendable, Equatable, Codable {
    /// "never sad", "always surprise".
    public let name: String
    public let n: Int
    public let accuracy: Estimate
    /// One divided by the number of classes that occur; the AUC is 0.5.
    public let balancedAccuracy: Double

    private enum CodingKeys: String, CodingKey {
        case name, n, accuracy
        case balancedAccuracy = "balanced_accuracy"
    }

    /// The more common answer to the binary question.
    package init(
        _ truths: [Bool], of mapping: LabelMapping, _ bootstrap: Bootstrap, _ by: Clusters
    ) {
        let isPositive = 2 * truths.count { $0 } >= truths.count
        name = (isPositive ? "always " : "never ") + mapping.name
        n = truths.count
        accuracy = bootstrap.proportion(truths.map { $0 == isPositive }, by: by)
        balancedAccuracy = Set(truths).count < 2 ? 1 : 0.5
    }

    /// The most common class; of equals the first in the order of the classes.
    package init(
        _ emotions: [Emotion], among classes: [Emotion], _ bootstrap: Bootstrap, _ by: Clusters?
    ) {
        let counts = classes.map { emotion in emotions.count { $0 == emotion } }
        let largest = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
        name = "always \(classes[largest].name)"
        n = emotions.count
        accuracy = bootstrap.proportion(emotions.map { $0 == classes[largest] }, by: by)
        balancedAccuracy = 1 / Double(max(counts.count { $0 > 0 }, 1))
    }
}
