import Evaluation
import Testing

@Suite struct FigureTests {
    private let scores = [0.9, 0.8, 0.5, 0.3, 0.6, 0.5, 0.2, 0.1]
    private let labels = [true, true, true, true, false, false, false, false]

    private func figures(_ scores: [Double], _ labels: [Bool]) throws -> [any Figure] {
        let metrics = try BinaryMetrics(
            scores: scores, labels: labels, bootstrap: Bootstrap(resamples: 100, seed: 1))
        let positive = "sad & \"neutral\" <expression>"
        return [
            RocFigure(
                curve: try RocCurve(scores: scores, labels: labels), metrics: metrics,
                positive: positive,
                rater: .init(label: "one tagger", falsePositiveRate: 0.1, truePositiveRate: 0.9)),
            PrecisionRecallFigure(
                curve: try PrecisionRecallCurve(scores: scores, labels: labels),
                metrics: metrics, positive: positive),
            ReliabilityFigure(
                curve: try ReliabilityCurve(scores: scores, labels: labels), metrics: metrics,
                positive: positive),
            ConfusionFigure(
                ConfusionMatrix(metrics.confusion, negative: "a,b", positive: "\u{1}<c>")),
            TrainingFigure([
                .init(2, trainingLoss: .nan, validationAccuracy: 0.75),
                .init(1, trainingLoss: 0.5, validationLoss: 0.625, trainingAccuracy: 0.5),
            ]),
        ]
    }

    @Test func areWellFormedForAnyInput() throws {
        let inputs: [([Double], [Bool])] = [
            (scores, labels), ([], []), ([0.5], [true]), ([0, 1], [false, false]),
            ([1, 0, 0.5, 0.5], [true, false, true, false]),
        ]
        for (scores, labels) in inputs {
            for figure in try figures(scores, labels) { try expectReadable(figure) }
        }
        _ = try FigureReader(TrainingFigure([]).svg)
    }

    @Test func severalCurvesAreToldApart() throws {
        let other = [0.2, 0.9, 0.4, 0.6, 0.3, 0.1, 0.8, 0.7]
        func series<Curve>(
            _ curve: ([Double], [Bool]) throws -> Curve
        ) throws -> [CurveSeries<Curve>] {
            try [("v1 & <v2>", scores), ("a name that is far too long for the legend", other)].map {
                CurveSeries(
                    $0, curve: try curve($1, labels),
                    metrics: try BinaryMetrics(
                        scores: $1, labels: labels, bootstrap: Bootstrap(resamples: 50)))
            }
        }
        let figures: [any Figure] = [
            RocFigure(series: try series { try RocCurve(scores: $0, labels: $1) }, positive: "p"),
            PrecisionRecallFigure(
                series: try series { try PrecisionRecallCurve(scores: $0, labels: $1) },
                positive: "p"),
            ReliabilityFigure(
                series: try series { try ReliabilityCurve(scores: $0, labels: $1) },
                positive: "p"),
        ]
        for figure in figures {
            try expectReadable(figure)
            let reader = try FigureReader(figure.svg)
            // The curve, and its sample in the legend.
            #expect(reader.paths("line one").count == 2)
            #expect(reader.paths("line two dashed").count == 2)
            #expect(reader.texts.contains { $0.hasPrefix("v1 & <v2>: ") })
            #expect(reader.texts.contains { $0.hasPrefix("a name") && $0.contains("…: ") })
            #expect(figure.csv.hasPrefix("series,"))
            #expect(figure.csv.contains("\na name that is far too long for the legend,"))
        }
        #expect(figures[0].title.hasPrefix("ROC curves"))
        // Of 16 pairs of scores 12 are in order and one is a tie, which counts half.
        let texts = try FigureReader(figures[0].svg).texts
        #expect(texts.contains { $0.hasPrefix("v1 & <v2>: AUC 0.781 (") })
    }

    /// The frame is 204 points wide and high, its lower left corner at (40, 212).
    @Test func rocIsDrawnWhereItIs() throws {
        let roc = try figures([0.9, 0.6, 0.4, 0.2], [true, false, true, false])[0]
        let reader = try FigureReader(roc.svg)
        #expect(reader.paths("line one") == ["M40 212L40 110L142 110L142 8L244 8"])
        #expect(reader.texts.contains("AUC 0.750"))
        let circle = try #require(reader.elements.first { $0.name == "circle" })
        #expect(circle.attributes["cx"] == "142" && circle.attributes["cy"] == "110")
        #expect(
            roc.csv == """
                threshold,false_positive_rate,true_positive_rate
                ,0.0,0.0
                0.9,0.0,0.5
                0.6,0.5,0.5
                0.4,0.5,1.0
                0.2,1.0,1.0

                """)
    }

    @Test func precisionIsDrawnInSteps() throws {
        let figure = try figures([0.9, 0.6, 0.4, 0.2], [true, false, true, false])[1]
        // Precision 1 up to recall 1/2, down to 1/2, 2/3 up to recall 1, down to 1/2.
        #expect(
            try FigureReader(figure.svg).paths("line one")
                == ["M40 8L142 8L142 110L142 76L244 76L244 110"])
        #expect(
            figure.csv.hasPrefix("threshold,recall,precision\n0.9,0.5,1.0\n0.6,0.5,0.5\n"))
    }

    @Test func oneClassSaysWhyThereIsNoCurve() throws {
        let reader = try FigureReader(try figures([0.4, 0.6], [true, true])[0].svg)
        #expect(reader.paths("line one").isEmpty)
        #expect(reader.texts.contains("AUC: none"))
        #expect(reader.texts.contains("no negative samples"))
    }

    @Test func confusionShowsCountsAndShares() throws {
        let figure = ConfusionFigure(
            ConfusionMatrix(classes: ["a,b", "c"], counts: [[1500, 500], [0, 0]]))
        let texts = try FigureReader(figure.svg).texts
        for text in ["1,500", "75.0 %", "500", "25.0 %", "n = 2,000", "n = 0", "–"] {
            #expect(texts.contains(text), "\(text)")
        }
        #expect(figure.csv == "true,\"a,b\",c\n\"a,b\",1500,500\nc,0,0\n")
    }

    @Test func trainingLeavesOutWhatIsMissing() throws {
        let figure = try figures(scores, labels)[4]
        #expect(
            figure.csv == """
                epoch,training_loss,validation_loss,training_accuracy,validation_accuracy
                1,0.5,0.625,0.5,
                2,,,,0.75

                """)
        let long = TrainingFigure(
            (1 ... 40).map { .init($0, validationLoss: $0 == 20 ? nil : 1 / Double($0)) })
        let reader = try FigureReader(long.svg)
        // Two runs, and the sample in the legend.
        #expect(reader.paths("line one").count == 3)
        #expect(!reader.elements.contains { $0.name == "circle" })
    }

    @Test func ticksAreRound() {
        #expect(
            Ticks.shares.values.map(Ticks.shares.text) == [
                "0.0", "0.2", "0.4", "0.6", "0.8", "1.0",
            ])
        let counts = Ticks(in: 0 ... 2400, about: 2, whole: true)
        #expect(counts.values.map(counts.text) == ["0", "1,000", "2,000"])
        #expect(Ticks(in: 0.97 ... 2.03, about: 8, whole: true).values == [1, 2])
        #expect(Ticks.range(from: 0, toHold: 0.93) == 0 ... 1)
        #expect(Ticks.range(from: 0, toHold: 1.42) == 0 ... 1.5)
        #expect(Ticks.range(from: 0, toHold: 0) == 0 ... 1)
    }
}
