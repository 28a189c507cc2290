import Foundation

/// The class that a map is about.
public enum ClassTarget: Sendable, Equatable {
    /// The positive class.
    case positive
    /// All that is not positive.
    case negative
    /// The one of these two that the model decides for, image by image.
    case predicted
    /// One output of the model.
    case output(Int)

    /// Reads "positive", "negative", "predicted", or the name of one of the model's classes.
    public init(parsing name: String, of card: ModelCard) throws(UsageError) {
        switch name.lowercased() {
        case "positive": self = .positive
        case "negative": self = .negative
        case "predicted": self = .predicted
        default:
            let emotion = Emotion(name: name)?.name
            guard let output = card.classes.firstIndex(where: { $0 == name || $0 == emotion })
            else {
                throw UsageError(
                    setting: "class", found: name,
                    expected: "positive, negative, predicted, or a class of the model: "
                        + card.classes.joined(separator: ", "))
            }
            self = .output(output)
        }
    }
}

/// The number behind a class, as a function of one image's logits z before the softmax.
///
/// - One output k: its logit z_k.
/// - Positive and negative of a model with two outputs: the logit of that output.
/// - Positive of a model of emotions, with p the sum over the positive emotions' probabilities:
///   log(p / (1 - p)) = logsumexp(z of the positive) - logsumexp(z of the others); negative is
///   minus that. It is the one logit of which p is the sigmoid, and unlike the sum of the positive
///   logits it does not grow with an emotion that is improbable anyway.
///
/// The temperature of a calibrated model is left out: it changes no ranking of places.
struct TargetScalar: Sendable, Equatable {
    let target: ClassTarget
    /// Whether each output belongs to the positive class.
    let isPositive: [Bool]
    private let sumsEmotions: Bool

    init(_ target: ClassTarget, of card: ModelCard, positive: LabelMapping? = nil) {
        self.target = target
        sumsEmotions = card.head == .emotions
        let outputs = Set(card.positiveOutputs(positive ?? card.positive))
        isPositive = card.classes.indices.map(outputs.contains)
    }

    private init(_ target: ClassTarget, like other: TargetScalar) {
        self.target = target
        isPositive = other.isPositive
        sumsEmotions = other.sumsEmotions
    }

    /// `predicted` becomes what the model decides for on these logits.
    func resolved(_ logits: [Float]) -> TargetScalar {
        guard target == .predicted else { return self }
        let positive = TargetScalar(.positive, like: self)
        return positive.probability(logits) >= 0.5
            ? positive : TargetScalar(.negative, like: self)
    }

    func value(_ logits: [Float]) -> Double {
        guard let outputs else { return Double(logits[output]) }
        return logSumExp(logits, outputs) - logSumExp(logits, outputs.map { !$0 })
    }

    /// The probability of the class.
    func probability(_ logits: [Float]) -> Double {
        let chosen = outputs ?? logits.indices.map { $0 == output }
        return exp(logSumExp(logits, chosen) - logSumExp(logits, chosen.map { _ in true }))
    }

    /// The derivative of `value` by each logit.
    func gradient(_ logits: [Float]) -> [Float] {
        guard let outputs else { return logits.indices.map { $0 == output ? 1 : 0 } }
        let own = logSumExp(logits, outputs)
        let others = logSumExp(logits, outputs.map { !$0 })
        return zip(logits, outputs).map { logit, isOwn in
            Float(isOwn ? exp(Double(logit) - own) : -exp(Double(logit) - others))
        }
    }

    /// Which outputs are summed; `nil` where the class is one output.
    private var outputs: [Bool]? {
        guard sumsEmotions else { return nil }
        switch target {
        case .positive: return isPositive
        case .negative: return isPositive.map { !$0 }
        case .output: return nil
        case .predicted: preconditionFailure("resolve a predicted class on its logits first")
        }
    }

    private var output: Int {
        switch target {
        case .positive: 1
        case .negative: 0
        case .output(let index): index
        case .predicted: preconditionFailure("resolve a predicted class on its logits first")
        }
    }

    private func logSumExp(_ logits: [Float], _ chosen: [Bool]) -> Double {
        let values = zip(logits, chosen).filter(\.1).map { Double($0.0) }
        let largest = values.max() ?? -.infinity
        return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    }
}
