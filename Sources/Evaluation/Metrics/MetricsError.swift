/// Input from which no metric can be computed.
public enum MetricsError: Error, Equatable, Sendable {
    /// Not as many scores as labels.
    case lengthMismatch(scores: Int, labels: Int)
    /// A score that is not a number in 0...1, at an index from 0.
    case invalidScore(index: Int, value: Double)
    /// A logit that is not finite, at an index from 0.
    case invalidLogit(index: Int, value: Double)
    /// A class that is not in `0 ..< classes`, at an index from 0.
    case invalidClass(index: Int, value: Int, classes: Int)
}

extension MetricsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .lengthMismatch(let scores, let labels):
            "\(scores) scores for \(labels) labels: expected one score for each label"
        case .invalidScore(let index, let value):
            "score \(index) is \(value), expected a number in 0...1; "
                + "check the model that gave it for weights that are not finite"
        case .invalidLogit(let index, let value):
            "logit \(index) is \(value), expected a finite number; "
                + "check the model that gave it for weights that are not finite"
        case .invalidClass(let index, let value, let classes):
            "class \(value) at index \(index), expected one of 0 ..< \(classes)"
        }
    }
}

func validate(scores: [Double], labels: [Bool]) throws(MetricsError) {
    guard scores.count == labels.count else {
        throw .lengthMismatch(scores: scores.count, labels: labels.count)
    }
    for (index, score) in scores.enumerated() where !(score >= 0 && score <= 1) {
        throw .invalidScore(index: index, value: score)
    }
}
