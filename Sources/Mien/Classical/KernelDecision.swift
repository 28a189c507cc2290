import CClassical
import Foundation

/// A support vector machine with the kernel exp(-gamma |x - y|²) (Chang and Lin 2011, "LIBSVM: A
/// Library for Support Vector Machines").
package struct KernelDecision: DecisionFunction {
    /// The support vectors, each a row.
    package let vectors: FeatureMatrix
    /// Of each vector: its multiplier, negative for vectors of the negative class.
    package let coefficients: [Double]
    package let gamma: Double
    package let bias: Double
    private let packed: PackedVectors

    package var columns: Int { vectors.columns }

    package init(
        vectors: FeatureMatrix, coefficients: [Double], gamma: Double, bias: Double
    ) {
        precondition(
            vectors.count == coefficients.count,
            "expected \(vectors.count) coefficients, got \(coefficients.count)")
        self.vectors = vectors
        self.coefficients = coefficients
        self.gamma = gamma
        self.bias = bias
        packed = PackedVectors(vectors)
    }

    /// - Parameter cacheSize: of the kernel matrix, in megabytes.
    /// - Throws: `ClassicalTrainingError`, also for rows of one class.
    package init(
        training rows: FeatureMatrix, labels: [Bool], costs: ErrorCosts, gamma: Double,
        tolerance: Double = 1e-3, cacheSize: Double = 1000
    ) throws(ClassicalTrainingError) {
        var settings = classical_svm_settings(
            positive_cost: costs.positive, other_cost: costs.other, gamma: gamma,
            tolerance: tolerance, cache_size: cacheSize)
        var trained = classical_svm()
        let status = rows.withRows(labelled: labels) {
            classical.train_svm(&trained, $0, &settings)
        }
        try requireTrained("A support vector machine", status)
        defer { classical.free_svm(&trained) }
        let count = Int(trained.count)
        let positions = UnsafeBufferPointer(start: trained.rows, count: count).map(Int.init)
        self.init(
            vectors: rows.selecting(positions),
            coefficients: Array(UnsafeBufferPointer(start: trained.coefficients, count: count)),
            gamma: gamma, bias: trained.bias)
    }

    package func decisionValues(of rows: FeatureMatrix) -> [Double] {
        precondition(rows.columns == columns, "expected \(columns) columns, got \(rows.columns)")
        return (0 ..< rows.count).map { index in
            rows.withRow(index) { row in
                var sum = bias
                packed.forEachSquaredDistance(from: row) { vector, square in
                    sum += coefficients[vector] * exp(-gamma * square)
                }
                return sum
            }
        }
    }
}

/// Vectors in double precision, filled up with zeros to whole lanes.
private struct PackedVectors: Sendable {
    private typealias Lane = SIMD8<Double>

    private let lanes: [Lane]
    private let lanesOfVector: Int
    private let count: Int

    init(_ vectors: FeatureMatrix) {
        count = vectors.count
        lanesOfVector = (vectors.columns + Lane.scalarCount - 1) / Lane.scalarCount
        lanes = (0 ..< vectors.count).flatMap { vectors.withRow($0, Self.lanes) }
    }

    private static func lanes(_ row: UnsafeBufferPointer<Float>) -> [Lane] {
        stride(from: 0, to: row.count, by: Lane.scalarCount).map { start in
            var lane = Lane()
            for index in start ..< min(start + Lane.scalarCount, row.count) {
                lane[index - start] = Double(row[index])
            }
            return lane
        }
    }

    func forEachSquaredDistance(
        from row: UnsafeBufferPointer<Float>, _ body: (_ vector: Int, _ square: Double) -> Void
    ) {
        let point = Self.lanes(row)
        lanes.withUnsafeBufferPointer { lanes in
            point.withUnsafeBufferPointer { point in
                for vector in 0 ..< count {
                    let start = vector * lanesOfVector
                    var squares = Lane()
                    for index in 0 ..< lanesOfVector {
                        let difference = lanes[start + index] - point[index]
                        squares += difference * difference
                    }
                    body(vector, squares.sum())
                }
            }
        }
    }
}
