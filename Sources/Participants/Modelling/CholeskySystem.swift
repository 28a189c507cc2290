/// Systems of equations with a symmetric positive definite matrix, by Cholesky's decomposition.
enum CholeskySystem {
    /// Solves in place.
    /// - Parameters:
    ///   - matrix: [size, size], of which the lower triangle is read; it holds the factor after.
    ///   - right: becomes the solution.
    static func solve(_ matrix: inout [Double], _ right: inout [Double]) {
        let size = right.count
        matrix.withUnsafeMutableBufferPointer { matrix in
            right.withUnsafeMutableBufferPointer { right in
                for row in 0 ..< size {
                    let own = row * size
                    for column in 0 ... row {
                        let other = column * size
                        let factor = UnsafeBufferPointer(matrix)
                        let sum =
                            matrix[own + column]
                            - sumOfAnyProducts(factor, from: own, factor, from: other, column)
                        matrix[own + column] =
                            column < row
                            ? sum / matrix[other + column]
                            : max(sum, .leastNormalMagnitude).squareRoot()
                    }
                    var sum = right[row]
                    for k in 0 ..< row { sum -= matrix[own + k] * right[k] }
                    right[row] = sum / matrix[own + row]
                }
                for row in stride(from: size - 1, through: 0, by: -1) {
                    right[row] /= matrix[row * size + row]
                    for k in 0 ..< row { right[k] -= matrix[row * size + k] * right[row] }
                }
            }
        }
    }
}
