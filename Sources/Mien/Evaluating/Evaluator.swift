public import Evaluation
import Foundation
public import Torch

/// Measures a model on labelled rows.
public struct Evaluator {
    public var labels: LabelProtocol?
    public var split = "test"
    /// Another mapping than the model's; for a model with two outputs it changes the labels only.
    public var positive: PositiveMapping?
    public var threshold = 0.5
    public var batchSize = 64
    public var precision = Recipe.Precision.auto
    public var device = Device.cpu
    public var bootstrap = Bootstrap()

    public init() {}

    /// The scored rows and the report on them.
    public struct Outcome {
        public let report: EvaluationReport
        /// id, label, votes, score and probability of each class: one line per row.
        public let predictionsCSV: String
        /// ROC and precision-recall curves, reliability, confusion.
        public let figures: [any Figure]
    }

    /// - Parameters:
    ///   - modelSHA256: of the model file.
    ///   - progress: rows done and all rows; `false` stops.
    /// - Returns: `nil` when stopped.
    /// - Throws: `DataError` for a split or protocol that the data does not have.
    public func evaluate(
        _ model: Model, on dataset: Dataset, modelSHA256: String,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> Outcome? {
        let labels = labels ?? dataset.defaultProtocol
        guard labels != .ferplusVotes else {
            throw UsageError(
                "--labels", found: "ferplus-votes, which are soft",
                expected: "ferplus, ferplus-argmax or fer2013",
                advice: "Soft labels are for training.")
        }
        guard threshold >= 0, threshold <= 1 else {
            throw UsageError("--threshold", found: "\(threshold)", expected: "0 to 1")
        }
        let resolved = try dataset.resolve(split: split)
        let rows = dataset.rows(of: try dataset.labelled(by: labels), in: resolved)
        guard rows.count > 0 else {
            throw DataError(
                .request, file: dataset.name,
                found: "no row of the split \(split) that \(labels.rawValue) keeps",
                expected: "at least one")
        }
        let dtype = precision.resolved(on: device)
        let clock = ContinuousClock.now
        guard
            let probabilities = model.probabilities(
                of: rows.indices, in: dataset, batchSize: batchSize, precision: dtype,
                device: device, progress: { progress($0, rows.count) })
        else { return nil }
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        let mapping = positive ?? model.card.positive
        let scores = probabilities.map { min(max(model.score($0, positive: mapping), 0), 1) }
        let truths = rows.positives(mapping)
        func metrics(_ positions: [Int]) throws -> BinaryMetrics {
            try BinaryMetrics(
                scores: positions.map { scores[$0] }, labels: positions.map { truths[$0] },
                threshold: threshold, bootstrap: bootstrap)
        }
        let report = EvaluationReport(
            metrics: try metrics(Array(scores.indices)), labels: labels, split: resolved,
            positive: mapping,
            byEmotion: rowsByEmotion(rows, scores, truths, mapping),
            withoutDuplicates: try unseenPositions(rows, dataset, resolved).map(metrics),
            emotions: try emotionMetrics(model, rows, probabilities),
            human: human(rows, dataset, mapping), modelSHA256: modelSHA256,
            sources: dataset.sources, isSynthetic: dataset.isSynthetic,
            imagesPerSecond: Double(rows.count) / max(seconds, 1e-9), precision: "\(dtype)")
        return Outcome(
            report: report,
            predictionsCSV: predictions(model, rows, dataset, probabilities, scores, truths),
            figures: try figures(report, scores, truths))
    }

    private func figures(
        _ report: EvaluationReport, _ scores: [Double], _ truths: [Bool]
    ) throws -> [any Figure] {
        let metrics = report.metrics
        let positive = "\(report.positive.name) expression"
        return [
            ConfusionFigure(
                ConfusionMatrix(
                    metrics.confusion, negative: "other", positive: report.positive.name)),
            RocFigure(
                curve: try RocCurve(scores: scores, labels: truths), metrics: metrics,
                positive: positive),
            PrecisionRecallFigure(
                curve: try PrecisionRecallCurve(scores: scores, labels: truths), metrics: metrics,
                positive: positive),
            ReliabilityFigure(
                curve: try ReliabilityCurve(scores: scores, labels: truths), metrics: metrics,
                positive: positive),
        ]
    }

    private func rowsByEmotion(
        _ rows: Labelling, _ scores: [Double], _ truths: [Bool], _ mapping: PositiveMapping
    ) -> [EvaluationReport.EmotionRow] {
        rows.classes.compactMap { emotion in
            let positions = rows.emotions.indices.filter { rows.emotions[$0] == emotion }
            guard !positions.isEmpty else { return nil }
            let right = positions.count { (scores[$0] >= threshold) == truths[$0] }
            return .init(
                emotion: emotion.name, n: positions.count, positive: mapping.isPositive(emotion),
                accuracy: .proportion(right, of: positions.count, emptyReason: "no samples"),
                meanScore: positions.reduce(0) { $0 + scores[$1] } / Double(positions.count))
        }
    }

    /// Positions of rows whose pixels do not occur in the training split; `nil` where there is no
    /// such split, or it is the one that is evaluated.
    private func unseenPositions(
        _ rows: Labelling, _ dataset: Dataset, _ split: ResolvedSplit
    ) -> [Int]? {
        let training = dataset.samples.indices.filter { dataset.samples[$0].split == .train }
        guard !training.isEmpty, split.used != .train, split.used != nil else { return nil }
        let shared = Set(Duplicates(in: dataset).shared(rows.indices, with: training))
        return rows.indices.indices.filter { !shared.contains(rows.indices[$0]) }
    }

    private func emotionMetrics(
        _ model: Model, _ rows: Labelling, _ probabilities: [[Float]]
    ) throws -> MulticlassMetrics? {
        guard model.card.head == .emotions else { return nil }
        let names = model.card.classes
        let known = rows.emotions.indices.filter { names.contains(rows.emotions[$0].name) }
        return try MulticlassMetrics(
            labels: known.compactMap { names.firstIndex(of: rows.emotions[$0].name) },
            predictions: known.map { position in
                let row = probabilities[position]
                return row.indices.max { row[$0] < row[$1] } ?? 0
            },
            classes: names, bootstrap: bootstrap)
    }

    private func human(
        _ rows: Labelling, _ dataset: Dataset, _ mapping: PositiveMapping
    ) -> EvaluationReport.Human? {
        let votes = rows.indices.compactMap { dataset.samples[$0].votes }
        guard !votes.isEmpty else { return nil }
        let tagger = HumanTagger(votes, mapping: mapping)
        return .init(singleTaggerAccuracy: tagger.accuracy, comparisons: tagger.compared)
    }

    private func predictions(
        _ model: Model, _ rows: Labelling, _ dataset: Dataset, _ probabilities: [[Float]],
        _ scores: [Double], _ truths: [Bool]
    ) -> String {
        var csv = "id,emotion,label,votes,score"
        csv += model.card.classes.map { ",probability_" + $0 }.joined() + "\n"
        for (position, index) in rows.indices.enumerated() {
            let sample = dataset.samples[index]
            let votes = sample.votes?.counts.map(String.init).joined(separator: " ") ?? ""
            csv += "\(quoted(sample.id)),\(rows.emotions[position].name),"
            csv += "\(truths[position] ? 1 : 0),\(votes),\(Float(scores[position]))"
            csv += probabilities[position].map { ",\($0)" }.joined() + "\n"
        }
        return csv
    }

    private func quoted(_ field: String) -> String {
        guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
        return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
