import CClassical
import Foundation

/// Support vector machines with the kernel exp(-gamma |x - y|²), one for two classes, else one for each
/// class against the rest, which share their vectors (Chang and Lin 2011, "LIBSVM: A Library for Support
/// Vector Machines").
package struct KernelDecision: DecisionFunction {
    /// The support vectors, each a row.
    package let vectors: FeatureMatrix
    /// [machines, vectors], row by row: multipliers, negative for vectors of the rest, 0 where a
    /// machine has no use for a vector.
    package let coefficients: [Double]
    package let gamma: Double
    /// Of each machine.
    package let biases: [Double]
    private let packed: PackedVectors

    package var columns: Int { vectors.columns }
    package var valueCount: Int { biases.count }

    package init(
        vectors: FeatureMatrix, coefficients: [Double], gamma: Double, biases: [Double]
    ) {
        precondition(
            vectors.count * biases.count == coefficients.count,
            "expected \(vectors.count * biases.count) coefficients, got \(coefficients.count)")
        self.vectors = vectors
        self.coefficients = coefficients
        self.gamma = gamma
        self.biases = biases
        packed = PackedVectors(vectors)
    }

    /// One machine.
    /// - Throws: see ``init(training:targets:costs:gamma:tolerance:cacheSize:)``.
    package init(
        training rows: FeatureMatrix, labels: [Bool], costs: ErrorCosts, gamma: Double,
        tolerance: Double = 1e-3, cacheSize: Double = 1000
    ) throws(ClassicalTrainingError) {
        try self.init(
            training: rows, targets: [labels], costs: [costs], gamma: gamma, tolerance: tolerance,
            cacheSize: cacheSize)
    }

    /// - Parameters:
    ///   - targets: [machines][rows]: whether each row is of the machine's class.
    ///   - costs: of each machine.
    ///   - cacheSize: of the kernel matrix, in megabytes.
    /// - Throws: `ClassicalTrainingError`, also for rows of one class.
    package init(
        training rows: FeatureMatrix, targets: [[Bool]], costs: [ErrorCosts], gamma: Double,
        tolerance: Double = 1e-3, cacheSize: Double = 1000
    ) throws(ClassicalTrainingError) {
        var machines: [FittedMachine] = []
        for (labels, costs) in zip(targets, costs) {
            machines.append(
                try FittedMachine(rows, labels, costs, gamma, tolerance: tolerance, cacheSize))
        }
        let used = Set(machines.flatMap(\.rows)).sorted()
        // libsvm's own order of one machine's vectors keeps the order of its sums.
        let order = machines.count == 1 ? machines[0].rows : used
        let place = Dictionary(
            uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
        var coefficients = [Double](repeating: 0, count: machines.count * order.count)
        for (number, machine) in machines.enumerated() {
            for (row, coefficient) in zip(machine.rows, machine.coefficients) {
                coefficients[number * order.count + place[row, default: 0]] = coefficient
            }
        }
        self.init(
            vectors: rows.selecting(order), coefficients: coefficients, gamma: gamma,
            biases: machines.map(\.bias))
    }

    package func decisionValues(of rows: FeatureMatrix) -> [Double] {
        precondition(rows.columns == columns, "expected \(columns) columns, got \(rows.columns)")
        let count = vectors.count
        return (0 ..< rows.count).flatMap { index in
            rows.withRow(index) { row in
                var sums = biases
                packed.forEachSquaredDistance(from: row) { vector, square in
                    let kernel = exp(-gamma * square)
                    for machine in sums.indices {
                        sums[machine] += coefficients[machine * count + vector] * kernel
                    }
                }
                return sums
            }
        }
    }
}

/// A trained machine: the training rows that are its vectors, with their multipliers.
private struct FittedMachine {
    let rows: [Int]
    let coefficients: [Double]
    let bias: Double

    init(
        _ rows: FeatureMatrix, _ labels: [Bool], _ costs: ErrorCosts, _ gamma: Double,
        tolerance: Double, _ cacheSize: Double
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
        self.rows = UnsafeBufferPointer(start: trained.rows, count: count).map(Int.init)
        coefficients = Array(UnsafeBufferPointer(start: trained.coefficients, count: count))
        bias = trained.bias
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
