import Mien
import Testing

/// The live line of a training run.
struct TrainingLineTests {
    private func line(_ environment: [String: String]) -> TrainingLine {
        TrainingLine(
            TrainingPlan(
                trainingSamples: 8, validationSamples: 2, stepsPerEpoch: 4, totalSteps: 8,
                epochs: 2,
                precision: "float32", threads: 1, firstStep: 0), environment: environment)
    }

    @Test func aBarFillsByEighthsOfAColumn() {
        #expect(TrainingLine.bar(share: 0, width: 4) == "    ")
        #expect(TrainingLine.bar(share: 0.5, width: 4) == "██  ")
        #expect(TrainingLine.bar(share: 0.625, width: 4) == "██▌ ")
        #expect(TrainingLine.bar(share: 1.5, width: 4) == "████")
    }

    @Test func aSparklineRunsFromTheLowestMeanToTheHighest() {
        #expect(TrainingLine.sparkline([7, 6, 5, 4, 3, 2, 1, 0], width: 8) == "█▇▆▅▄▃▂▁")
        #expect(TrainingLine.sparkline([7, 7, 0, 0], width: 2) == "█▁")
        #expect(TrainingLine.sparkline([1, 1], width: 8) == "▁▁")
        #expect(TrainingLine.sparkline([.nan], width: 8) == "")
    }

    @Test func theLineFitsTheTerminal() {
        var line = line([:])
        for step in 1 ... 40 { line.add(1 / Double(step)) }
        let text = line.text(step: 4, figures: "epoch 1 loss 0.5", width: 60)
        #expect(text.count <= 59 && text.contains("epoch 1 loss 0.5") && text.contains("█"))
        #expect(line.text(step: 4, figures: "epoch 1 loss 0.5", width: 24) == "epoch 1 loss 0.5")
    }

    @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
    func nothingIsDrawnWhereItIsNotWanted(_ environment: [String: String]) {
        #expect(line(environment).text(step: 4, figures: "loss", width: 90) == "loss")
        #expect(!self.line(["NO_COLOR": ""]).text(step: 4, figures: "l", width: 90).isEmpty)
    }
}
