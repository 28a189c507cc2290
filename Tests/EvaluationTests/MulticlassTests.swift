import Evaluation
import Testing

@Suite struct MulticlassTests {
    @Test func equalsScikitLearn() throws {
        let golden = try Golden.statistics().multiclass
        let metrics = try MulticlassMetrics(
            labels: golden.labels, predictions: golden.predictions, classes: ["a", "b", "c", "d"],
            bootstrap: Bootstrap(resamples: 200, seed: 1))
        expectClose(metrics.accuracy.value, golden.accuracy)
        expectClose(metrics.macroF1.value, golden.macro_f1)
        let low = try #require(metrics.macroF1.low)
        let high = try #require(metrics.macroF1.high)
        #expect(low < golden.macro_f1 && golden.macro_f1 < high)
        #expect(metrics.n == 70)
    }

    @Test func countsByHand() throws {
        let matrix = try ConfusionMatrix(
            labels: [0, 0, 1, 1, 1], predictions: [0, 1, 1, 1, 0], classes: ["no", "yes", "never"])
        #expect(matrix.counts == [[1, 1, 0], [1, 2, 0], [0, 0, 0]])
        #expect(matrix.correct == 3 && matrix.count == 5)
        #expect(matrix.labelled(1) == 3 && matrix.predicted(0) == 2)
        expectClose(matrix.f1(1), 2.0 / 3)
        #expect(matrix.f1(2) == nil)
        expectClose(matrix.macroF1, (0.5 + 2.0 / 3) / 2)
        let binary = ConfusionMatrix(
            BinaryConfusion(tp: 1, fp: 2, tn: 3, fn: 4), negative: "other", positive: "sad")
        #expect(binary.counts == [[3, 2], [4, 1]])
    }

    @Test func badClassesAreNamed() {
        #expect(throws: MetricsError.invalidClass(index: 1, value: 2, classes: 2)) {
            try ConfusionMatrix(labels: [0, 1], predictions: [0, 2], classes: ["a", "b"])
        }
        #expect(throws: MetricsError.lengthMismatch(scores: 1, labels: 2)) {
            try ConfusionMatrix(labels: [0, 1], predictions: [0], classes: ["a", "b"])
        }
    }

    @Test func noSamplesGiveReasons() throws {
        let metrics = try MulticlassMetrics(labels: [], predictions: [], classes: ["a", "b"])
        #expect(metrics.accuracy == .missing("no samples"))
        #expect(metrics.macroF1 == .missing("no samples"))
    }
}
