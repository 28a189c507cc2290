import Foundation

/// Logistic regression with an L2 penalty, by Newton's method, for several strengths of it.
///
/// It minimises, as scikit-learn does, C x the sum of the negative log likelihoods plus half the
/// squared length of the weights; the intercept is free.
enum LogisticPath {
    /// The largest decrease that a Newton step may still promise at the end, as a share of the rows.
    private static let exactness = 1e-12
    private static let mostSteps = 60

    /// - Parameters:
    ///   - design: columns, of which the last holds ones for the intercept.
    ///   - strengths: values of C, ascending: each fit begins at the one before.
    /// - Returns: for each strength the weights with the intercept last.
    static func fit(
        _ design: ColumnMatrix, _ labels: [Bool], strengths: [Double]
    ) -> [[Double]] {
        let positives = Double(labels.count { $0 })
        var weights = [Double](repeating: 0, count: design.columns)
        // Where there are no weights yet the intercept is the log-odds of the labels.
        weights[design.columns - 1] = log(positives / (Double(labels.count) - positives))
        var work = Work(design, labels)
        return strengths.map { strength in
            work.minimise(&weights, penalty: 1 / strength)
            return weights
        }
    }

    private struct Work {
        let design: ColumnMatrix
        /// 1 for positive rows.
        let targets: [Double]
        var odds: [Double]
        var errors: [Double]
        var curvatures: [Double]
        /// A column times the curvatures.
        var weighted: [Double]
        var hessian: [Double]

        init(_ design: ColumnMatrix, _ labels: [Bool]) {
            precondition(
                labels.count == design.count, "\(design.count) labels, got \(labels.count)")
            self.design = design
            targets = labels.map { $0 ? 1 : 0 }
            odds = [Double](repeating: 0, count: design.stride)
            errors = odds
            curvatures = odds
            weighted = odds
            hessian = [Double](repeating: 0, count: design.columns * design.columns)
        }

        mutating func minimise(_ weights: inout [Double], penalty: Double) {
            var objective = evaluate(weights, penalty)
            for _ in 0 ..< LogisticPath.mostSteps {
                var step = gradient(weights, penalty)
                let slope = step
                fillHessian(penalty)
                CholeskySystem.solve(&hessian, &step)
                let decrease = zip(slope, step).reduce(0) { $0 + $1.0 * $1.1 }
                var length = 1.0
                var next = zip(weights, step).map { $0 - $1 }
                var lower = evaluate(next, penalty)
                while !(lower <= objective - 1e-4 * length * decrease), length > 1e-6,
                    decrease > LogisticPath.exactness
                {
                    length /= 2
                    next = zip(weights, step).map { $0 - length * $1 }
                    lower = evaluate(next, penalty)
                }
                weights = next
                objective = lower
                if decrease < LogisticPath.exactness * Double(design.count) { break }
            }
        }

        /// The objective; leaves log-odds, errors and curvatures of these weights.
        private mutating func evaluate(_ weights: [Double], _ penalty: Double) -> Double {
            let (count, stride, columns) = (design.count, design.stride, design.columns)
            var sum = 0.0
            design.values.withUnsafeBufferPointer { values in
                odds.withUnsafeMutableBufferPointer { odds in
                    odds.update(repeating: 0)
                    for column in 0 ..< columns {
                        let (weight, start) = (weights[column], column * stride)
                        for row in 0 ..< stride { odds[row] += weight * values[start + row] }
                    }
                    for row in 0 ..< count {
                        let small = exp(-abs(odds[row]))
                        let probability = odds[row] >= 0 ? 1 / (1 + small) : small / (1 + small)
                        let target = targets[row]
                        errors[row] = probability - target
                        curvatures[row] = max(probability * (1 - probability), 1e-12)
                        sum += max(target > 0.5 ? -odds[row] : odds[row], 0) + log1p(small)
                    }
                }
            }
            var squares = 0.0
            for column in 0 ..< columns - 1 { squares += weights[column] * weights[column] }
            return sum + penalty * squares / 2
        }

        private func gradient(_ weights: [Double], _ penalty: Double) -> [Double] {
            design.values.withUnsafeBufferPointer { values in
                errors.withUnsafeBufferPointer { errors in
                    guard let values = values.baseAddress, let errors = errors.baseAddress else {
                        return []
                    }
                    return (0 ..< design.columns).map { column in
                        sumOfProducts(values + column * design.stride, errors, design.stride)
                            + (column < design.columns - 1 ? penalty * weights[column] : 0)
                    }
                }
            }
        }

        private mutating func fillHessian(_ penalty: Double) {
            let (stride, columns) = (design.stride, design.columns)
            design.values.withUnsafeBufferPointer { values in
                weighted.withUnsafeMutableBufferPointer { weighted in
                    guard let values = values.baseAddress, let target = weighted.baseAddress else {
                        return
                    }
                    for row in 0 ..< columns {
                        let own = values + row * stride
                        for index in 0 ..< stride { target[index] = own[index] * curvatures[index] }
                        for column in 0 ... row {
                            hessian[row * columns + column] = sumOfProducts(
                                target, values + column * stride, stride)
                        }
                        if row < columns - 1 { hessian[row * columns + row] += penalty }
                    }
                }
            }
        }
    }
}
