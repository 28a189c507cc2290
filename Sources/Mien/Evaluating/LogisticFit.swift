/// Logistic regression with both classes of equal weight and a ridge on standardised features, by
/// Nesterov's accelerated gradient.
struct LogisticFit {
    let weights: [Double]
    let bias: Double

    private static let steps = 300

    /// - Parameter rows: of `features` that are fitted.
    init(_ features: [[Float]], _ isPositive: [Bool], rows: [Int], ridge: Double) {
        let (n, width) = (Double(rows.count), features[0].count)
        var mean = [Double](repeating: 0, count: width)
        var deviation = mean
        for row in rows { for j in 0 ..< width { mean[j] += Double(features[row][j]) / n } }
        for row in rows {
            for j in 0 ..< width {
                let distance = Double(features[row][j]) - mean[j]
                deviation[j] += distance * distance / n
            }
        }
        // A feature that never changes, but for rounding, says nothing.
        for j in 0 ..< width {
            let root = deviation[j].squareRoot()
            deviation[j] = root > 1e-6 * abs(mean[j]) ? root : .infinity
        }
        // [rows][width + 1]; the last column is the bias's.
        let columns = width + 1
        var table: [Double] = []
        for row in rows {
            for j in 0 ..< width {
                table.append((Double(features[row][j]) - mean[j]) / deviation[j])
            }
            table.append(1)
        }
        let positives = Double(rows.count { isPositive[$0] })
        let shares = rows.map { 1 / (2 * (isPositive[$0] ? positives : n - positives)) }
        // It is at most a quarter of the mean squared length of a row.
        var curvature = ridge
        for (place, value) in table.enumerated() {
            curvature += shares[place / columns] * value * value / 4
        }
        let root = (ridge / curvature).squareRoot()
        let momentum = (1 - root) / (1 + root)
        var current = [Double](repeating: 0, count: columns)
        var ahead = current
        for _ in 0 ..< Self.steps {
            var gradient = ahead.map { ridge * $0 }
            gradient[width] = 0
            table.withUnsafeBufferPointer { table in
                for (index, row) in rows.enumerated() {
                    let values = UnsafeBufferPointer(
                        rebasing: table[index * columns ..< (index + 1) * columns])
                    var odds = 0.0
                    for j in 0 ..< columns { odds += values[j] * ahead[j] }
                    let error = FaceEvidence.logistic(odds) - (isPositive[row] ? 1 : 0)
                    for j in 0 ..< columns { gradient[j] += shares[index] * error * values[j] }
                }
            }
            let next = zip(ahead, gradient).map { $0 - $1 / curvature }
            ahead = zip(next, current).map { $0 + momentum * ($0 - $1) }
            current = next
        }
        weights = (0 ..< width).map { current[$0] / deviation[$0] }
        bias = current[width] - zip(weights, mean).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The log-odds of a row of features.
    func callAsFunction(_ features: [Float]) -> Double {
        zip(weights, features).reduce(bias) { $0 + $1.0 * Double($1.1) }
    }
}
