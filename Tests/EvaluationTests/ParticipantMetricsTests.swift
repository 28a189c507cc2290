import Evaluation
import Testing

/// Measures of participants, by hand.
struct ParticipantMetricsTests {
    private let none = Bootstrap(resamples: 0)

    @Test func areasWithinStrataCompareAlike() {
        let scores: [Double] = [1, 2, 3, 3, 10, 12]
        let labels = [false, true, false, true, false, true]
        // Pairs won: 2 > 1, 3 > 1, 3 = 3 (half), 12 over all three: 5.5 of 9.
        #expect(RankArea(scores: scores, labels: labels).value() == 5.5 / 9)
        // First four: 2.5 of 4; last two: 1 of 1.
        let strata = [0, 0, 0, 0, 1, 1]
        #expect(RankArea(scores: scores, labels: labels, strata: strata).value() == 3.5 / 5)
        // The first positive three times.
        let times: [Int32] = [1, 3, 1, 1, 1, 1]
        #expect(RankArea(scores: scores, labels: labels).value(times) == 7.5 / 15)
        #expect(RankArea(scores: [1, 2], labels: [true, true]).value() == nil)
    }

    @Test func decisionsLookAtBothClasses() throws {
        let decisions = ClassDecisions(
            decisions: [true, true, false, false, true], labels: [true, false, true, false, true],
            bootstrap: none)
        #expect(decisions.sensitivity.value == 2.0 / 3)
        #expect(decisions.specificity.value == 0.5)
        #expect(decisions.balancedAccuracy.value == (2.0 / 3 + 0.5) / 2)
        #expect(decisions.f1.value == 4.0 / 6)
        #expect(decisions.f1OfNegatives.value == 2.0 / 4)
        #expect(decisions.macroF1.value == (4.0 / 6 + 0.5) / 2)
    }

    @Test func concordanceFallsWithDistanceAndScale() throws {
        let truths: [Double] = [1, 2, 3, 4]
        let equal = ScoreErrors(predicted: truths, truths: truths, bootstrap: none)
        #expect(equal.ccc.value == 1 && equal.mae.value == 0)
        // Shifted by 1: 2 x 1.25 / (1.25 + 1.25 + 1).
        let shifted = ScoreErrors(
            predicted: truths.map { $0 + 1 }, truths: truths, bootstrap: none)
        #expect(abs(try #require(shifted.ccc.value) - 2.5 / 3.5) < 1e-15)
        #expect(shifted.mae.value == 1 && shifted.rmse.value == 1)
        let constant = ScoreErrors(
            predicted: [2.5, 2.5, 2.5, 2.5], truths: truths, bootstrap: Bootstrap(resamples: 200))
        #expect(constant.ccc.value == 0 && constant.mae.value == 1)
    }

    @Test func figuresSayWhatTheyShow() {
        let modalities = ModalityFigure(
            metric: "AUC",
            rows: [
                .init("voice", kind: .modality, n: 189, value: Estimate(0.7, 0.6 ... 0.8)),
                .init("gender only", kind: .probe, n: 189, value: .missing("the same for all")),
            ], chance: 0.5)
        #expect(modalities.svg.contains("voice") && modalities.svg.contains("the same for all"))
        #expect(modalities.svg.contains("one modality") && !modalities.svg.contains("several"))
        #expect(modalities.csv.contains("voice,one modality,189,AUC,0.7,0.6,0.8,0.5,"))
        #expect(modalities.summary.contains("Chance: 0.50."))
        let errors = ScoreErrorFigure(score: "PHQ-8", truths: [0, 10], predictions: [5, 6])
        #expect(errors.csv == "score,predicted,error\n0.0,5.0,5.0\n10.0,6.0,-4.0\n")
        #expect(errors.summary.contains("Mean absolute error: 4.50"))
        #expect(errors.svg.contains("Predicted minus true"))
        #expect(ScoreErrorFigure(score: "x", truths: [], predictions: []).svg.contains("nothing"))
    }
}
