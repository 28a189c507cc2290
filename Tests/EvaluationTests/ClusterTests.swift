import Evaluation
import Foundation
import Testing

/// Intervals of samples that come in clusters.
@Suite struct ClusterTests {
    private func width(_ estimate: Estimate) throws -> Double {
        let (low, high) = (try #require(estimate.low), try #require(estimate.high))
        return high - low
    }

    /// Twelve clusters of a right and a wrong sample: every resample has an accuracy of 1/2, and of
    /// 12 clusters that agree Wilson's interval is that of 12 trials.
    @Test func extremesAndTiesByHand() {
        let clusters = Clusters((0 ..< 24).map { $0 / 2 })
        let bootstrap = Bootstrap(resamples: 200, seed: 1)
        let even = bootstrap.proportion((0 ..< 24).map { $0 % 2 == 0 }, by: clusters)
        #expect(even == Estimate(0.5, without: "all resamples give the same value"))
        let perfect = bootstrap.proportion([Bool](repeating: true, count: 24), by: clusters)
        // Wilson for 12 of 12: 12 / (12 + 1.96^2).
        expectClose(perfect.low, 12 / (12 + 3.841458820694124))
        #expect(perfect.value == 1 && perfect.high == 1)
    }

    /// Of ten clusters five are right, five wrong, whatever their size: the share of right ones
    /// among ten draws has a standard deviation of sqrt(0.025) = 0.158. The percentiles are taken at
    /// 2.262 sqrt(10 / 9) = 2.384 standard deviations: 0.5 +- 0.377, cut to tenths.
    @Test func theIntervalIsOfClustersNotOfSamples() throws {
        let clusters = Clusters((0 ..< 1000).map { $0 / 100 })
        let right = (0 ..< 1000).map { $0 < 500 }
        let bootstrap = Bootstrap(resamples: 4000, seed: 3)
        let estimate = bootstrap.proportion(right, by: clusters)
        #expect(abs((estimate.low ?? 0) - 0.1) <= 0.1001)
        #expect(abs((estimate.high ?? 0) - 0.9) <= 0.1001)
        #expect(try width(estimate) >= 0.6)
        let byRows = bootstrap.proportion(right, by: nil)
        #expect(try width(byRows) < 0.07)
    }

    @Test func fewClustersGiveNoInterval() throws {
        let scores = (0 ..< 40).map { Double($0) / 40 }
        let labels = (0 ..< 40).map { $0 % 3 == 0 }
        for count in [1, 3, 9] {
            let metrics = try BinaryMetrics(
                scores: scores, labels: labels, bootstrap: Bootstrap(resamples: 50),
                clusters: Clusters((0 ..< 40).map { $0 % count }))
            #expect(metrics.clusters == count)
            for metric in BinaryMetric.allCases {
                #expect(metrics[metric].value != nil && metrics[metric].low == nil, "\(metric)")
                #expect(metrics[metric].reason?.contains("too few") == true)
            }
        }
    }

    /// A sensitivity over three people's faces has no interval, however many others there are.
    @Test func aMetricIsOverTheClustersThatItLooksAt() throws {
        let labels = (0 ..< 60).map { $0 < 6 }
        let metrics = try BinaryMetrics(
            scores: (0 ..< 60).map { $0 % 7 == 0 ? 0.7 : 0.3 }, labels: labels,
            bootstrap: Bootstrap(resamples: 100), clusters: Clusters((0 ..< 60).map { $0 / 2 }))
        #expect(metrics.sensitivity.reason?.contains("3 clusters") == true)
        #expect(metrics.auc.reason?.contains("positive samples") == true)
        #expect(metrics.specificity.low != nil && metrics.accuracy.low != nil)
    }

    /// Clusters of one sample each are no other thing than samples, but for the wider percentiles.
    @Test func valuesAreThoseWithoutClusters() throws {
        var generator = SeededGenerator(seed: 5)
        let labels = (0 ..< 200).map { _ in generator.uniform() < 0.4 }
        let scores = labels.map { min(max(($0 ? 0.6 : 0.4) + 0.2 * generator.normal(), 0), 1) }
        let plain = try BinaryMetrics(scores: scores, labels: labels)
        let clustered = try BinaryMetrics(
            scores: scores, labels: labels, clusters: Clusters(0 ..< 200))
        for metric in BinaryMetric.allCases {
            #expect(plain[metric].value == clustered[metric].value)
            let (a, b) = (try #require(plain[metric].low), try #require(clustered[metric].low))
            #expect(abs(a - b) < 0.03, "\(metric): \(a) and \(b)")
        }
        let data = try JSONEncoder().encode(clustered)
        #expect(try JSONDecoder().decode(BinaryMetrics.self, from: data) == clustered)
        #expect(String(decoding: data, as: UTF8.self).contains("\"clusters\":200"))
    }

    /// Twenty people with nine frames each, whose chance to be decided rightly is their own. 95 %
    /// intervals must hold the truth in about 95 of 100 draws; those by rows fall far short.
    @Test func correlatedSamplesAreCovered() {
        var generator = SeededGenerator(seed: 8)
        let clusters = Clusters((0 ..< 180).map { $0 / 9 })
        var held = (clusters: 0, rows: 0)
        let trials = 300
        for trial in 0 ..< trials {
            // Half of the people are right in nine of ten frames, half in five: 0.7 in all.
            let right = (0 ..< 20).flatMap { _ in
                let chance = generator.uniform() < 0.5 ? 0.9 : 0.5
                return (0 ..< 9).map { _ in generator.uniform() < chance }
            }
            let bootstrap = Bootstrap(resamples: 300, seed: UInt64(trial))
            func holds(_ estimate: Estimate) -> Bool {
                (estimate.low ?? 1) <= 0.7 && 0.7 <= (estimate.high ?? 0)
            }
            if holds(bootstrap.proportion(right, by: clusters)) { held.clusters += 1 }
            if holds(bootstrap.proportion(right, by: nil)) { held.rows += 1 }
        }
        #expect(held.clusters >= 275, "\(held)")
        #expect(held.rows <= 265, "\(held)")
    }

    @Test func comparisonsDrawAndExchangeWholeClusters() throws {
        var generator = SeededGenerator(seed: 4)
        let labels = (0 ..< 240).map { $0 % 2 == 0 }
        // The first is better on every frame of eight people, and worse on those of four.
        let first = labels.enumerated().map { $1 == ($0 / 20 < 8) ? 0.8 : 0.2 }
        let second = labels.map { _ in 0.3 + 0.4 * generator.uniform() }
        let clusters = Clusters((0 ..< 240).map { $0 / 20 })
        let byRows = try ScoreComparison(
            first: first, second: second, labels: labels, bootstrap: Bootstrap(resamples: 300))
        let byClusters = try ScoreComparison(
            first: first, second: second, labels: labels, bootstrap: Bootstrap(resamples: 300),
            clusters: clusters)
        #expect(byRows.accuracyPValue ?? 1 < 0.01)
        #expect(byClusters.accuracyPValue ?? 0 > 0.1)
        let narrow = try #require(byRows.differences[.accuracy])
        let wide = try #require(byClusters.differences[.accuracy])
        #expect(narrow.value == wide.value)
        #expect(try width(wide) > 2 * width(narrow))
        let (ours, theirs) = (
            try #require(byClusters.aucPValue), try #require(byRows.aucPValue)
        )
        #expect(ours > theirs)
    }

    /// An attribute of people is dealt to people: with six of each sex and faces that are alike, a
    /// gap that rows call certain is none.
    @Test func gapsAreTestedByCluster() throws {
        let scores = (0 ..< 240).map { [0, 3, 4, 7, 9, 10].contains($0 / 20) ? 0.9 : 0.1 }
        let labels = [Bool](repeating: true, count: 240)
        let values = (0 ..< 240).map { Optional($0 / 20 < 6 ? "f" : "m") }
        let clusters = Clusters((0 ..< 240).map { $0 / 20 })
        func gap(_ clusters: Clusters?) throws -> GapTest {
            try #require(
                GroupMetrics(
                    attribute: "sex", values: values, scores: scores, labels: labels,
                    permutations: 200, bootstrap: Bootstrap(resamples: 200), clusters: clusters
                ).gaps.first { $0.metric == .accuracy })
        }
        #expect(try gap(nil).gap.value == 0)
        #expect(try #require(gap(clusters).pValue) > 0.5)
    }
}
