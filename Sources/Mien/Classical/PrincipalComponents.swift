import CClassical

/// The directions of the largest variance of standardised rows.
package struct PrincipalComponents: Sendable, Equatable {
    /// How many directions are kept.
    public enum Extent: Sendable, Equatable {
        /// As few as hold this share of the variance, above 0 and at most 1.
        case share(Double)
        case count(Int)
    }

    /// [count, columns], row by row: of length 1, the number of the largest magnitude positive,
    /// the largest variance first.
    package let directions: [Double]
    /// Of the rows along each direction, as shares of the whole.
    package let shares: [Double]
    package let columns: Int

    package var count: Int { shares.count }

    package init(directions: [Double], shares: [Double], columns: Int) {
        self.directions = directions
        self.shares = shares
        self.columns = columns
    }

    /// - Throws: `ClassicalTrainingError` where no eigenvectors are found.
    package init(
        fitting rows: FeatureMatrix, _ scale: Standardization, _ extent: Extent
    ) throws(ClassicalTrainingError) {
        let columns = rows.columns
        let products = try Self.products(rows, scale)
        var variances = [Double](repeating: 0, count: columns)
        var vectors = [Double](repeating: 0, count: columns * columns)
        try requireTrained(
            "Principal components", classical.eigen(&variances, &vectors, products, Int32(columns)))
        let total = variances.reduce(0) { $0 + max($1, 0) }
        guard total > 0 else {
            throw ClassicalTrainingError(
                subject: "Principal components", reason: "no column of the rows varies")
        }
        let shares = variances.map { max($0, 0) / total }
        let kept = Self.kept(shares, extent)
        self.columns = columns
        self.shares = Array(shares.prefix(kept))
        directions = (0 ..< kept).flatMap { number in
            let direction = vectors[number * columns ..< (number + 1) * columns]
            let largest = direction.max { abs($0) < abs($1) } ?? 0
            return direction.map { largest < 0 ? -$0 : $0 }
        }
    }

    private static func kept(_ shares: [Double], _ extent: Extent) -> Int {
        switch extent {
        case .count(let count): return min(count, shares.count)
        case .share(let wanted):
            var sum = 0.0
            let last = shares.firstIndex { share in
                sum += share
                return sum >= wanted
            }
            return (last ?? shares.count - 1) + 1
        }
    }

    /// The sums of products of each two columns, [columns, columns]: the covariance times the rows.
    private static func products(
        _ rows: FeatureMatrix, _ scale: Standardization
    ) throws(ClassicalTrainingError) -> [Double] {
        let columns = rows.columns
        var sums = [Double](repeating: 0, count: columns * columns)
        var part = [Double](repeating: 0, count: min(rows.count, 512) * columns)
        for start in stride(from: 0, to: rows.count, by: 512) {
            let count = min(512, rows.count - start)
            part.withUnsafeMutableBufferPointer { part in
                for index in 0 ..< count {
                    let target = index * columns ..< (index + 1) * columns
                    rows.withRow(start + index) {
                        scale.apply($0, into: UnsafeMutableBufferPointer(rebasing: part[target]))
                    }
                }
            }
            try requireTrained(
                "Principal components",
                classical.add_products(&sums, part, Int32(count), Int32(columns)))
        }
        return sums
    }
}
