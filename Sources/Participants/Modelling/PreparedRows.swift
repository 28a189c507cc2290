/// Training rows as a linear model reads them: medians for missing values, a flag for each pattern
/// of missing values, standardised columns, and principal components where there are more columns
/// than a third of the rows.
struct PreparedRows: Sendable {
    /// Components in columns with a last column of ones.
    let design: ColumnMatrix
    private let block: FeatureBlock
    /// Positions of the columns that have a value in a training row.
    private let kept: [Int]
    private let medians: [Double]
    /// Positions of columns that stand for a pattern of missing values.
    private let flags: [Int]
    /// Of kept columns and then of flags.
    private let mean: [Double]
    private let deviation: [Double]
    private let projection: Projection

    private enum Projection: Sendable {
        case none
        /// Directions, each over all columns.
        case directions([[Double]])
        /// Left vectors over their singular values, with the standardised rows transposed: the
        /// directions are their products.
        case rows(ColumnMatrix, [[Double]])
    }

    /// - Parameters:
    ///   - training: rows that have values of the block.
    ///   - medians: for all columns, also for those in which no participant lacks a value.
    init(_ training: TrainingData, block number: Int, allMedians: Bool = false) {
        let block = training.study.blocks[number]
        let (rows, count) = (training.rows, training.rows.count)
        var (kept, medians, flags) = ([Int](), [Double](), [Int]())
        var patterns: Set<[Bool]> = []
        var columns: [[Double]] = []
        var flagColumns: [[Double]] = []
        for column in 0 ..< block.columns {
            let start = column * block.count
            var values = rows.map { block.values[start + $0] }
            var median = 0.0
            if block.hasMissing[column] || allMedians {
                let known = values.filter { !$0.isNaN }.sorted()
                guard !known.isEmpty else { continue }
                median = (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
                if known.count < count {
                    let pattern = values.map(\.isNaN)
                    if patterns.insert(pattern).inserted {
                        flags.append(column)
                        flagColumns.append(pattern.map { $0 ? 1 : 0 })
                    }
                    values = values.map { $0.isNaN ? median : $0 }
                }
            }
            kept.append(column)
            medians.append(median)
            columns.append(values)
        }
        columns += flagColumns
        var standard = ColumnMatrix(count: count, columns: columns.count + 1)
        var (mean, deviation) = ([Double](), [Double]())
        for (column, values) in columns.enumerated() {
            let middle = values.reduce(0, +) / Double(count)
            let squares = values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
            let spread = (squares / Double(count)).squareRoot()
            // A column that does not vary, but for rounding, keeps its scale and says nothing.
            let isConstant = !(spread > 1e-12 * max(abs(middle), 1e-300))
            mean.append(middle)
            deviation.append(isConstant ? 1 : spread)
            guard !isConstant else { continue }
            for row in 0 ..< count {
                standard.values[column * standard.stride + row] = (values[row] - middle) / spread
            }
        }
        let ones = columns.count * standard.stride
        for row in 0 ..< count { standard.values[ones + row] = 1 }
        (self.block, self.kept, self.medians, self.flags) = (block, kept, medians, flags)
        (self.mean, self.deviation) = (mean, deviation)
        (design, projection) = Self.projected(standard)
    }

    /// The most components for so many rows.
    static func mostColumns(rows: Int) -> Int { max(1, rows / 3) }

    private static func projected(_ standard: ColumnMatrix) -> (ColumnMatrix, Projection) {
        let (count, columns) = (standard.count, standard.columns - 1)
        let wanted = mostColumns(rows: count)
        guard columns > wanted else { return (standard, .none) }
        var numbers = standard
        numbers.values.removeLast(standard.stride)
        numbers = ColumnMatrix(numbers.values, count: count, columns: columns)
        if columns <= count {
            let found = LargestEigenvectors(of: numbers.products, size: columns, wanted: wanted)
            var design = ColumnMatrix(count: count, columns: found.values.count + 1)
            for (number, direction) in found.vectors.enumerated() {
                let start = number * design.stride
                for (column, weight) in direction.enumerated() {
                    for row in 0 ..< design.stride {
                        design.values[start + row] +=
                            weight * numbers.values[column * numbers.stride + row]
                    }
                }
            }
            design.fillLastColumn(with: 1)
            return (design, .directions(found.vectors))
        }
        let transposed = numbers.transposed
        let found = LargestEigenvectors(of: transposed.products, size: count, wanted: wanted)
        var design = ColumnMatrix(count: count, columns: found.values.count + 1)
        var left: [[Double]] = []
        for (number, vector) in found.vectors.enumerated() {
            let root = found.values[number].squareRoot()
            for row in 0 ..< count {
                design.values[number * design.stride + row] = vector[row] * root
            }
            left.append(vector.map { $0 / root })
        }
        design.fillLastColumn(with: 1)
        return (design, .rows(transposed, left))
    }

    /// The formula over the block's own columns of weights over the design's.
    func formula(_ weights: [Double]) -> LinearFormula {
        let scaled = expanded(Array(weights.dropLast()))
        var bias = weights[weights.count - 1]
        var own: [Double] = []
        for column in scaled.indices {
            own.append(scaled[column] / deviation[column])
            bias -= own[column] * mean[column]
        }
        return LinearFormula(
            columns: kept, medians: medians, weights: Array(own.prefix(kept.count)),
            flagged: flags, flagWeights: Array(own.dropFirst(kept.count)), bias: bias)
    }

    private func expanded(_ weights: [Double]) -> [Double] {
        switch projection {
        case .none: return weights
        case .directions(let directions):
            var result = [Double](repeating: 0, count: mean.count)
            for (weight, direction) in zip(weights, directions) {
                for column in result.indices { result[column] += weight * direction[column] }
            }
            return result
        case .rows(let transposed, let left):
            var ofRows = [Double](repeating: 0, count: transposed.columns)
            for (weight, vector) in zip(weights, left) {
                for row in ofRows.indices { ofRows[row] += weight * vector[row] }
            }
            var result = [Double](repeating: 0, count: transposed.count)
            for row in ofRows.indices {
                let (weight, start) = (ofRows[row], row * transposed.stride)
                for column in result.indices {
                    result[column] += weight * transposed.values[start + column]
                }
            }
            return result
        }
    }
}

extension ColumnMatrix {
    fileprivate init(_ values: [Double], count: Int, columns: Int) {
        self.init(count: count, columns: columns)
        self.values = values
    }

    fileprivate mutating func fillLastColumn(with value: Double) {
        for row in 0 ..< count { values[(columns - 1) * stride + row] = value }
    }
}

/// A weighted sum of a block's columns, with medians in the place of missing values and weights of
/// flags for them.
struct LinearFormula: Sendable, Equatable, Codable {
    /// Positions of columns in the block.
    let columns: [Int]
    let medians: [Double]
    let weights: [Double]
    /// Positions of columns whose missing values add to the sum.
    let flagged: [Int]
    let flagWeights: [Double]
    let bias: Double

    private enum CodingKeys: String, CodingKey {
        case columns, medians, weights, flagged, bias
        case flagWeights = "flag_weights"
    }

    /// - Parameter stride: from a value to that of the next column.
    @inline(__always)
    private func value(_ value: (Int) -> Double) -> Double {
        var sum = bias
        for index in columns.indices {
            let number = value(columns[index])
            sum += weights[index] * (number.isNaN ? medians[index] : number)
        }
        for index in flagged.indices where value(flagged[index]).isNaN {
            sum += flagWeights[index]
        }
        return sum
    }

    func callAsFunction(_ row: [Double]) -> Double { value { row[$0] } }

    /// The value of a participant of a block.
    func callAsFunction(_ block: FeatureBlock, _ participant: Int) -> Double {
        block.values.withUnsafeBufferPointer { values in
            value { values[$0 * block.count + participant] }
        }
    }
}
