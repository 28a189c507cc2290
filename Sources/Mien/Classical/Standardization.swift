import Foundation

/// Brings each column to mean 0 and standard deviation 1; a column that does not vary keeps its
/// scale.
package struct Standardization: Sendable, Equatable {
    package let mean: [Double]
    /// With n, not n - 1, under the sum of squares.
    package let deviation: [Double]

    package init(mean: [Double], deviation: [Double]) {
        self.mean = mean
        self.deviation = deviation
    }

    package init(fitting rows: FeatureMatrix) {
        let (count, columns) = (rows.count, rows.columns)
        precondition(count > 0, "expected at least one row")
        var sums = [Double](repeating: 0, count: columns)
        for index in 0 ..< count {
            rows.withRow(index) { row in
                for column in 0 ..< columns { sums[column] += Double(row[column]) }
            }
        }
        let mean = sums.map { $0 / Double(count) }
        var squares = [Double](repeating: 0, count: columns)
        for index in 0 ..< count {
            rows.withRow(index) { row in
                for column in 0 ..< columns {
                    let distance = Double(row[column]) - mean[column]
                    squares[column] += distance * distance
                }
            }
        }
        self.mean = mean
        // Rounding of the mean alone is no variation.
        deviation = zip(squares, mean).map { squares, mean in
            let deviation = (squares / Double(count)).squareRoot()
            return deviation <= abs(mean) * 1e-12 ? 1 : deviation
        }
    }

    /// The row in standard units.
    func apply(
        _ row: UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Double>
    ) {
        for column in 0 ..< mean.count {
            result[column] = (Double(row[column]) - mean[column]) / deviation[column]
        }
    }
}
