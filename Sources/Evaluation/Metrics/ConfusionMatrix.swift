/// Counts of (true class, predicted class) for any number of classes.
public struct ConfusionMatrix: Sendable, Equatable, Codable {
    public let classes: [String]
    /// `counts[truth][prediction]`.
    public let counts: [[Int]]

    public init(classes: [String], counts: [[Int]]) {
        precondition(
            counts.count == classes.count && counts.allSatisfy { $0.count == classes.count },
            "expected \(classes.count) rows of \(classes.count) counts, "
                + "got \(counts.map(\.count))")
        precondition(counts.joined().allSatisfy { $0 >= 0 }, "counts are at least 0")
        self.classes = classes
        self.counts = counts
    }

    /// - Parameters:
    ///   - labels: the true class of each sample, an index into `classes`.
    ///   - predictions: the predicted class of each sample.
    /// - Throws: ``MetricsError`` for another number of predictions, or an index out of range.
    public init(labels: [Int], predictions: [Int], classes: [String]) throws(MetricsError) {
        guard labels.count == predictions.count else {
            throw .lengthMismatch(scores: predictions.count, labels: labels.count)
        }
        var counts = [[Int]](
            repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
        for index in labels.indices {
            for value in [labels[index], predictions[index]]
            where !classes.indices.contains(value) {
                throw .invalidClass(index: index, value: value, classes: classes.count)
            }
            counts[labels[index]][predictions[index]] += 1
        }
        self.init(classes: classes, counts: counts)
    }

    /// The two classes of a binary decision, negative first.
    public init(_ confusion: BinaryConfusion, negative: String, positive: String) {
        self.init(
            classes: [negative, positive],
            counts: [[confusion.tn, confusion.fp], [confusion.fn, confusion.tp]])
    }

    public var count: Int { counts.joined().reduce(0, +) }
    public var correct: Int { classes.indices.reduce(0) { $0 + counts[$1][$1] } }

    /// How many rows have this label.
    public func labelled(_ index: Int) -> Int { counts[index].reduce(0, +) }
    /// How many rows were predicted so.
    public func predicted(_ index: Int) -> Int { counts.reduce(0) { $0 + $1[index] } }

    /// The F1 of one class against the rest; `nil` for a class that is neither labelled nor
    /// predicted.
    public func f1(_ index: Int) -> Double? {
        let involved = labelled(index) + predicted(index)
        return involved > 0 ? Double(2 * counts[index][index]) / Double(involved) : nil
    }

    /// The mean F1 over the classes that are labelled or predicted; `nil` without samples.
    public var macroF1: Double? {
        let values = classes.indices.compactMap { f1($0) }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
