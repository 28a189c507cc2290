import Evaluation
import Foundation
import Testing

/// Base rates, predictive values and selective prediction.
@Suite struct AnalysesTests {
    @Test func baseRateEqualsStatsmodels() throws {
        for row in try Golden.analyses().base_rate {
            let base = BaseRate(positives: Int(row[0]), of: Int(row[1]))
            expectClose(base.positiveShare.value, row[0] / row[1])
            expectClose(base.positiveShare.low, row[2], "\(row)")
            expectClose(base.positiveShare.high, row[3], "\(row)")
            expectClose(base.majorityClassAccuracy.low, row[4], "\(row)")
            expectClose(base.majorityClassAccuracy.high, row[5], "\(row)")
            #expect(base.majorityIsPositive == (2 * row[0] >= row[1]))
        }
        #expect(BaseRate(positives: 0, of: 0).positiveShare == .missing("no samples"))
    }

    @Test func predictiveValuesEqualTheDeltaMethod() throws {
        for row in try Golden.analyses().predictive {
            let confusion = BinaryConfusion(
                tp: Int(row[0]), fp: Int(row[1]), tn: Int(row[2]), fn: Int(row[3]))
            let values = PredictiveValues(confusion, prevalences: [row[4]])
            let got = try #require(values.rows.first)
            for (estimate, first) in [(got.positive, 5), (got.negative, 8)] {
                expectClose(estimate.value, row[first], "\(row)")
                // The oracle's derivatives are differences, good to about 1e-9.
                expectClose(estimate.low, row[first + 1], relative: 1e-7, "\(row) low")
                expectClose(estimate.high, row[first + 2], relative: 1e-7, "\(row) high")
            }
        }
    }

    /// Sensitivity 0.9 and specificity 0.8 at 1 in 100: of 10,000 faces 90 of 100 and 1980 of 9900
    /// are called positive.
    @Test func predictiveValuesByHand() throws {
        let values = PredictiveValues(BinaryConfusion(tp: 90, fp: 20, tn: 80, fn: 10))
        #expect(values.rows.map(\.prevalence) == PredictiveValues.usualPrevalences)
        #expect(values.positives == 100 && values.negatives == 100)
        let rare = try #require(values.rows.first)
        expectClose(rare.positive.value, 90 / (90 + 1980))
        expectClose(rare.negative.value, 7920 / (7920 + 10))
        #expect(values.caution.contains("illness"))
    }

    @Test func predictiveValuesWithoutAClassHaveAReason() throws {
        let positive = PredictiveValues(BinaryConfusion(tp: 3, fn: 1), prevalences: [0.1])
        #expect(positive.rows[0].positive == .missing("only one class of samples"))
        let silent = PredictiveValues(BinaryConfusion(tn: 3, fn: 2), prevalences: [0.1])
        #expect(silent.rows[0].positive == .missing("no score leads to this decision"))
        #expect(silent.rows[0].negative.value != nil)
        let none = PredictiveValues(BinaryConfusion(), prevalences: [0.1])
        #expect(none.rows[0].negative == .missing("no samples"))
    }

    @Test func riskCoverageAreaEqualsAllOrders() throws {
        for golden in try Golden.analyses().selective {
            let result = try SelectivePrediction(
                scores: golden.scores, labels: golden.labels,
                bootstrap: Bootstrap(resamples: 150, seed: 11))
            expectClose(result.riskCoverageArea.value, golden.area)
            if let interval = golden.interval {
                expectClose(result.riskCoverageArea.low, interval[0])
                expectClose(result.riskCoverageArea.high, interval[1])
            }
        }
    }

    /// Confidences 0.9, 0.8, 0.7, 0.6; only the third is wrong: risks 0, 0, 1/3, 1/4.
    @Test func selectivePredictionByHand() throws {
        let result = try SelectivePrediction(
            scores: [0.9, 0.2, 0.7, 0.4], labels: [true, false, false, false], abstainBelow: 0.75,
            bootstrap: Bootstrap(resamples: 50))
        expectClose(result.riskCoverageArea.value, (1.0 / 3 + 1.0 / 4) / 4)
        #expect(result.curve.map(\.answered) == [1, 2, 3, 4])
        #expect(result.curve.map(\.coverage) == [0.25, 0.5, 0.75, 1])
        #expect(result.curve.map(\.accuracy.value) == [1, 1, 2.0 / 3, 0.75])
        #expect(result.curve[1].accuracy == .proportion(2, of: 2, emptyReason: ""))
        let abstention = try #require(result.abstention)
        #expect(abstention.answered == 2 && abstention.abstained == 2)
        #expect(abstention.coverage == .proportion(2, of: 4, emptyReason: ""))
        #expect(abstention.metrics.n == 2 && abstention.metrics.accuracy.value == 1)
    }

    @Test func equalConfidencesStayTogether() throws {
        let result = try SelectivePrediction(
            scores: [0.75, 0.25, 0.75, 0.6], labels: [true, true, true, true],
            bootstrap: Bootstrap(resamples: 0))
        #expect(result.curve.map(\.answered) == [3, 4])
        #expect(result.abstention == nil)
    }

    @Test func answeringNothingHasReasons() throws {
        let result = try SelectivePrediction(
            scores: [0.6, 0.4], labels: [true, false], abstainBelow: 0.9)
        let abstention = try #require(result.abstention)
        #expect(abstention.answered == 0 && abstention.metrics.accuracy.value == nil)
        #expect(abstention.metrics.accuracy.reason == "no samples")
        let none = try SelectivePrediction(scores: [], labels: [])
        #expect(none.riskCoverageArea == .missing("no samples") && none.curve.isEmpty)
    }

    @Test func aLongCurveHasAboutTwentyPoints() throws {
        let scores = (0 ..< 1000).map { 0.5 + Double($0) / 2000 }
        let result = try SelectivePrediction(
            scores: scores, labels: scores.map { _ in true }, bootstrap: Bootstrap(resamples: 0))
        #expect(result.curve.map(\.answered) == (1 ... 20).map { $0 * 50 })
    }

    @Test func analysesSurviveJSON() throws {
        let result = try SelectivePrediction(
            scores: [0.9, 0.2, 0.7], labels: [true, false, true], abstainBelow: 0.8)
        let data = try JSONEncoder().encode(result)
        #expect(try JSONDecoder().decode(SelectivePrediction.self, from: data) == result)
        let values = PredictiveValues(BinaryConfusion(tp: 9, fp: 2, tn: 8, fn: 1))
        let coded = try JSONEncoder().encode(values)
        #expect(try JSONDecoder().decode(PredictiveValues.self, from: coded) == values)
    }
}
