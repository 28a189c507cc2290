import Evaluation
import Testing

@Suite struct StatisticsTests {
    @Test func normalQuantileEqualsScipy() throws {
        for pair in try Golden.statistics().normal {
            expectClose(normalQuantile(pair[0]), pair[1], relative: 1e-13, "p \(pair[0])")
        }
        #expect(normalQuantile(0) == -.infinity)
        #expect(normalQuantile(1) == .infinity)
        expectClose(normalDistribution(normalQuantile(0.2)), 0.2)
    }

    @Test func wilsonEqualsStatsmodels() throws {
        for row in try Golden.statistics().wilson {
            let interval = wilsonInterval(successes: row[0], trials: row[1], confidence: row[2])
            expectClose(interval.lowerBound, row[3], "\(row) low")
            expectClose(interval.upperBound, row[4], "\(row) high")
        }
        #expect(wilsonInterval(successes: 0, trials: 9).lowerBound == 0)
        #expect(wilsonInterval(successes: 9, trials: 9).upperBound == 1)
    }

    @Test func mcNemarEqualsStatsmodels() throws {
        for row in try Golden.statistics().mcnemar {
            let test = McNemarTest(onlyFirst: Int(row[0]), onlySecond: Int(row[1]))
            // The logarithms of factorials of 40,000 carry an error near 1e-10.
            expectClose(test.pValue, row[2], relative: 1e-9, "\(row)")
        }
        #expect(McNemarTest(onlyFirst: 0, onlySecond: 0).pValue == 1)
        // Both tails of 0 of 3: 2 / 8.
        let test = McNemarTest(
            first: [true, true, true, true, false], second: [false, false, false, true, false])
        #expect(test.onlyFirst == 3 && test.onlySecond == 0)
        expectClose(test.pValue, 0.25)
    }

    @Test func holmEqualsStatsmodels() throws {
        let rows = try Golden.statistics().holm
        for (got, expected) in zip(holmAdjusted(rows[0]), rows[1]) { expectClose(got, expected) }
        #expect(holmAdjusted([]).isEmpty)
        #expect(holmAdjusted([0.01, 0.04]) == [0.02, 0.04])
    }

    @Test func pairedDeLongEqualsAllPairs() throws {
        let golden = try Golden.statistics().delong_pair
        let test = try #require(
            try DeLongTest(first: golden.first, second: golden.second, labels: golden.labels))
        expectClose(test.difference.value, golden.difference)
        expectClose(test.difference.low, golden.difference - golden.half)
        expectClose(test.difference.high, golden.difference + golden.half)
        expectClose(test.z, golden.z, relative: 1e-9)
        expectClose(test.pValue, golden.p, relative: 1e-9)
    }

    @Test func pairedDeLongOfOneScoringHasNoTest() throws {
        let golden = try Golden.statistics().delong_pair
        let test = try #require(
            try DeLongTest(first: golden.first, second: golden.first, labels: golden.labels))
        #expect(test.difference == Estimate(0, without: "the variance of the difference is zero"))
        #expect(test.pValue == nil && test.z == nil)
        #expect(try DeLongTest(first: [0.5], second: [0.4], labels: [true]) == nil)
    }

    @Test func comparisonPairsTheSamples() throws {
        let golden = try Golden.statistics().delong_pair
        let bootstrap = Bootstrap(resamples: 300, seed: 4)
        let comparison = try ScoreComparison(
            first: golden.first, second: golden.second, labels: golden.labels,
            bootstrap: bootstrap)
        let none = Bootstrap(resamples: 0)
        let one = try BinaryMetrics(scores: golden.first, labels: golden.labels, bootstrap: none)
        let two = try BinaryMetrics(scores: golden.second, labels: golden.labels, bootstrap: none)
        for metric in BinaryMetric.allCases {
            let difference = try #require(comparison.differences[metric])
            let first = try #require(one[metric].value)
            let second = try #require(two[metric].value)
            expectClose(difference.value, first - second, metric.rawValue)
            let low = try #require(difference.low)
            let high = try #require(difference.high)
            #expect(low <= first - second && first - second <= high, "\(metric.rawValue)")
        }
        expectClose(comparison.differences[.auc]?.low, golden.difference - golden.half)
        // The paired interval is the percentile interval of the difference itself.
        let right = zip(golden.first, golden.labels).map { ($0 >= 0.5) == $1 ? 1.0 : 0 }
        let other = zip(golden.second, golden.labels).map { ($0 >= 0.5) == $1 ? 1.0 : 0 }
        let direct = bootstrap.estimate(of: right.count) { multiplicities in
            multiplicities.indices.reduce(0.0) {
                $0 + Double(multiplicities[$1]) * (right[$1] - other[$1])
            } / Double(right.count)
        }
        expectClose(comparison.differences[.accuracy]?.low, direct.low)
        expectClose(comparison.differences[.accuracy]?.high, direct.high)
        #expect(
            comparison.mcNemar
                == McNemarTest(first: right.map { $0 == 1 }, second: other.map { $0 == 1 }))
        #expect(comparison.deLong != nil)
    }

    @Test func bootstrapOfTooFewIsRefused() {
        let bootstrap = Bootstrap(resamples: 200, seed: 1)
        // Both samples are drawn in about half of the resamples only.
        let estimate = bootstrap.estimate(of: 2) { $0.contains(0) ? nil : 1 }
        #expect(estimate.value == 1 && estimate.low == nil)
        #expect(estimate.reason?.contains("of 200 resamples") == true)
        #expect(bootstrap.estimate(of: 0) { _ in 1 } == .missing("no samples"))
        #expect(bootstrap.estimate(of: 3) { _ in nil }.value == nil)
    }
}
