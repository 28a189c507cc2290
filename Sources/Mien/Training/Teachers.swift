import Foundation
package import Torch

/// Models that answer the training images beside the one that begins a run's last cycle: several
/// networks distilled into one (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").
public struct Teachers {
    let models: [Model]

    /// Reads those that a recipe names.
    /// - Throws: `UsageError` where one is not there or has other outputs than the run's model;
    ///   `ModelFileError`.
    public init(_ recipe: Recipe, for dataset: Dataset) throws {
        let classes = try recipe.classes(for: dataset)
        models = try (recipe.teachers ?? []).map { name in
            let file: URL
            do {
                file = name == "released" ? try ReleasedModel.locate() : URL(fileURLWithPath: name)
            } catch {
                throw UsageError("--teacher", found: name, expected: "a Mien model. \(error)")
            }
            var model = try Model(contentsOf: file)
            guard model.card.quantization == nil else {
                throw ModelFileError.needsFloat(file.path, to: "teach")
            }
            guard model.card.classes == classes else {
                throw UsageError(
                    "--teacher",
                    found: "\(name) with the outputs \(model.card.classes.joined(separator: ", "))",
                    expected: "a model with those of the run: \(classes.joined(separator: ", "))")
            }
            model.prepareToTeach()
            return model
        }
    }
}

extension Model {
    /// Gives both sides of a face, and probabilities as soft as they were learned: a temperature
    /// fits strict majorities, and the targets are shares of votes.
    mutating func prepareToTeach() {
        card.averagesMirrorImage = true
        card.calibration = nil
    }
}

extension TrainingRows {
    /// The mean of what models answer on the training rows, [rows, classes] row by row; `nil` when
    /// `progress` says stop.
    func answers(
        of models: [Model], _ dataset: Dataset, batchSize: Int, precision: DType, device: Device,
        progress: (_ done: Int, _ total: Int) -> Bool
    ) -> [Float]? {
        var sums = [Float](repeating: 0, count: training.count * classes.count)
        let total = models.count * training.count
        for (number, model) in models.enumerated() {
            let answers = model.probabilities(
                of: training.indices, in: dataset, batchSize: batchSize, precision: precision,
                device: device, progress: { progress(number * training.count + $0, total) })
            guard let answers else { return nil }
            for (place, value) in answers.joined().enumerated() { sums[place] += value }
        }
        return sums.map { $0 / Float(models.count) }
    }
}
