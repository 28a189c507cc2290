import Evaluation
import Foundation
import Mien
import Testing

@testable import Participants

/// What must come out for planted effects and leaks.
@Suite struct EvaluationPropertyTests {
    @Test func effectsAreFoundInTheirModality() throws {
        let part = try evaluate(TableMaker(effects: [.voice: 1.6, .text: 1.2]).table())
        // The ideal areas are Phi(d / sqrt 2): .87 and .80; the standard error of 120 is .04.
        #expect(part.auc("voice") > 0.75 && part.auc("text") > 0.68)
        #expect(part.auc("face") < 0.65)
        #expect(part.auc("late fusion") >= max(part.auc("voice"), part.auc("text")) - 0.02)
        let face = try #require(part.row("face"))
        #expect(face.comparisons.contains { $0.probe == "majority" && !$0.isBeaten })
        let voice = try #require(part.row("voice"))
        #expect(voice.comparisons.allSatisfy { $0.isBeaten || $0.measure == "MAE" })
        #expect(part.findings.contains { $0.hasPrefix("face does not beat: ") })
        let scores = try #require(part.row("voice")?.scores)
        let mean = try #require(part.row("train mean score")?.scores)
        #expect(try #require(scores.mae.value) < #require(mean.mae.value))
        #expect(mean.ccc.value.map { abs($0) < 0.1 } ?? true)
        #expect(part.row("train mean score")?.auc.value == nil)
        #expect(part.row("majority")?.auc.value == 0.5)
    }

    @Test func withoutAnEffectAreasAreAtChance() throws {
        // Four runs of three modalities: the mean of 12 areas has a standard error near .02.
        var areas: [Double] = []
        for seed in 1 ... 4 {
            let part = try evaluate(TableMaker(people: 60, seed: UInt64(seed)).table())
            areas += ["face", "voice", "text"].map(part.auc)
        }
        let mean = areas.reduce(0, +) / Double(areas.count)
        #expect(abs(mean - 0.5) < 0.07, "\(areas)")
    }

    @Test func eachLeakShowsInItsProbe() throws {
        let interviewer = try evaluate(
            TableMaker(
                leak: { _, row, isPositive, _ in row[18] += isPositive ? 4 : 0 },
                probeColumns: ["interviewer_words", "duration"]
            ).table())
        #expect(interviewer.auc("interviewer only") >= 0.9)
        #expect(interviewer.auc("late fusion") < 0.65)

        let gender = try evaluate(
            TableMaker(
                leak: { person, row, isPositive, generator in
                    person.gender = isPositive == (generator.uniform() < 0.9) ? .female : .male
                    row[0] += person.gender == .female ? 3 : 0
                }
            ).table())
        #expect(gender.auc("gender only") > 0.8 && gender.auc("face") > 0.7)
        let within = try #require(gender.row("face")?.aucWithinGender.value)
        // Pairs of one gender are few: the standard error is about .1.
        #expect(abs(within - 0.5) < 0.25, "\(within)")

        let missing = try evaluate(
            TableMaker(
                leak: { _, row, isPositive, generator in
                    if generator.uniform() < (isPositive ? 0.8 : 0.1) { row[3] = .nan }
                }
            ).table())
        #expect(missing.auc("missingness only") > 0.75)

        let duration = try evaluate(
            TableMaker(leak: { _, row, isPositive, _ in row[18] += isPositive ? 3 : 0 }).table())
        #expect(duration.auc("duration only") > 0.9)

        let corpus = try evaluate(
            TableMaker(
                leak: { person, _, isPositive, generator in
                    let other = isPositive == (generator.uniform() < 0.9)
                    person = Participant(
                        id: person.id, corpus: other ? "second" : "first", label: person.label,
                        score: person.score, gender: person.gender)
                }
            ).table())
        #expect(corpus.auc("corpus only") > 0.8)
    }

    @Test func aFusionGoesOnWithoutAModality() throws {
        let part = try evaluate(
            TableMaker(effects: [.voice: 1.6, .text: 1.2], missing: [.text: 0.4]).table())
        #expect(part.row("text")?.n ?? 0 < 100 && part.row("late fusion")?.n == 120)
        #expect(part.auc("late fusion") > 0.75)
    }

    @Test func permutationsGiveHolmAdjustedValues() throws {
        let table = TableMaker(people: 60, effects: [.voice: 2.5]).table()
        let options = ParticipantOptions.quick {
            $0.permutations = 19
            $0.folds = 3
            $0.innerFolds = 2
        }
        let part = try evaluate(table, options)
        #expect(part.row("voice")?.permutationPValue == 0.05)
        #expect(abs((part.row("voice")?.holmPValue ?? 0) - 0.15) < 1e-12)
        #expect(try #require(part.row("face")?.permutationPValue) > 0.05)
        #expect(part.row("late fusion")?.permutationPValue != nil)
        #expect(part.row("early fusion")?.permutationPValue == nil)
    }
}
