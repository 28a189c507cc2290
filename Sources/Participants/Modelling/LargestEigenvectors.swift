/// The eigenvectors of a symmetric matrix that belong to its largest eigenvalues.
///
/// Householder's reduction to tridiagonal form, implicit QL steps for the eigenvalues, and inverse
/// iteration for the vectors that are wanted (Golub and Van Loan, "Matrix Computations", 8.3, 8.4).
struct LargestEigenvectors {
    /// Descending.
    let values: [Double]
    /// One for each value, of length 1.
    let vectors: [[Double]]

    /// - Parameters:
    ///   - matrix: [size, size].
    ///   - wanted: at most so many; fewer where the matrix has a lower rank.
    init(of matrix: [Double], size: Int, wanted: Int) {
        let reduced = Tridiagonal(matrix, size)
        let all = reduced.eigenvalues.sorted(by: >)
        let smallest = max((all.first ?? 0) * 1e-10, .leastNormalMagnitude)
        values = Array(all.prefix(wanted).prefix { $0 > smallest })
        vectors = reduced.vectors(of: values)
    }
}
