import Evaluation
import Testing

@Suite struct CurveTests {
    @Test func equalScikitLearn() throws {
        let cases = try Golden.metrics().filter { $0.roc != nil }
        #expect(cases.count == 2)
        for golden in cases {
            let roc = try RocCurve(scores: golden.scores, labels: golden.labels)
            let expected = try #require(golden.roc)
            #expect(roc.points.map(\.falsePositiveRate) == expected[0])
            #expect(roc.points.map(\.truePositiveRate) == expected[1])
            #expect(roc.points.map(\.threshold) == [nil] + expected[2])
            let curve = try PrecisionRecallCurve(scores: golden.scores, labels: golden.labels)
            let steps = try #require(golden.precision_recall)
            // scikit-learn leaves out what comes after recall 1 is reached.
            let count = steps[0].count
            #expect(curve.points.prefix(count).map(\.precision) == steps[0])
            #expect(curve.points.prefix(count).map(\.recall) == steps[1])
            #expect(curve.points.prefix(count).map(\.threshold) == steps[2])
            #expect(curve.points.dropFirst(count).allSatisfy { $0.recall == 1 })
        }
    }

    @Test func cornersDrawTheSameArea() throws {
        let golden = try Golden.metrics()[0]
        let roc = try RocCurve(scores: golden.scores, labels: golden.labels)
        func area(_ points: [RocCurve.Point]) -> Double {
            zip(points, points.dropFirst()).reduce(0) {
                $0 + ($1.1.falsePositiveRate - $1.0.falsePositiveRate)
                    * ($1.1.truePositiveRate + $1.0.truePositiveRate) / 2
            }
        }
        #expect(roc.corners.count < roc.points.count)
        expectClose(area(roc.corners), area(roc.points))
        expectClose(area(roc.corners), golden.values["auc"] ?? nil)
    }

    @Test func oneClassHasNoCurve() throws {
        #expect(try RocCurve(scores: [0.5], labels: [true]).points.isEmpty)
        let curve = try PrecisionRecallCurve(scores: [0.5], labels: [false])
        #expect(curve.points.isEmpty && curve.prevalence == nil)
        #expect(throws: MetricsError.invalidScore(index: 0, value: 2)) {
            try RocCurve(scores: [2], labels: [true])
        }
    }

    @Test func reliabilityByHand() throws {
        let curve = try ReliabilityCurve(
            scores: [0, 0.1, 0.25, 0.3, 1], labels: [false, true, false, true, true], bins: 4)
        #expect(curve.bins.map(\.count) == [2, 2, 0, 1])
        #expect(curve.bins.map(\.meanScore) == [0.05, 0.275, nil, 1])
        #expect(curve.bins.map(\.positives.value) == [0.5, 0.5, nil, 1])
        #expect(curve.bins[2].positives.reason == "no scores in the bin")
        // (2 * 0.45 + 2 * 0.225 + 0) / 5
        expectClose(curve.expectedCalibrationError, 0.27)
    }

    @Test func reliabilityAgreesWithTheMetric() throws {
        for golden in try Golden.metrics() {
            let curve = try ReliabilityCurve(scores: golden.scores, labels: golden.labels)
            expectClose(curve.expectedCalibrationError, golden.values["ece"] ?? nil, golden.name)
        }
    }
}
