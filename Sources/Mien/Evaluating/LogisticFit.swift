import Foundation

/// Logistic regression with both classes of equal weight and a ridge on standardised features, by
/// Newton's method.
struct LogisticFit {
    let weights: [Double]
    let bias: Double

    private typealias Lane = SIMD8<Double>

    /// Steps, of which ten are rarely needed.
    private static let mostSteps = 50
    /// The largest change of a weight at which it ends.
    private static let exactness = 1e-8

    /// - Parameter rows: of `features` that are fitted.
    init(_ features: [[Float]], _ isPositive: [Bool], rows: [Int], ridge: Double) {
        let width = features[0].count
        let (mean, deviation) = Self.moments(features, rows)
        let positives = Double(rows.count { isPositive[$0] })
        let samples = rows.map { row in
            let values = (0 ..< width).map { j in
                (Double(features[row][j]) - mean[j]) / deviation[j]
            }
            let others = Double(rows.count) - positives
            // The last column is the bias's.
            return Sample(
                values: Self.lanes(values + [1]), isPositive: isPositive[row],
                share: 1 / (2 * (isPositive[row] ? positives : others)))
        }
        var current = [Double](repeating: 0, count: width + 1)
        var objective = Self.objective(current, samples, ridge)
        for _ in 0 ..< Self.mostSteps {
            var step = Self.newtonStep(at: current, samples, ridge)
            var next = zip(current, step).map { $0 - $1 }
            var lower = Self.objective(next, samples, ridge)
            while !(lower <= objective), step.contains(where: { abs($0) > Self.exactness }) {
                step = step.map { $0 / 2 }
                next = zip(current, step).map { $0 - $1 }
                lower = Self.objective(next, samples, ridge)
            }
            (current, objective) = (next, lower)
            if step.allSatisfy({ abs($0) < Self.exactness }) { break }
        }
        weights = (0 ..< width).map { current[$0] / deviation[$0] }
        bias = current[width] - zip(weights, mean).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The log-odds of a row of features.
    func callAsFunction(_ features: [Float]) -> Double {
        zip(weights, features).reduce(bias) { $0 + $1.0 * Double($1.1) }
    }

    private struct Sample {
        let values: [Lane]
        let isPositive: Bool
        /// In the sum over samples, which are 1 together.
        let share: Double

        func odds(_ weights: [Lane]) -> Double {
            var sum = Lane.zero
            for (value, weight) in zip(values, weights) { sum += value * weight }
            return sum.sum()
        }
    }

    private static func lanes(_ values: [Double]) -> [Lane] {
        stride(from: 0, to: values.count, by: 8).map { start in
            var lane = Lane.zero
            for index in start ..< min(start + 8, values.count) {
                lane[index - start] = values[index]
            }
            return lane
        }
    }

    /// The deviation of a feature that never changes, but for rounding, is infinite: it says
    /// nothing.
    private static func moments(
        _ features: [[Float]], _ rows: [Int]
    ) -> (mean: [Double], deviation: [Double]) {
        let (n, width) = (Double(rows.count), features[0].count)
        var mean = [Double](repeating: 0, count: width)
        var deviation = mean
        for row in rows { for j in 0 ..< width { mean[j] += Double(features[row][j]) / n } }
        for row in rows {
            for j in 0 ..< width {
                let distance = Double(features[row][j]) - mean[j]
                deviation[j] += distance * distance / n
            }
        }
        for j in 0 ..< width {
            let root = deviation[j].squareRoot()
            deviation[j] = root > 1e-6 * abs(mean[j]) ? root : .infinity
        }
        return (mean, deviation)
    }

    /// What is made small: the mean of minus the logarithm of what the truth is given, and half the
    /// ridge times the squared length of the weights.
    private static func objective(
        _ weights: [Double], _ samples: [Sample], _ ridge: Double
    ) -> Double {
        let own = lanes(weights)
        let length = weights.dropLast().reduce(0) { $0 + $1 * $1 }
        return samples.reduce(ridge * length / 2) { sum, sample in
            let odds = sample.odds(own) * (sample.isPositive ? 1 : -1)
            return sum + sample.share * (max(-odds, 0) + log1p(exp(-abs(odds))))
        }
    }

    /// The slope over the curvature.
    private static func newtonStep(
        at weights: [Double], _ samples: [Sample], _ ridge: Double
    ) -> [Double] {
        let (count, own) = (weights.count, lanes(weights))
        var slope = [Lane](repeating: .zero, count: own.count)
        // [count][lanes], of which the lower triangle is filled.
        var curvature = [Lane](repeating: .zero, count: count * own.count)
        for sample in samples {
            let share = logistic(sample.odds(own))
            let error = sample.share * (share - (sample.isPositive ? 1 : 0))
            let weight = sample.share * share * (1 - share)
            sample.values.withUnsafeBufferPointer { values in
                curvature.withUnsafeMutableBufferPointer { curvature in
                    for lane in values.indices { slope[lane] += error * values[lane] }
                    for row in 0 ..< count {
                        let factor = weight * values[row / 8][row % 8]
                        let start = row * values.count
                        for lane in 0 ... row / 8 {
                            curvature[start + lane] += factor * values[lane]
                        }
                    }
                }
            }
        }
        var matrix = (0 ..< count).map { row in
            (0 ... row).map { curvature[row * own.count + $0 / 8][$0 % 8] }
        }
        for row in 0 ..< count - 1 { matrix[row][row] += ridge }
        let right = (0 ..< count).map { index in
            slope[index / 8][index % 8] + (index < count - 1 ? ridge * weights[index] : 0)
        }
        return solve(&matrix, right)
    }

    /// By Cholesky's decomposition, in the place of a symmetric matrix's lower triangle.
    private static func solve(_ matrix: inout [[Double]], _ right: [Double]) -> [Double] {
        var solution = right
        for row in matrix.indices {
            for column in 0 ... row {
                var sum = matrix[row][column]
                for k in 0 ..< column { sum -= matrix[row][k] * matrix[column][k] }
                matrix[row][column] =
                    column < row
                    ? sum / matrix[column][column] : max(sum, .leastNormalMagnitude).squareRoot()
            }
            for k in 0 ..< row { solution[row] -= matrix[row][k] * solution[k] }
            solution[row] /= matrix[row][row]
        }
        for row in matrix.indices.reversed() {
            solution[row] /= matrix[row][row]
            for k in 0 ..< row { solution[k] -= matrix[row][k] * solution[row] }
        }
        return solution
    }
}
