import Evaluation
import Foundation
import Testing

@Suite struct BinaryMetricsTests {
    @Test func equalsScikitLearn() throws {
        let cases = try Golden.metrics()
        #expect(cases.count == 13)
        for golden in cases {
            let metrics = try BinaryMetrics(
                scores: golden.scores, labels: golden.labels, threshold: golden.threshold,
                bootstrap: Bootstrap(resamples: 200, seed: 11))
            #expect(metrics.confusion == golden.confusion, "\(golden.name)")
            for metric in BinaryMetric.allCases {
                let what = "\(golden.name): \(metric.rawValue)"
                let estimate = metrics[metric]
                let value = try #require(golden.values[metric.rawValue], "\(what) is missing")
                let interval = golden.intervals[metric.rawValue] ?? nil
                expectClose(estimate.value, value, what)
                expectClose(estimate.low, interval?[0], "\(what) low")
                expectClose(estimate.high, interval?[1], "\(what) high")
                #expect((estimate.reason == nil) == (interval != nil), "\(what)")
            }
        }
    }

    /// Four positives and four negatives, counted by hand.
    @Test func valuesByHand() throws {
        let metrics = try BinaryMetrics(
            scores: [0.9, 0.8, 0.5, 0.3, 0.6, 0.5, 0.2, 0.1],
            labels: [true, true, true, true, false, false, false, false])
        #expect(metrics.n == 8 && metrics.positives == 4)
        // 0.5 reaches the threshold of 0.5.
        #expect(metrics.confusion == BinaryConfusion(tp: 3, fp: 2, tn: 2, fn: 1))
        #expect(metrics.accuracy.value == 0.625)
        #expect(metrics.sensitivity.value == 0.75)
        #expect(metrics.specificity.value == 0.5)
        #expect(metrics.precision.value == 0.6)
        #expect(metrics.balancedAccuracy.value == 0.625)
        // Pairs won: 4, 4, 2 and a tie, 2 of 4 each.
        #expect(metrics.auc.value == 12.5 / 16)
        expectClose(metrics.f1.value, 2.0 / 3)
        expectClose(metrics.mcc.value, 4 / 240.0.squareRoot())
        // Recall rises at 0.9 and 0.8 (precision 1), 0.5 (3 of 5), 0.3 (4 of 6).
        expectClose(metrics.averagePrecision.value, (1 + 1 + 3.0 / 5 + 4.0 / 6) / 4)
        expectClose(
            metrics.brier.value, (0.01 + 0.04 + 0.25 + 0.49 + 0.36 + 0.25 + 0.04 + 0.01) / 8)
        // Only the two at 0.5 share a bin.
        expectClose(metrics.ece.value, (0.1 + 0.2 + 0.7 + 0.6 + 0.2 + 0.1) / 8)
    }

    @Test func perfectScoresKeepAWidth() throws {
        let metrics = try BinaryMetrics(
            scores: [0.9, 0.8, 0.7, 0.2, 0.1], labels: [true, true, true, false, false])
        #expect(metrics.auc.value == 1 && metrics.auc.high == 1)
        // Wilson for 2 of 2 pairs: 2 / (2 + 1.96^2).
        expectClose(metrics.auc.low, 2 / (2 + 3.841458820694124))
        #expect(metrics.f1 == Estimate(1, without: "all resamples give the same value"))
    }

    @Test func oneClassGivesReasons() throws {
        let metrics = try BinaryMetrics(scores: [0.2, 0.9], labels: [true, true])
        #expect(metrics.auc == .missing("no negative samples"))
        #expect(metrics.specificity == .missing("no negative samples"))
        #expect(metrics.accuracy.value == 0.5)
        #expect(metrics.sensitivity.value == 0.5)
        let negative = try BinaryMetrics(scores: [0.2, 0.3], labels: [false, false])
        #expect(negative.sensitivity == .missing("no positive samples"))
        #expect(negative.precision == .missing("no score reaches the threshold"))
        #expect(negative.f1.value == nil && negative.f1.reason != nil)
    }

    @Test func noSamplesGiveReasons() throws {
        let metrics = try BinaryMetrics(scores: [], labels: [])
        for metric in BinaryMetric.allCases {
            #expect(metrics[metric] == .missing("no samples"))
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, -0.01, 1.01])
    func badScoresAreNamed(score: Double) throws {
        let error = #expect(throws: MetricsError.self) {
            try BinaryMetrics(scores: [0.5, score], labels: [true, false])
        }
        #expect(error?.description.contains("score 1 is \(score)") == true)
    }

    @Test func lengthsMustMatch() {
        #expect(throws: MetricsError.lengthMismatch(scores: 2, labels: 1)) {
            try BinaryMetrics(scores: [0.5, 0.5], labels: [true])
        }
    }

    @Test func seedDecidesIntervals() throws {
        let golden = try #require(try Golden.metrics().first)
        func metrics(_ seed: UInt64) throws -> BinaryMetrics {
            try BinaryMetrics(
                scores: golden.scores, labels: golden.labels,
                bootstrap: Bootstrap(resamples: 100, seed: seed))
        }
        #expect(try metrics(1) == metrics(1))
        #expect(try metrics(1).f1.low != metrics(2).f1.low)
        #expect(try metrics(1).f1.value == metrics(2).f1.value)
    }

    @Test func orderOfSamplesDoesNotMatter() throws {
        let golden = try Golden.metrics()[1]
        var generator = SeededGenerator(seed: 3)
        let order = generator.permutation(of: golden.scores.count)
        let none = Bootstrap(resamples: 0)
        let one = try BinaryMetrics(scores: golden.scores, labels: golden.labels, bootstrap: none)
        let two = try BinaryMetrics(
            scores: order.map { golden.scores[$0] }, labels: order.map { golden.labels[$0] },
            bootstrap: none)
        #expect(one.auc.value == two.auc.value)
        expectClose(one.auc.low, two.auc.low)
        expectClose(one.averagePrecision.value, two.averagePrecision.value)
        #expect(one.f1.reason == "no resamples were asked for")
    }

    @Test func jsonHasTheKeysAndSurvives() throws {
        let metrics = try BinaryMetrics(
            scores: [0.9, 0.6, 0.2, 0.4], labels: [true, true, true, true],
            bootstrap: Bootstrap(resamples: 50, seed: 9))
        let data = try JSONEncoder().encode(metrics)
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "n", "positives", "threshold", "confidence", "resamples", "seed", "confusion",
                "accuracy", "auc", "balanced_accuracy", "sensitivity", "specificity", "precision",
                "f1", "mcc", "average_precision", "brier", "ece", "log_loss",
            ])
        let auc = try #require(object["auc"] as? [String: Any])
        #expect(Set(auc.keys) == ["value", "low", "high", "reason"])
        #expect(auc["value"] is NSNull && auc["low"] is NSNull)
        let accuracy = try #require(object["accuracy"] as? [String: Any])
        #expect(Set(accuracy.keys) == ["value", "low", "high"])
        let confusion = try #require(object["confusion"] as? [String: Int])
        #expect(confusion == ["tp": 2, "fp": 0, "tn": 0, "fn": 2])
        #expect(try JSONDecoder().decode(BinaryMetrics.self, from: data) == metrics)
    }

    @Test func estimatesReadAsText() {
        #expect(Estimate(0.9144, 0.9 ... 0.93).description == "0.914 (0.900 to 0.930)")
        #expect(Estimate(-0.0001, without: "why").description == "0.000")
        #expect(Estimate.missing("why").description == "none (why)")
    }
}
