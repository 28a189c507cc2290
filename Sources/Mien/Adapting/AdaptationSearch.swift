import Evaluation
import Foundation

/// Tries changes from the smallest on, each row by a fit on the other folds.
struct AdaptationSearch {
    let model: Model
    let dataset: Dataset
    let rows: LabelledSubset
    let features: AdaptationFeatures
    let groups: Clusters
    let folds: (numbers: [Int], count: Int)
    let seed: UInt64
    let deepest: Adaptation.Method

    struct Choice {
        let method: Adaptation.Method
        let ridge: Double?
        let model: Model
        let candidates: [Adaptation.Candidate]
    }

    /// A method with the logits of rows that its fit did not see.
    private struct Trial {
        let method: Adaptation.Method
        var ridge: Double?
        let logits: [[Double]]
        /// At a temperature of the other folds, by row.
        let losses: [Double]
    }

    /// - Parameter progress: of the last stage: images done and all; `false` stops.
    /// - Returns: `nil` when stopped.
    func run(_ progress: (Int, Int) -> Bool) throws -> Choice? {
        let base = features.logits
        let answers = rows.emotions.compactMap(model.card.answer)
        let unchanged = Trial(
            method: .unchanged, logits: base,
            losses: zip(base, answers).map { Self.loss($0, $1, temperature: 1) })
        var trials = [try trial(.temperature, base, answers)]
        if deepest >= .priors {
            trials += [try best(.priors, Adapter.biasRidges, base, answers)].compactMap(\.self)
        }
        if deepest >= .linearProbe {
            trials += [try best(.linearProbe, Adapter.ridges, base, answers)].compactMap(\.self)
        }
        if deepest >= .lastStage, let ridge = trials.last?.ridge {
            guard let last = try tuned(ridge, base, answers, progress) else { return nil }
            trials.append(last)
        }
        var best = unchanged
        for trial in trials where isBetter(trial, than: best) { best = trial }
        let candidates = ([unchanged] + trials).map { trial in
            Adaptation.Candidate(
                method: trial.method, ridge: trial.ridge, logLoss: Self.mean(trial.losses),
                improvement: trial.method == .unchanged
                    ? Estimate(0, without: "the model itself") : gain(of: trial, over: unchanged))
        }
        guard let made = try made(best, base, answers, progress) else { return nil }
        return Choice(
            method: best.method, ridge: best.ridge, model: made, candidates: candidates)
    }

    /// The fits of a method by their ridges, of which the one with the lowest loss.
    private func best(
        _ method: Adaptation.Method, _ ridges: [Double], _ base: [[Double]], _ answers: [Int]
    ) throws -> Trial? {
        try ridges.map { try corrected(method, $0, base, answers) }
            .min { Self.mean($0.losses) < Self.mean($1.losses) }
    }

    /// Lower by more than chance, or with too few groups for an interval lower at all.
    private func isBetter(_ trial: Trial, than other: Trial) -> Bool {
        let gain = gain(of: trial, over: other)
        return gain.low ?? gain.value ?? 0 > 0
    }

    private func gain(of trial: Trial, over other: Trial) -> Estimate {
        let gains = zip(other.losses, trial.losses).map { $0 - $1 }
        return Bootstrap(seed: seed).estimate(of: gains.count, by: groups) { multiplicities in
            var (sum, count) = (0.0, 0.0)
            for (gain, times) in zip(gains, multiplicities) {
                sum += gain * Double(times)
                count += Double(times)
            }
            return count > 0 ? sum / count : nil
        }
    }

    private func trial(
        _ method: Adaptation.Method, ridge: Double? = nil, _ logits: [[Double]], _ answers: [Int]
    ) throws -> Trial {
        var losses = [Double](repeating: 0, count: answers.count)
        for fold in 0 ..< folds.count {
            let others = answers.indices.filter { folds.numbers[$0] != fold }
            let scaling = try TemperatureScaling(
                logits: others.flatMap { logits[$0] }, classes: logits[0].count,
                labels: others.map { answers[$0] })
            for row in answers.indices where folds.numbers[row] == fold {
                losses[row] = Self.loss(
                    logits[row], answers[row], temperature: scaling?.temperature ?? 1)
            }
        }
        return Trial(method: method, ridge: ridge, logits: logits, losses: losses)
    }

    private func correction(
        _ method: Adaptation.Method, _ ridge: Double?, _ base: [[Double]], _ answers: [Int],
        _ chosen: [Int]
    ) -> HeadCorrection {
        let (base, labels) = (chosen.map { base[$0] }, chosen.map { answers[$0] })
        guard method != .priors else {
            return HeadCorrection(
                base: base, features: nil, labels: labels, ridge: 0,
                biasRidge: ridge ?? HeadCorrection.weakRidge)
        }
        return HeadCorrection(
            base: base, features: chosen.map { features.values[$0] }, labels: labels,
            ridge: ridge ?? 1)
    }

    private func corrected(
        _ method: Adaptation.Method, _ ridge: Double?, _ base: [[Double]], _ answers: [Int]
    ) throws -> Trial {
        var logits = base
        for fold in 0 ..< folds.count {
            let found = correction(
                method, ridge, base, answers, base.indices.filter { folds.numbers[$0] != fold })
            for row in base.indices where folds.numbers[row] == fold {
                logits[row] = found.logits(base: base[row], features: features.values[row])
            }
        }
        return try trial(method, ridge: ridge, logits, answers)
    }

    /// The last stage, trained on the other folds from the linear probe of these on.
    private func tuned(
        _ ridge: Double, _ base: [[Double]], _ answers: [Int], _ progress: (Int, Int) -> Bool
    ) throws -> Trial? {
        let tuner = LastStageTuner(dataset: dataset, seed: seed)
        var logits = base
        let all = (folds.count - 1) * rows.count * LastStageTuner.epochs
        var done = 0
        for fold in 0 ..< folds.count {
            let others = base.indices.filter { folds.numbers[$0] != fold }
            let start = model.applying(correction(.linearProbe, ridge, base, answers, others))
            let tuned = try tuner.tuned(
                start, on: others.map { rows.indices[$0] }, labels: others.map { answers[$0] }
            ) { step, _ in progress(done + step, all) }
            guard let tuned else { return nil }
            done += others.count * LastStageTuner.epochs
            let left = base.indices.filter { folds.numbers[$0] == fold }
            let found = try AdaptationFeatures(
                of: left.map { rows.indices[$0] }, in: dataset, tuned
            ) { _ in true }
            for (row, values) in zip(left, found?.logits ?? []) { logits[row] = values }
        }
        return try trial(.lastStage, ridge: ridge, logits, answers)
    }

    /// The model of a method, fitted on all rows, at the temperature of the left-out rows' logits.
    private func made(
        _ trial: Trial, _ base: [[Double]], _ answers: [Int], _ progress: (Int, Int) -> Bool
    ) throws -> Model? {
        guard trial.method != .unchanged else { return model.copied() }
        let all = Array(base.indices)
        var result: Model
        switch trial.method {
        case .unchanged, .temperature:
            result = model.applying(HeadCorrection(bias: base[0].map { _ in 0 }))
        case .priors, .linearProbe:
            result = model.applying(
                correction(trial.method, trial.ridge, base, answers, all))
        case .lastStage:
            let start = model.applying(
                correction(.linearProbe, trial.ridge, base, answers, all))
            let tuner = LastStageTuner(dataset: dataset, seed: seed)
            guard
                let tuned = try tuner.tuned(
                    start, on: rows.indices, labels: answers, progress: progress)
            else { return nil }
            result = tuned
        }
        let scaling = try TemperatureScaling(
            logits: trial.logits.flatMap { $0 }, classes: base[0].count, labels: answers)
        result.card.calibration = scaling.map {
            Calibration(
                $0, n: answers.count, rows: Adapter.calibrationRows,
                dataSHA256: dataset.sources.first?.sha256)
        }
        return result
    }

    private static func loss(_ logits: [Double], _ answer: Int, temperature: Double) -> Double {
        let scaled = logits.map { $0 / temperature }
        let largest = scaled.reduce(-.infinity, max)
        return log(scaled.reduce(0) { $0 + exp($1 - largest) }) + largest - scaled[answer]
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}
