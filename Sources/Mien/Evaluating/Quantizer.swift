import Evaluation
import Inference
import Networks
import Torch

/// Makes the int8 model of a trained one (post-training quantisation).
///
/// Weights get a scale for each output channel, activations one for each layer, from the largest
/// magnitudes that calibration images cause: cutting the largest off cost more than it gave.
public struct Quantizer {
    /// A split of the data to calibrate on; `nil` takes the rows that the model's own recipe
    /// trained on, which must be of the data it was trained on.
    public var split: String?
    /// Images to calibrate on, at most.
    public var rows = 256
    /// Decides which.
    public var seed: UInt64 = 0
    public var batchSize = 64
    /// Is told what is odd about the calibration rows, in sentences.
    public var note: (String) -> Void = { _ in }

    /// Rows for the agreement at most, when they are not the recipe's held-out ones.
    private static let mostCompared = 1000

    public init() {}

    /// - Parameters:
    ///   - modelSHA256: of the float model's file.
    ///   - progress: images done and all images; `false` stops.
    /// - Returns: the int8 model, or `nil` when stopped.
    /// - Throws: `UsageError` or `DataError` for rows that cannot be had, a model that is int8
    ///   already, or a machine that cannot run one; `NetworkError` for layers that the scoring engine
    ///   does not compute.
    public func quantized(
        _ model: Model, modelSHA256: String, on dataset: Dataset,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> Model? {
        guard model.card.isNetwork else {
            throw UsageError(
                setting: "model", found: "a \(model.card.title)", expected: "a network")
        }
        guard !model.isQuantized else {
            throw UsageError(setting: "model", found: "an int8 model", expected: "a float model")
        }
        guard InferenceEngine.supports(.int8) else {
            throw UsageError(
                "mien quantize", found: "a processor without int8 convolutions",
                expected: "AVX512-VNNI")
        }
        guard rows > 0 else {
            throw UsageError(setting: "rows", found: "\(rows)", expected: "at least 1")
        }
        let (calibration, compared, name) = try chosenRows(model, dataset)
        for text in try dataset.labelNotes(of: calibration, model.card) { note(text) }
        let total = calibration.count + 2 * compared.count
        guard
            let ranges = try ranges(
                model, dataset, calibration, progress: { progress($0, total) })
        else { return nil }
        guard ranges.values.allSatisfy(\.isFinite) else {
            throw NonFiniteOutput(image: "the calibration images", precision: "float32")
        }
        var card = model.card
        card.weightType = nil
        card.quantization = Quantization(
            modelSHA256: modelSHA256, calibrationRows: calibration.count,
            calibrationSplit: split ?? "train, as the recipe has it",
            dataSHA256: dataset.sources.first?.sha256, seed: seed)
        var result = Model(
            quantized: try model.folded().quantized(outputRanges: ranges), card: card)
        result.seen = model.seen
        var done = calibration.count
        func scores(_ model: Model, _ precision: DType) throws -> [Double]? {
            let scores = try model.probabilities(
                of: compared, in: dataset, batchSize: batchSize, precision: precision,
                progress: { progress(done + $0, total) }
            )?.map { model.score($0) }
            done += compared.count
            return scores
        }
        guard let before = try scores(model, .float32), let after = try scores(result, .int8) else {
            return nil
        }
        result.card.quantization?.agreement = .init(rows: name, before, after)
        return result
    }

    /// The rows to calibrate on and those to compare on, and what the latter are.
    private func chosenRows(
        _ model: Model, _ dataset: Dataset
    ) throws -> (calibration: [Int], compared: [Int], name: String) {
        if let split {
            let resolved = try dataset.resolve(split: split)
            let all = dataset.rows(
                of: try dataset.labelled(by: dataset.defaultProtocol), in: resolved
            ).indices
            let drawn = order(all)
            return (
                drawn.prefix(rows).sorted(),
                drawn.dropFirst(rows).prefix(Self.mostCompared).sorted(),
                "others of the split \(split)"
            )
        }
        guard dataset.sources.map(\.sha256) == model.card.dataSources.map(\.sha256) else {
            throw UsageError(
                setting: "data", found: "other data than the model was trained on",
                expected: "the same, whose training rows are known",
                advice:
                    "Or name the rows with \(setting: "split"); rows that the model is tested on "
                    + "later "
                    + "must not be among them.")
        }
        let parts = try TrainingData(model.card.recipe, dataset)
        return (
            order(parts.training.indices).prefix(rows).sorted(), parts.validation.indices,
            Calibration.heldOut
        )
    }

    private func order(_ indices: [Int]) -> [Int] {
        shuffledOrder(count: indices.count, seed: seed, epoch: 0).map { indices[$0] }
    }

    /// The largest magnitude that the output of each layer has on these images.
    private func ranges(
        _ model: Model, _ dataset: Dataset, _ samples: [Int], progress: (Int) -> Bool
    ) throws -> [String: Double]? {
        guard
            let engine = InferenceEngine(
                try model.folded(), dtype: .float32, size: model.card.imageSize)
        else { preconditionFailure("oneDNN refuses a float32 network") }
        var ranges: [String: Double] = [:]
        for start in stride(from: 0, to: samples.count, by: batchSize) {
            let part = Array(samples[start ..< min(start + batchSize, samples.count)])
            let batch = model.card.input.batch(of: dataset, samples: part)
            engine.observe(batch.planes, size: batch.size, raising: &ranges)
            guard progress(start + part.count) else { return nil }
        }
        return ranges
    }
}

extension Quantization.Agreement {
    /// `nil` without rows.
    init?(rows: String, _ before: [Double], _ after: [Double]) {
        precondition(
            before.count == after.count, "expected \(before.count) scores, got \(after.count)")
        guard !before.isEmpty else { return nil }
        let differences = zip(before, after).map { abs($0 - $1) }
        self.rows = rows
        n = before.count
        sameDecision =
            Double(zip(before, after).count { ($0 >= 0.5) == ($1 >= 0.5) }) / Double(n)
        meanDifference = differences.reduce(0, +) / Double(n)
        largestDifference = differences.max() ?? 0
        reference = "float32"
    }
}

extension Dataset {
    /// What is odd about the labels of calibration rows, in sentences.
    fileprivate func labelNotes(of rows: [Int], _ card: ModelCard) throws -> [String] {
        let chosen = Set(rows)
        let labelled = try labelled(by: defaultProtocol)
        return labelled.selecting(
            labelled.indices.indices.filter { chosen.contains(labelled.indices[$0]) }
        ).notes("calibration rows", card.positive, emotionsToo: false)
    }
}
