public import Torch

/// Fits the temperature of a model that is there already.
public struct Calibrator {
    /// A split of the data; `nil` takes the rows that the model's own recipe held out, which must
    /// be of the data it was trained on.
    public var split: String?
    /// With a split: how labels are made; one of the hard protocols.
    public var labels: LabelProtocol?
    public var batchSize = 64
    public var precision = Recipe.Precision.auto
    public var device = Device.cpu
    /// Is told what is odd about the rows, in sentences.
    public var note: (String) -> Void = { _ in }

    public init() {}

    /// - Parameter progress: rows done and all rows; `false` stops.
    /// - Returns: the calibration, or `nil` when stopped.
    /// - Throws: `UsageError` or `DataError` for rows that cannot be had or are too few.
    public func calibration(
        of model: Model, on dataset: Dataset,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> Calibration? {
        try model.check(device)
        let rows = try split.map { try chosenRows($0, dataset) } ?? heldOutRows(model, dataset)
        let known = rows.selecting(
            rows.indices.indices.filter { model.card.answer(rows.emotions[$0]) != nil })
        guard known.count >= Calibration.fewestRows else {
            throw DataError(
                .request, file: dataset.name, found: "\(known.count) labelled rows",
                expected: "at least \(Calibration.fewestRows) to fit a temperature on")
        }
        for text in notes(known, model, dataset) { note(text) }
        var plain = model
        plain.card.calibration = nil
        guard
            let probabilities = try plain.probabilities(
                of: known.indices, in: dataset, batchSize: batchSize,
                precision: plain.resolved(precision, on: device), device: device,
                progress: { progress($0, known.count) })
        else { return nil }
        return try Calibration(
            probabilities: probabilities, answers: known.emotions.compactMap(model.card.answer),
            rows: split ?? Calibration.heldOut, dataSHA256: dataset.sources.first?.sha256)
    }

    private func notes(_ rows: LabelledSubset, _ model: Model, _ dataset: Dataset) -> [String] {
        var notes = rows.notes(
            "calibration rows", model.card.positive, emotionsToo: model.card.head == .emotions)
        if Set(rows.emotions.compactMap(model.card.answer)).count == 1 {
            notes.append(
                "A temperature that is fitted to one class says nothing of the others: take rows "
                    + "of all classes.")
        }
        let seen = SeenRows(model, of: rows.indices, in: dataset, KnownDuplicates(dataset))
        if seen.count(.training) > 0 {
            notes.append(
                "The model was trained on \(seen.count(.training)) of these \(rows.count) rows: "
                    + "the temperature will make it too sure of others.")
        }
        return notes
    }

    private func chosenRows(_ split: String, _ dataset: Dataset) throws -> LabelledSubset {
        let labels = labels ?? dataset.defaultProtocol
        guard labels != .ferplusVotes else { throw UsageError.softLabels }
        return dataset.rows(
            of: try dataset.labelled(by: labels), in: try dataset.resolve(split: split))
    }

    private func heldOutRows(_ model: Model, _ dataset: Dataset) throws -> LabelledSubset {
        guard labels == nil else {
            throw UsageError(
                setting: "labels", found: "labels without a split", expected: "both or neither",
                advice: "The rows held out of training have the recipe's labels.")
        }
        guard dataset.sources.map(\.sha256) == model.card.dataSources.map(\.sha256) else {
            throw UsageError(
                setting: "data", found: "other data than the model was trained on",
                expected: "the same, whose held-out rows are known",
                advice:
                    "Or name the rows with \(setting: "split"); rows that the model is tested on "
                    + "later "
                    + "must not be among them.")
        }
        guard !model.card.recipe.learnsFromAllRows else {
            throw UsageError(
                setting: "split", found: "none for a model that learnt from all training rows",
                expected: "rows to fit on")
        }
        return try TrainingData(model.card.recipe, dataset).validation
    }
}

extension ModelCard {
    /// The output that is right for an emotion; `nil` where the model has none for it.
    func answer(_ emotion: Emotion) -> Int? {
        head == .emotions
            ? classes.firstIndex(of: emotion.name) : positive.isPositive(emotion) ? 1 : 0
    }
}

extension UsageError {
    static let softLabels = UsageError(
        setting: "labels", found: "ferplus-votes, which are soft",
        expected: "ferplus, ferplus-argmax or fer2013", advice: "Soft labels are for training.")
}
