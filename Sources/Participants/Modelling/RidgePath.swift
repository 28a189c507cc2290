/// Linear regression with an L2 penalty on the weights, for several strengths of it.
///
/// It minimises, as scikit-learn does, the sum of squared errors plus alpha x the squared length of
/// the weights; the intercept is free.
enum RidgePath {
    /// - Parameters:
    ///   - design: columns, of which the last holds ones for the intercept.
    ///   - targets: `nan` for rows that do not count.
    ///   - penalties: values of alpha.
    /// - Returns: for each penalty the weights with the intercept last.
    static func fit(
        _ design: ColumnMatrix, _ targets: [Double], penalties: [Double]
    ) -> [[Double]] {
        precondition(
            targets.count == design.count, "\(design.count) targets, got \(targets.count)")
        var known = design
        for row in targets.indices where targets[row].isNaN {
            for column in 0 ..< design.columns { known.values[column * design.stride + row] = 0 }
        }
        let products = known.products
        var padded = targets.map { $0.isNaN ? 0 : $0 }
        padded += [Double](repeating: 0, count: design.stride - design.count)
        let right: [Double] = known.values.withUnsafeBufferPointer { values in
            padded.withUnsafeBufferPointer { padded in
                guard let values = values.baseAddress, let padded = padded.baseAddress else {
                    return []
                }
                return (0 ..< design.columns).map {
                    sumOfProducts(values + $0 * design.stride, padded, design.stride)
                }
            }
        }
        return penalties.map { penalty in
            var matrix = products
            for column in 0 ..< design.columns - 1 {
                matrix[column * design.columns + column] += penalty
            }
            var solution = right
            CholeskySystem.solve(&matrix, &solution)
            return solution
        }
    }
}
