/// How much two maps have in common.
package enum MapSimilarity {
    /// The rank correlation of Spearman, ties at their mean rank; `nil` where one is constant.
    package static func spearman(_ a: [Float], _ b: [Float]) -> Double? {
        precondition(a.count == b.count, "expected as many values, got \(a.count) and \(b.count)")
        let (first, second) = (ranks(a), ranks(b))
        let mean = Double(a.count + 1) / 2
        var (product, squares, otherSquares) = (0.0, 0.0, 0.0)
        for (x, y) in zip(first, second) {
            product += (x - mean) * (y - mean)
            squares += (x - mean) * (x - mean)
            otherSquares += (y - mean) * (y - mean)
        }
        guard squares > 0, otherSquares > 0 else { return nil }
        return product / (squares * otherSquares).squareRoot()
    }

    private static func ranks(_ values: [Float]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start ..< end { ranks[order[place]] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }

    /// The mean structural similarity (Wang et al. 2004) of two squares of values from 0 to 1,
    /// over windows of 7 x 7 that lie inside, with unbiased covariances, K1 = 0.01, K2 = 0.03: what
    /// scikit-image computes by default.
    package static func structural(_ a: [Float], _ b: [Float], side: Int) -> Double {
        precondition(
            side >= 7 && a.count == side * side && b.count == side * side,
            "expected two squares of side \(side), at least 7, got \(a.count) and \(b.count)")
        let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
        var total = 0.0
        for top in 0 ... side - 7 {
            for left in 0 ... side - 7 {
                var (x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)
                for row in top ..< top + 7 {
                    for index in row * side + left ..< row * side + left + 7 {
                        let (u, v) = (Double(a[index]), Double(b[index]))
                        x += u
                        y += v
                        xx += u * u
                        yy += v * v
                        xy += u * v
                    }
                }
                let (meanX, meanY) = (x / 49, y / 49)
                let varianceX = (xx - x * meanX) / 48
                let varianceY = (yy - y * meanY) / 48
                let covariance = (xy - x * meanY) / 48
                total +=
                    (2 * meanX * meanY + c1) * (2 * covariance + c2)
                    / ((meanX * meanX + meanY * meanY + c1) * (varianceX + varianceY + c2))
            }
        }
        return total / Double((side - 6) * (side - 6))
    }
}
