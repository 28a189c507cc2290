/// How far a training run came. A run can end before its last epoch: after a largest number of
/// steps, or early, when validation no longer improves.
public struct RunLength: Sendable, Codable, Equatable, CustomStringConvertible {
    /// Optimizer steps taken.
    public let steps: Int
    /// Optimizer steps of all epochs of the recipe.
    public let planned: Int
    /// Training rows that at least one step learned from.
    public let images: Int

    /// "5 of 402 steps, 500 images".
    public var description: String {
        "\(Wording.count(steps)) of \(Wording.count(planned)) steps, \(Wording.count(images)) images"
    }

    /// A sentence for a run that ended before its last epoch; `nil` for a whole run.
    var note: String? {
        steps < planned ? "The training run ended after \(description)." : nil
    }
}

extension TrainingData {
    /// The training rows that the first steps of a run learn from: all after one epoch.
    /// - Parameter steps: `nil` stands for a run of which no more is known.
    func learned(by recipe: Recipe, steps: Int?) -> LabelledSubset {
        guard let steps, steps < batchCount(recipe.batchSize) else { return training }
        let batch = positions(of: recipe, epoch: 0)
        return training.selecting((0 ..< steps).flatMap(batch).sorted())
    }
}
