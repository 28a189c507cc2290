/// What is done to features before a classifier sees them: standardisation, then where wanted the
/// projection on principal components. Results are rounded to single precision, in training as in
/// scoring.
package struct FeatureTransform: Sendable, Equatable {
    package let scale: Standardization
    package let components: PrincipalComponents?

    /// How many numbers come out.
    package var columns: Int { components?.count ?? scale.mean.count }

    package init(scale: Standardization, components: PrincipalComponents?) {
        self.scale = scale
        self.components = components
    }

    /// - Parameter extent: `nil` keeps the columns as they are.
    package init(
        fitting rows: FeatureMatrix, _ extent: PrincipalComponents.Extent?
    ) throws(ClassicalTrainingError) {
        scale = Standardization(fitting: rows)
        guard let extent else {
            components = nil
            return
        }
        components = try PrincipalComponents(fitting: rows, scale, extent)
    }

    package func callAsFunction(_ rows: FeatureMatrix) -> FeatureMatrix {
        precondition(
            rows.columns == scale.mean.count,
            "expected \(scale.mean.count) columns, got \(rows.columns)")
        let width = columns
        let values = [Float](unsafeUninitializedCapacity: rows.count * width) {
            result, initialized in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.columns) { scaled in
                scaled.initialize(repeating: 0)
                for index in 0 ..< rows.count {
                    rows.withRow(index) { scale.apply($0, into: scaled) }
                    for column in 0 ..< width {
                        result.initializeElement(
                            at: index * width + column,
                            to: Float(
                                components.map { $0.project(scaled, on: column) } ?? scaled[column])
                        )
                    }
                }
            }
            initialized = rows.count * width
        }
        return FeatureMatrix(values, columns: width)
    }
}

extension PrincipalComponents {
    private typealias Lane = SIMD4<Double>

    /// The coordinate of a standardised row along a direction.
    fileprivate func project(_ row: UnsafeMutableBufferPointer<Double>, on number: Int) -> Double {
        directions.withUnsafeBufferPointer { directions in
            let start = number * columns
            let whole = columns / 4 * 4
            var sums = Lane()
            for index in stride(from: 0, to: whole, by: 4) {
                let direction = Lane(
                    directions[start + index], directions[start + index + 1],
                    directions[start + index + 2], directions[start + index + 3])
                sums +=
                    direction * Lane(row[index], row[index + 1], row[index + 2], row[index + 3])
            }
            var sum = sums.sum()
            for index in whole ..< columns { sum += directions[start + index] * row[index] }
            return sum
        }
    }
}
