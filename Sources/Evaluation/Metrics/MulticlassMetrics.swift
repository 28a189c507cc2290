/// The metrics of a decision between several classes: accuracy with a Wilson interval, macro F1
/// with a bootstrap one.
public struct MulticlassMetrics: Sendable, Equatable, Codable {
    public let n: Int
    public let accuracy: Estimate
    public let macroF1: Estimate
    public let confusion: ConfusionMatrix

    private enum CodingKeys: String, CodingKey {
        case n, accuracy, confusion
        case macroF1 = "macro_f1"
    }

    /// - Parameters:
    ///   - labels: the true class of each sample, an index into `classes`.
    ///   - predictions: the predicted class of each sample.
    ///   - clusters: of the samples; `nil` where each stands for itself.
    public init(
        labels: [Int], predictions: [Int], classes: [String], bootstrap: Bootstrap = Bootstrap(),
        clusters: Clusters? = nil
    ) throws(MetricsError) {
        let confusion = try ConfusionMatrix(
            labels: labels, predictions: predictions, classes: classes)
        self.confusion = confusion
        n = confusion.count
        accuracy = bootstrap.proportion(zip(labels, predictions).map { $0 == $1 }, by: clusters)
        let cells = zip(labels, predictions).map { $0 * classes.count + $1 }
        macroF1 = bootstrap.estimate(of: labels.count, by: clusters) { multiplicities in
            var flat = [Int](repeating: 0, count: classes.count * classes.count)
            for (cell, multiplicity) in zip(cells, multiplicities) {
                flat[cell] += Int(multiplicity)
            }
            let rows = classes.indices.map {
                Array(flat[$0 * classes.count ..< ($0 + 1) * classes.count])
            }
            return ConfusionMatrix(classes: classes, counts: rows).macroF1
        }
    }
}
