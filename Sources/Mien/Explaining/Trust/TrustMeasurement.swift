public import Evaluation
import Foundation
import Torch

/// Measures how far an explainer's maps can be trusted on rows of a data set.
///
/// The maps are made in float32; perturbed images are scored in `precision`.
public struct TrustMeasurement {
    /// By default of the class that the model decides for, image by image, so that there is
    /// something to lose in each.
    public var explainer: ExplanationSession
    /// Images at most, drawn with the seed.
    public var limit = 200
    public var seed: UInt64 = 0
    public var batchSize = 32
    public var precision = Recipe.Precision.auto
    public var bootstrap = Bootstrap()

    public init() {
        explainer = ExplanationSession()
        explainer.target = .predicted
    }

    /// - Parameters:
    ///   - rows: the rows to draw from.
    ///   - targetName: what the explainer's class is called in the result.
    ///   - progress: units of work done and in all; `false` stops, and gives `nil`.
    /// - Throws: `DataError` when there are no rows.
    public func measure(
        _ model: Model, on dataset: Dataset, rows: LabelledSubset, modelSHA256: String,
        targetName: String = "predicted",
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(DataError) -> ExplanationFaithfulness? {
        guard rows.count > 0 else {
            throw DataError(
                .request, file: dataset.name, found: "no rows to explain",
                expected: "at least one")
        }
        var generator = SeededGenerator(seed: seed)
        let samples = generator.permutation(of: rows.count).prefix(limit).sorted()
            .map { rows.indices[$0] }
        let parts = CascadingRandomization.parts(of: model.card.network)
        let total = samples.count * (2 + parts.count)
        var done = 0
        func advance(_ count: Int) -> Bool {
            done += count
            return progress(done, total)
        }

        guard let readings = readings(of: model, samples, dataset, nil, advance) else { return nil }
        guard
            let losses = losses(
                readings, model, samples, dataset, using: &generator, advance: advance)
        else { return nil }
        let maps = readings.map(\.explanation.map)
        var randomization: [ExplanationFaithfulness.Randomization] = []
        for count in 1 ... parts.count {
            let random = CascadingRandomization.model(
                model, count: count, seed: generator.next())
            guard
                let others = self.readings(
                    of: random, samples, dataset, readings.map(\.scalar), advance)
            else { return nil }
            randomization.append(
                likeness(of: maps, to: others.map(\.explanation.map), part: parts[count - 1]))
        }
        if maps.count > 1 {
            randomization.append(
                likeness(of: maps, to: maps.dropFirst() + maps.prefix(1), part: "other image"))
        }
        try dataset.requireReadable()
        return ExplanationFaithfulness(
            method: explainer.method,
            layer: explainer.method == .occlusion ? nil : explainer.layer, target: targetName,
            grid: [maps[0].width, maps[0].height], data: dataset.name,
            isSynthetic: dataset.isSynthetic, modelSHA256: modelSHA256, n: samples.count,
            emptyMaps: maps.count(where: \.isEmpty), seed: seed, resamples: bootstrap.resamples,
            deletion: faithfulness(losses.map(\.deletion), higherIsBetter: false),
            insertion: faithfulness(losses.map(\.insertion), higherIsBetter: true),
            road: faithfulness(losses.map(\.road), higherIsBetter: true),
            randomization: randomization,
            pointing: pointing(maps, samples, dataset, using: &generator))
    }

    private func readings(
        of model: Model, _ samples: [Int], _ dataset: Dataset, _ fixed: [TargetScalar]?,
        _ advance: (Int) -> Bool
    ) -> [ExplanationSession.Reading]? {
        var result: [ExplanationSession.Reading] = []
        for start in stride(from: 0, to: samples.count, by: batchSize) {
            let range = start ..< min(start + batchSize, samples.count)
            result += explainer.readings(
                by: model, of: batch(Array(samples[range]), dataset, model),
                fixed: fixed.map { Array($0[range]) })
            guard advance(range.count) else { return nil }
        }
        return result
    }

    private func batch(_ samples: [Int], _ dataset: Dataset, _ model: Model) -> ImageBatch {
        model.card.input.batch(of: dataset, samples: samples)
    }

    /// For each image with a map: the values of the map, of a random and of an edge map.
    private func losses(
        _ readings: [ExplanationSession.Reading], _ model: Model, _ samples: [Int],
        _ dataset: Dataset,
        using generator: inout SeededGenerator, advance: (Int) -> Bool
    ) -> [PerturbationCurves]? {
        let dtype = model.resolved(precision, on: .cpu)
        var result: [PerturbationCurves] = []
        for (sample, reading) in zip(samples, readings) {
            let map = reading.explanation.map
            if !map.isEmpty {
                let image = batch([sample], dataset, model)
                let (width, height) = grid(of: map, size: image.size)
                let maps = [
                    map,
                    BaselineMaps.random(width: width, height: height, using: &generator),
                    BaselineMaps.edges(
                        of: image.grey(0), size: image.size, width: width, height: height),
                ]
                result.append(
                    PerturbationCurves(
                        of: Perturbation(plane: Array(image.plane(0)), size: image.size), by: maps,
                        using: &generator
                    ) { planes in
                        let chunk = 2 * batchSize * image.plane(0).count
                        return stride(from: 0, to: planes.count, by: chunk).flatMap { start in
                            model.logits(
                                of: ImageBatch(
                                    planes: Array(
                                        planes[start ..< min(start + chunk, planes.count)]),
                                    size: image.size, channels: image.channels),
                                precision: dtype)
                        }.map(reading.scalar.probability)
                    })
            }
            guard advance(1) else { return nil }
        }
        return result
    }

    /// Occlusion's map has a value for each pixel, but is no finer than its patches.
    private func grid(of map: HeatMap, size: Int) -> (Int, Int) {
        guard explainer.method == .occlusion else { return (map.width, map.height) }
        let count = explainer.occlusion.starts(size: size).starts.count
        return (count, count)
    }

    private func faithfulness(
        _ values: [[Double]], higherIsBetter: Bool
    ) -> ExplanationFaithfulness.Faithfulness {
        func mean(_ value: ([Double]) -> Double) -> Estimate {
            bootstrap.mean(of: values.map(value))
        }
        return .init(
            n: values.count, higherIsBetter: higherIsBetter, map: mean { $0[0] },
            random: mean { $0[1] }, edges: mean { $0[2] }, mapMinusRandom: mean { $0[0] - $0[1] },
            mapMinusEdges: mean { $0[0] - $0[2] })
    }

    private func likeness(
        of maps: [HeatMap], to others: some Collection<HeatMap>, part: String
    ) -> ExplanationFaithfulness.Randomization {
        let size = SyntheticFaces.side
        var ranks: [Double] = []
        var structures: [Double] = []
        for (map, other) in zip(maps, others) where !map.isEmpty && !other.isEmpty {
            MapSimilarity.spearman(map.values, other.values).map { ranks.append($0) }
            structures.append(
                MapSimilarity.structural(
                    map.shares(side: size, inputSize: size),
                    other.shares(side: size, inputSize: size), side: size))
        }
        return .init(
            part: part, n: structures.count, empty: maps.count - structures.count,
            spearman: bootstrap.mean(of: ranks),
            structuralSimilarity: bootstrap.mean(of: structures))
    }
}

extension Bootstrap {
    /// The mean with its interval.
    func mean(of values: [Double]) -> Estimate {
        estimate(of: values.count) { multiplicities in
            var sum = 0.0
            for (value, times) in zip(values, multiplicities) { sum += value * Double(times) }
            return sum / Double(values.count)
        }
    }
}
