public import Evaluation
import Foundation

/// Labelled rows with what a model says of them: what every analysis of an evaluation starts from.
public struct ScoredRows: Sendable {
    public let labelling: LabelledSubset
    /// The mapping that ``scores`` and ``truths`` are of.
    public let mapping: LabelMapping
    /// Of each class after calibration, [rows][classes].
    public let probabilities: [[Float]]
    /// Of the positive class, 0...1.
    public let scores: [Double]
    public let truths: [Bool]
    /// Rows of one subject or sequence; `nil` where each row stands for itself.
    public let clusters: Clusters?
    public let seen: SeenRows
    private let card: ModelCard

    init(
        _ labelling: LabelledSubset, _ probabilities: [[Float]], card: ModelCard,
        mapping: LabelMapping, clusters: Clusters?, seen: SeenRows
    ) {
        self.clusters = clusters
        self.seen = seen
        self.labelling = labelling
        self.mapping = mapping
        self.probabilities = probabilities
        self.card = card
        scores = probabilities.map { card.score($0, positive: mapping) }
        truths = labelling.positives(mapping)
    }

    public var count: Int { labelling.count }
    /// What the model's outputs are, in order.
    public var classes: [String] { card.classes }
    public var head: Recipe.Head { card.head }

    /// The score of other class probabilities of the same model.
    func score(_ probabilities: [Float]) -> Double { card.score(probabilities, positive: mapping) }

    /// The scores under another mapping; a model with two outputs has one score only.
    func scores(of mapping: LabelMapping) -> [Double] {
        probabilities.map { card.score($0, positive: mapping) }
    }

    /// The scores at a temperature of 1; `nil` where that is the model's own. A softmax of other
    /// logits follows from the probabilities: they are raised to a power and made to add up to 1.
    var uncalibrated: [Double]? {
        guard card.calibration != nil else { return nil }
        return probabilities.map { row in
            let largest = Double(row.max() ?? 1)
            let powers = row.map { pow(Double($0) / largest, card.temperature) }
            let sum = powers.reduce(0, +)
            return score(powers.map { Float($0 / sum) })
        }
    }

    /// For each row the output with the largest probability.
    var strongest: [Int] {
        probabilities.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    }

    /// Positions of the rows with this label.
    func positions(of emotion: Emotion) -> [Int] {
        labelling.emotions.indices.filter { labelling.emotions[$0] == emotion }
    }

    /// One line per row: id, label, votes, score, the probability of each class, and whether the
    /// model was trained on it (``RowUse``, or unknown); with a confidence to abstain below, also
    /// whether the row is answered.
    func csv(_ dataset: Dataset, abstainBelow: Double?) -> String {
        var csv = "id,emotion,label,votes,score"
        csv += classes.map { ",probability_" + $0 }.joined()
        csv += ",trained_on"
        csv += abstainBelow == nil ? "\n" : ",answered\n"
        for (position, index) in labelling.indices.enumerated() {
            let sample = dataset.samples[index]
            let votes = sample.votes?.counts.map(String.init).joined(separator: " ") ?? ""
            csv += "\(CSV.field(sample.id)),\(labelling.emotions[position].name),"
            csv += "\(truths[position] ? 1 : 0),\(votes),\(Float(scores[position]))"
            csv += probabilities[position].map { ",\($0)" }.joined()
            csv += ",\(seen.uses[position]?.rawValue ?? "unknown")"
            if let abstainBelow {
                let confidence = SelectivePrediction.confidence(scores[position])
                csv += confidence >= abstainBelow ? ",1" : ",0"
            }
            csv += "\n"
        }
        return csv
    }
}
