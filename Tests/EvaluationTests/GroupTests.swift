import Evaluation
import Foundation
import Testing

@Suite struct GroupTests {
    @Test func permutationTestsNearTheExactOnes() throws {
        let golden = try Golden.analyses().gaps
        let permutations = 20_000
        for metric in GapTest.metrics {
            let expected = try #require(golden.tests[metric.rawValue])
            let test = GapTest(
                metric, scores: golden.scores, labels: golden.labels, members: golden.groups,
                names: ["a", "b"], threshold: 0.5, minimum: 1, permutations: permutations,
                bootstrap: Bootstrap(resamples: 200, seed: 3))
            expectClose(test.gap.value, expected[0], metric.rawValue)
            let p = try #require(test.pValue)
            // Four standard errors of a share of 20,000 draws.
            let error = 4 * (expected[1] * (1 - expected[1]) / Double(permutations)).squareRoot()
            #expect(abs(p - expected[1]) <= error + 1e-4, "\(metric): \(p), \(expected[1])")
        }
    }

    /// Group a: all 30 right. Group b: 15 of 30 right. Group c has 3 samples.
    private func example() throws -> GroupMetrics {
        let scores = (0 ..< 63).map { index in
            index < 30 ? (index % 2 == 0 ? 0.9 : 0.1) : index < 60 ? 0.8 : 0.7
        }
        let labels = (0 ..< 63).map { $0 % 2 == 0 }
        let values = (0 ..< 65).map { $0 < 30 ? "a" : $0 < 60 ? "b" : $0 < 63 ? "c" : nil }
        return try GroupMetrics(
            attribute: "band", values: values, scores: scores + [0.5, 0.5],
            labels: labels + [true, false], permutations: 500,
            bootstrap: Bootstrap(resamples: 200, seed: 1))
    }

    @Test func gapsLeaveSmallGroupsOut() throws {
        let result = try example()
        #expect(result.groups.map(\.name) == ["a", "b", "c"])
        #expect(result.groups.map(\.isSmall) == [false, false, true])
        #expect(result.groups.map(\.metrics.n) == [30, 30, 3])
        #expect(result.withoutValue == 2 && result.reason == nil)
        let gap = try #require(result.gaps.first { $0.metric == .accuracy })
        expectClose(gap.gap.value, 0.5)
        #expect(gap.highest == "a" && gap.lowest == "b")
        #expect(gap.compared == 2 && gap.leftOut == 1)
        // No deal of 500 comes near to 15 of 15 errors in one group: p is 1 of 501.
        expectClose(gap.pValue, 1.0 / 501)
        // Fifteen of each class are fewer than twenty.
        let area = try #require(result.gaps.first { $0.metric == .auc })
        #expect(area.gap.value == nil && area.pValue == nil && area.gap.reason != nil)
    }

    @Test func holmIsOverAllTests() throws {
        let once = try example()
        let adjusted = GroupMetrics.adjusted([once, once])
        let tests = adjusted.flatMap(\.gaps).filter { $0.pValue != nil }
        #expect(tests.count == 2)
        for test in tests { expectClose(test.adjustedPValue, 2.0 / 501) }
        #expect(adjusted.map(\.gaps.count) == [4, 4])
    }

    @Test func oneGroupOrOneClassHasReasons() throws {
        let one = try GroupMetrics(
            attribute: "x", values: Array(repeating: "only", count: 40),
            scores: Array(repeating: 0.7, count: 40), labels: Array(repeating: true, count: 40))
        #expect(one.gaps.allSatisfy { $0.gap.value == nil && $0.pValue == nil })
        #expect(one.groups[0].metrics.auc.reason == "no negative samples")
        #expect(one.groups[0].metrics.specificity.value == nil)
        let many = try GroupMetrics(
            attribute: "x", values: (0 ..< 60).map { "\($0)" },
            scores: Array(repeating: 0.7, count: 60), labels: Array(repeating: true, count: 60))
        #expect(many.groups.isEmpty && many.reason?.contains("60 different values") == true)
        let none = try GroupMetrics(attribute: "x", values: [nil], scores: [0.7], labels: [true])
        #expect(none.reason == "no sample has a value" && none.withoutValue == 1)
    }

    @Test func chanceIsNotFound() throws {
        // Groups that take turns on the same pattern: no gap at all, and no evidence of one.
        let scores = (0 ..< 80).map { [0.9, 0.9, 0.4, 0.4, 0.2, 0.2, 0.7, 0.7][$0 % 8] }
        let labels = (0 ..< 80).map {
            [true, true, true, true, false, false, false, false][$0 % 8]
        }
        let result = try GroupMetrics(
            attribute: "turn", values: (0 ..< 80).map { $0 % 2 == 0 ? "a" : "b" }, scores: scores,
            labels: labels, permutations: 200, bootstrap: Bootstrap(resamples: 100, seed: 2))
        for gap in result.gaps {
            expectClose(gap.gap.value, 0)
            #expect(gap.pValue == 1, "\(gap.metric)")
        }
    }

    @Test func groupsSurviveJSON() throws {
        let result = try example()
        let data = try JSONEncoder().encode(GroupMetrics.adjusted([result]))
        let decoded = try JSONDecoder().decode([GroupMetrics].self, from: data)
        #expect(decoded == GroupMetrics.adjusted([result]))
    }
}
