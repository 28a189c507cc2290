import Evaluation
import Foundation

/// A correction of logits: a common factor, a bias for each class and, for a linear probe, a change of
/// the last layer's weights. Fitted by maximum likelihood with a ridge that draws it to no change.
///
///     logits = factor x base + bias + change x (features - mean) / deviation
package struct HeadCorrection {
    package private(set) var factor = 1.0
    /// [classes]
    package private(set) var bias: [Double]
    /// [classes x features] for features as they are; empty without a probe.
    package private(set) var change: [Double] = []

    /// Ridge of factor and bias where many rows speak: weak, since they are few.
    package static let weakRidge = 1e-3

    /// A bias alone: [classes]
    init(bias: [Double]) { self.bias = bias }

    /// - Parameters:
    ///   - base: calibrated logits of the earlier model, [rows][classes].
    ///   - features: what the last layer reads, [rows][features]; `nil` for factor and bias alone.
    ///   - labels: the true class of each row.
    ///   - ridge: of the change, in units of standardised features.
    ///   - biasRidge: of the factor's logarithm and of the bias.
    package init(
        base: [[Double]], features: [[Float]]?, labels: [Int], ridge: Double,
        biasRidge: Double = weakRidge
    ) {
        let classes = base[0].count
        let standardized = features.map(Standardized.init)
        let width = standardized?.width ?? 0
        // factor's logarithm, bias, change.
        let start = [Double](repeating: 0, count: 1 + classes + classes * width)
        let found = LimitedMemoryBFGS.minimum(from: start) { point in
            Self.objective(
                point, base: base, standardized?.values ?? [], width: width, labels: labels,
                ridge: (biasRidge, ridge))
        }
        factor = exp(found[0])
        bias = Array(found[1 ... classes])
        guard let standardized else { return }
        change = Array(found[(1 + classes)...])
        for number in 0 ..< classes {
            for column in 0 ..< width {
                let index = number * width + column
                change[index] /= standardized.deviation[column]
                bias[number] -= change[index] * standardized.mean[column]
            }
        }
    }

    /// The corrected logits of a row.
    package func logits(base: [Double], features: [Float]) -> [Double] {
        let width = change.isEmpty ? 0 : features.count
        return base.indices.map { number in
            var sum = factor * base[number] + bias[number]
            for column in 0 ..< width {
                sum += change[number * width + column] * Double(features[column])
            }
            return sum
        }
    }

    private static func objective(
        _ point: [Double], base: [[Double]], _ values: [Double], width: Int, labels: [Int],
        ridge: (bias: Double, change: Double)
    ) -> (value: Double, gradient: [Double]) {
        let (rows, classes) = (labels.count, base[0].count)
        let factor = exp(point[0])
        var gradient = [Double](repeating: 0, count: point.count)
        var value = 0.0
        for index in point.indices {
            let strength = index <= classes ? ridge.bias : ridge.change
            value += strength / 2 * point[index] * point[index]
            gradient[index] = strength * point[index]
        }
        var logits = [Double](repeating: 0, count: classes)
        point.withUnsafeBufferPointer { point in
            values.withUnsafeBufferPointer { values in
                gradient.withUnsafeMutableBufferPointer { gradient in
                    for row in 0 ..< rows {
                        for number in 0 ..< classes {
                            var sum = factor * base[row][number] + point[1 + number]
                            let weights = 1 + classes + number * width
                            for column in 0 ..< width {
                                sum += point[weights + column] * values[row * width + column]
                            }
                            logits[number] = sum
                        }
                        let largest = logits.reduce(-.infinity, max)
                        let total = logits.reduce(0) { $0 + exp($1 - largest) }
                        value += (log(total) + largest - logits[labels[row]]) / Double(rows)
                        for number in 0 ..< classes {
                            let truth = labels[row] == number ? 1.0 : 0
                            let error =
                                (exp(logits[number] - largest) / total - truth) / Double(rows)
                            gradient[0] += error * factor * base[row][number]
                            gradient[1 + number] += error
                            let weights = 1 + classes + number * width
                            for column in 0 ..< width {
                                gradient[weights + column] += error * values[row * width + column]
                            }
                        }
                    }
                }
            }
        }
        return (value, gradient)
    }

    /// Features with mean 0 and deviation 1 over the rows; one that never changes stays 0.
    private struct Standardized {
        let width: Int
        let mean, deviation: [Double]
        let values: [Double]

        init(_ features: [[Float]]) {
            let (count, width) = (Double(features.count), features[0].count)
            self.width = width
            var mean = [Double](repeating: 0, count: width)
            var deviation = mean
            for row in features { for j in 0 ..< width { mean[j] += Double(row[j]) / count } }
            for row in features {
                for j in 0 ..< width {
                    let distance = Double(row[j]) - mean[j]
                    deviation[j] += distance * distance / count
                }
            }
            deviation = deviation.map { $0 > 1e-12 ? $0.squareRoot() : 1 }
            values = features.flatMap { row in
                (0 ..< width).map { (Double(row[$0]) - mean[$0]) / deviation[$0] }
            }
            (self.mean, self.deviation) = (mean, deviation)
        }
    }
}
