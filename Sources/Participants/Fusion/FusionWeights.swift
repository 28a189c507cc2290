import Evaluation
import Foundation

/// Weights of modalities, 0 or more, that add up to 1: a weighted mean of what there is.
struct FusionWeights: Sendable, Equatable, Codable {
    let weights: [Double]

    static func equal(_ count: Int) -> FusionWeights {
        FusionWeights(weights: [Double](repeating: 1 / Double(count), count: count))
    }

    /// The weighted mean of those that are there; `nil` without any. Where all that are there have
    /// the weight 0, they count alike.
    func mean(_ values: [Double?]) -> Double? {
        var (sum, total) = (0.0, 0.0)
        for (weight, value) in zip(weights, values) {
            guard let value else { continue }
            sum += weight * value
            total += weight
        }
        if total > 0 { return sum / total }
        let known = values.compactMap(\.self)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }

    /// The weights of the values that are there, which add up to 1.
    func shares(_ isThere: [Bool]) -> [Double] {
        let own = zip(weights, isThere).map { $1 ? $0 : 0 }
        let total = own.reduce(0, +)
        if total > 0 { return own.map { $0 / total } }
        let known = Double(isThere.count { $0 })
        return isThere.map { $0 ? 1 / known : 0 }
    }

    /// Those under which the sum of weighted evidence makes the labels most likely, with a little
    /// ridge; all alike where no evidence helps.
    /// - Parameter evidence: for each modality and row, out-of-fold; `nil` where missing.
    static func fit(evidence: [[Double?]], labels: [Bool]) -> FusionWeights {
        let columns = evidence.map { $0.map { $0 ?? 0 } }
        var current = [Double](repeating: 0, count: columns.count)
        let positives = Double(labels.count { $0 })
        var bias = log((positives + 1) / (Double(labels.count) - positives + 1))
        var sums = [Double](repeating: bias, count: labels.count)
        // One weight after the other, each by a Newton step kept at 0 or above.
        for _ in 0 ..< 100 {
            var largest = 0.0
            for column in -1 ..< columns.count {
                var (slope, curvature) = column < 0 ? (0, 1e-9) : (current[column], 1.0)
                for row in labels.indices {
                    let probability = 1 / (1 + exp(-sums[row]))
                    let value = column < 0 ? 1 : columns[column][row]
                    slope += (probability - (labels[row] ? 1 : 0)) * value
                    curvature += probability * (1 - probability) * value * value
                }
                var step = -slope / curvature
                if column >= 0 { step = max(step, -current[column]) }
                step = min(max(step, -2), 2)
                guard step != 0 else { continue }
                if column < 0 { bias += step } else { current[column] += step }
                for row in labels.indices {
                    sums[row] += step * (column < 0 ? 1 : columns[column][row])
                }
                largest = max(largest, abs(step))
            }
            if largest < 1e-6 { break }
        }
        return normalised(current)
    }

    /// Those under which the weighted predictions of a score are nearest to it.
    /// - Parameters:
    ///   - predictions: for each modality and row, out-of-fold; `nil` where missing.
    ///   - scores: `nan` where unknown.
    static func fit(predictions: [[Double?]], scores: [Double]) -> FusionWeights {
        let rows = scores.indices.filter { scores[$0].isFinite }
        let mean = rows.reduce(0) { $0 + scores[$1] } / Double(max(rows.count, 1))
        let columns = predictions.map { column in rows.map { (column[$0] ?? mean) - mean } }
        var rest = rows.map { scores[$0] - mean }
        var current = [Double](repeating: 0, count: columns.count)
        for _ in 0 ..< 200 {
            var largest = 0.0
            for (index, column) in columns.enumerated() {
                let squares = column.reduce(1e-9) { $0 + $1 * $1 }
                let slope = zip(column, rest).reduce(0) { $0 + $1.0 * $1.1 }
                let step = max(slope / squares, -current[index])
                guard step != 0 else { continue }
                current[index] += step
                for row in rest.indices { rest[row] -= step * column[row] }
                largest = max(largest, abs(step))
            }
            if largest < 1e-8 { break }
        }
        return normalised(current)
    }

    private static func normalised(_ weights: [Double]) -> FusionWeights {
        let total = weights.reduce(0, +)
        guard total > 1e-12 else { return equal(weights.count) }
        return FusionWeights(weights: weights.map { $0 / total })
    }
}
