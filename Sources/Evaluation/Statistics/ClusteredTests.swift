import Foundation

/// Tests of two scorings of the same samples where these come in clusters.
struct ClusteredTests {
    private let clusters: Clusters
    private let bootstrap: Bootstrap

    init(_ clusters: Clusters, _ bootstrap: Bootstrap) {
        self.clusters = clusters
        self.bootstrap = bootstrap
    }

    /// Whether two classifiers are right equally often: the decisions of a cluster are exchanged
    /// as a whole, at random, and (1 + differences at least as large) / (1 + exchanges) is counted.
    /// - Returns: two-sided; `nil` without resamples, or with too few clusters.
    func signFlips(first: [Bool], second: [Bool]) -> Double? {
        guard bootstrap.resamples > 0, clusters.count >= Clusters.fewest else { return nil }
        var differences = [Int](repeating: 0, count: clusters.count)
        for (cluster, pair) in zip(clusters.numbers, zip(first, second)) {
            differences[cluster] += (pair.0 ? 1 : 0) - (pair.1 ? 1 : 0)
        }
        let telling = differences.filter { $0 != 0 }
        let observed = abs(telling.reduce(0, +))
        var generator = SeededGenerator(seed: bootstrap.seed, stream: 5)
        var asLarge = 1
        for _ in 0 ..< bootstrap.resamples {
            let sum = telling.reduce(0) { $0 + (generator.next() >> 63 == 0 ? $1 : -$1) }
            if abs(sum) >= observed { asLarge += 1 }
        }
        return Double(asLarge) / Double(bootstrap.resamples + 1)
    }

    /// Whether a difference is zero: it is held against the standard deviation of its resamples.
    /// - Returns: two-sided; `nil` where that is 0, or with too few clusters.
    func normal(_ difference: Double, _ resampled: [Double?]) -> Double? {
        let values = resampled.compactMap(\.self)
        guard values.count > 1, clusters.count >= Clusters.fewest else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance =
            values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        guard variance > 1e-18 else { return nil }
        return 2 * normalDistribution(-abs(difference) / variance.squareRoot())
    }
}
