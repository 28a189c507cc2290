import Evaluation
import Testing

/// The figures beyond the curves: each where a point was computed by hand, and its csv.
@Suite struct EvidenceFigureTests {
    private let hostile = "<a & \"b\">"
    private let long = "a name of a group that nobody would choose but that somebody has chosen"

    private func share(_ part: Int, _ all: Int) -> Estimate {
        .proportion(part, of: all, emptyReason: "no samples")
    }

    private var filled: [any Figure] {
        [
            ScoreDistributionFigure(
                groups: [
                    .init(hostile, scores: [1, 0, 0.5], isPositive: true),
                    .init(long, scores: [], isPositive: false),
                    .init("one", scores: [0.999_999], isPositive: false),
                ], positive: hostile, threshold: 0.02),
            AgreementFigure(bins: [.init(hostile, n: 0, correct: 0), .init(long, n: 5, correct: 0)]
            ),
            EmotionErrorsFigure(rows: [
                .init(hostile, n: 9, wrong: 9, isPositive: true),
                .init(long, n: 0, wrong: 0, isPositive: false),
            ]),
            SubgroupFigure(
                attribute: hostile, metric: long,
                groups: [
                    .init(hostile, n: 3, value: share(3, 3)),
                    .init(long, n: 0, value: .missing(long)),
                    .init("point", n: 1, value: Estimate(0, without: "one sample")),
                ], overall: .missing("none")),
            MappingFigure(rows: [
                .init(hostile, n: 0, positives: 0, accuracy: .missing("none"), auc: share(0, 1)),
                .init(long, n: 4, positives: 4, accuracy: share(4, 4), auc: .missing(hostile)),
            ]),
            PredictiveValuesFigure(
                points: [
                    .init(prevalence: 0.01, positive: .missing("none"), negative: share(1, 1)),
                    .init(prevalence: 1, positive: share(0, 1), negative: .missing("none")),
                ], testPrevalence: 0.001),
            CoverageFigure(
                points: [.init(coverage: 0, accuracy: .missing("none"))], n: 1,
                riskCoverageArea: .nan,
                chosen: .init(coverage: 1, accuracy: share(0, 3), abstainBelow: 0.7)),
            CorruptionFigure(
                corruptions: [
                    .init(hostile, severities: [.init(0, accuracy: share(1, 1), auc: share(0, 1))]),
                    .init(long, severities: []),
                ], n: 1, baseRate: 1),
        ]
    }

    private var empty: [any Figure] {
        [
            ScoreDistributionFigure(groups: [], positive: ""),
            AgreementFigure(agreement: [], correct: []), AgreementFigure(bins: []),
            EmotionErrorsFigure(rows: []),
            SubgroupFigure(attribute: "", metric: "", groups: [], overall: .missing("none")),
            MappingFigure(rows: []), PredictiveValuesFigure(points: []),
            CoverageFigure(points: [], n: 0), CorruptionFigure(corruptions: [], n: 0),
        ]
    }

    @Test func areReadableForAnyInput() throws {
        for figure in filled + empty { try expectReadable(figure) }
        for figure in filled where !(figure is PredictiveValuesFigure || figure is CoverageFigure) {
            #expect(figure.summary.contains(hostile), "\(figure.fileName)")
            let texts = try FigureReader(figure.svg).texts
            #expect(texts.contains { $0.contains("<a") }, "\(figure.fileName)")
            #expect(figure.csv.contains("\"<a & \"\"b\"\">\""), "\(figure.fileName)")
        }
        for figure in filled where figure.csv.contains(long) {
            #expect(try !FigureReader(figure.svg).texts.contains(long), "\(figure.fileName)")
        }
    }

    /// The names take 36.45 points ("n = 1,000"): the frame goes from 48.45 to 242, the first
    /// row's line is at 28 + 17.5 + 4.2.
    @Test func scoresHaveTheirMedian() throws {
        let figure = ScoreDistributionFigure(
            groups: [
                .init("sad", scores: [1, 0.25, 0, 0.75, 0.5], isPositive: true),
                .init("fear", scores: [], isPositive: false),
            ], positive: "expression")
        let reader = try FigureReader(figure.svg)
        // The legend's circle comes last.
        #expect(areSame(reader.circles("one").first, 145.225, 49.7))
        let boxes = reader.paths("bar thick one")
        // A quarter and three quarters of the way.
        #expect(boxes == ["M96.84 49.7L193.61 49.7"])
        #expect(reader.elements.count { $0.attributes["class"] == "column one" } == 5)
        let rows = figure.csv.split(separator: "\n")
        #expect(
            rows[0].hasPrefix("emotion,positive,n,mean,p05,p25,median,p75,p95,count_from_0.00,"))
        #expect(rows[1].hasPrefix("sad,1,5,0.5,0.05,0.25,0.5,0.75,0.95,1,0,0,0,0,1,"))
        #expect(rows[2].hasPrefix("fear,0,0,,,,,,,0,0,"))
    }

    /// The frame is 204 by 120 from (40, 8); Wilson's interval of 2 in 4 starts at 0.15, so the
    /// axis at 0.1.
    @Test func agreementIsDrawnInBins() throws {
        let reader = try FigureReader(
            AgreementFigure(bins: [
                .init("split", n: 4, correct: 2), .init("all", n: 4, correct: 4),
            ])
            .svg)
        #expect(reader.paths("line one") == ["M91 74.67L193 8"])
        #expect(reader.texts.contains("split") && reader.texts.contains("4"))
        // The frame, and two strokes that say that the axis does not start at 0.
        #expect(reader.paths("axis").count == 3)
        let votes = AgreementFigure(
            agreement: [0.3, 5.0 / 10, 7.0 / 10, 0.69, 1, 9.0 / 10, 1],
            correct: [true, false, true, true, true, true, false])
        let rows = votes.csv.split(separator: "\n").map { $0.split(separator: ",") }
        let counts = rows.map { $0.prefix(3).joined(separator: ",") }
        let expected = [
            "agreement,n,correct", "< 50 %,1,1", "50–59,1,0", "60–69,1,1", "70–79,1,1",
            "80–89,0,0", "90–99,1,1", "100 %,2,1",
        ]
        #expect(counts == expected)
        let row = rows[7].dropFirst(3).compactMap { Double($0) }
        // 1 of 2 by Wilson: 0.5 ± 0.4055.
        #expect(row.count == 3 && row[0] == 0.5)
        #expect(abs(row[1] - 0.0945) < 1e-4)
        #expect(abs(row[2] - 0.9055) < 1e-4)
    }

    /// The frame goes from 36 to 242 and starts at 26; 1 wrong of 4 reaches up to 0.699, so the
    /// axis to 0.8.
    @Test func errorsStartAtZero() throws {
        let figure = EmotionErrorsFigure(rows: [
            .init("sad", n: 4, wrong: 1, isPositive: true),
            .init("fear", n: 0, wrong: 0, isPositive: false),
        ])
        let reader = try FigureReader(figure.svg)
        #expect(areSame(reader.circles("one").first, 100.375, 36.5))
        #expect(reader.texts.contains("no samples") && reader.texts.contains("n = 4"))
        #expect(reader.paths("axis").count == 1)
        let rows = figure.csv.split(separator: "\n")
        #expect(rows[0] == "emotion,positive,n,wrong,share,low,high")
        #expect(rows[1].hasPrefix("sad,1,4,1,0.25,0.04"))
        #expect(rows[2] == "fear,0,0,0,,,")
    }

    /// The axis starts at 0.7, the tenth below the lowest value; names take 24.57 points.
    @Test func subgroupsStandBesideAll() throws {
        let figure = SubgroupFigure(
            attribute: "Age, group", metric: "accuracy",
            groups: [
                .init("a", n: 100, value: Estimate(0.9, 0.88 ... 0.95)),
                .init("b", n: 0, value: .missing("no samples")),
            ], overall: Estimate(0.8, without: "not asked for"))
        #expect(figure.fileName == "subgroups-age-group-accuracy")
        #expect(figure.title == "Accuracy by Age, group")
        let reader = try FigureReader(figure.svg)
        #expect(areSame(reader.circles("one").first, 173.523, 26.5))
        #expect(reader.paths("guide") == ["M105.05 58L105.05 16"])
        #expect(reader.paths("bar one") == ["M159.83 26.5L207.76 26.5"])
        // The frame and the two strokes of an axis that is cut.
        #expect(reader.paths("axis").count == 3)
        #expect(
            figure.csv == """
                attribute,group,n,metric,value,low,high,reason
                "Age, group",a,100,accuracy,0.9,0.88,0.95,
                "Age, group",b,0,accuracy,,,,no samples
                "Age, group",all samples,,accuracy,0.8,,,

                """)
    }

    @Test func mappingsShowTheBaseRate() throws {
        let row = MappingFigure.Row(
            "sad", n: 100, positives: 20, accuracy: Estimate(0.85, 0.8 ... 0.9),
            auc: Estimate(0.95, 0.9 ... 1), isUsed: true)
        #expect(row.baseRate == 0.8)
        let figure = MappingFigure(rows: [row])
        #expect(
            figure.csv.split(separator: "\n").last
                == "sad,1,100,20,0.8,0.85,0.8,0.9,0.95,0.9,1.0")
        let reader = try FigureReader(figure.svg)
        let name = "20 positive, used here"
        #expect(reader.texts.contains(name))
        // The note sets the margin; the axis starts at 0.7, three keys are above.
        let left = 12 + Double(name.count) * 6.5 * 0.54
        let width = 242 - left
        #expect(areSame(reader.circles("one").first, left + width / 2, 43.25))
        let base = left + width / 3
        #expect(
            reader.paths("axis").contains { line in
                let numbers = line.split { "ML ".contains($0) }.compactMap { Double($0) }
                return areSame((numbers[0], numbers[1]), base, 38.5)
            })
    }

    /// The frame is 200 by 130 from (40, 8); 5 % is log(5) / log(50) of the way from 1 % to 50 %.
    @Test func predictiveValuesAreOnALogarithm() throws {
        let figure = PredictiveValuesFigure(
            points: [
                .init(
                    prevalence: 0.5, positive: Estimate(0.9, 0.8 ... 1),
                    negative: Estimate(0.9, 0.8 ... 1)),
                .init(
                    prevalence: 0.05, positive: Estimate(0.5, 0.4 ... 0.6),
                    negative: Estimate(0.99, 0.98 ... 1)),
            ], testPrevalence: 0.05)
        let reader = try FigureReader(figure.svg)
        #expect(reader.paths("line one").first == "M122.28 73L240 21")
        #expect(reader.paths("band one") == ["M122.28 60L240 8L240 34L122.28 86Z"])
        #expect(reader.paths("guide") == ["M122.28 138L122.28 8"])
        for text in ["1 %", "5 %", "50 %", "test data 5 %", PredictiveValuesFigure.caution] {
            #expect(reader.texts.contains(text), "\(text)")
        }
        #expect(figure.summary.hasSuffix(PredictiveValuesFigure.caution))
        #expect(figure.summary.contains("At 5 %: 0.500 (0.400 to 0.600) and 0.990"))
        #expect(
            figure.csv.split(separator: "\n")[1] == "0.05,0.5,0.4,0.6,0.99,0.98,1.0")
        let grid = PredictiveValuesFigure.prevalences
        #expect(grid.count == 41 && grid.first == 0.01 && grid.last == 0.5)
        #expect(zip(grid, grid.dropFirst()).allSatisfy { $0 < $1 })
    }

    /// The frame is 204 by 130 from (40, 8), its axis from 0.8.
    @Test func coverageEndsWithAllSamples() throws {
        let figure = CoverageFigure(
            points: [
                .init(coverage: 1, accuracy: Estimate(0.85, 0.7 ... 0.9), abstainBelow: 0.5),
                .init(coverage: 0.5, accuracy: Estimate(1, 0.9 ... 1), abstainBelow: 0.75),
            ], n: 8, riskCoverageArea: 0.0625,
            chosen: .init(coverage: 0.75, accuracy: Estimate(0.9, 0.85 ... 0.95)))
        let reader = try FigureReader(figure.svg)
        #expect(reader.paths("line one") == ["M142 8L244 105.5"])
        // The interval's lower end, 0.7, is below the frame and moved to its edge.
        #expect(reader.paths("band one") == ["M142 8L244 73L244 138L142 73Z"])
        #expect(areSame(reader.circles("two").first, 193, 73))
        #expect(reader.texts.contains("area under the risk-coverage curve 0.0625"))
        #expect(
            figure.csv == """
                coverage,accuracy,low,high,abstain_below
                0.5,1.0,0.9,1.0,0.75
                1.0,0.85,0.7,0.9,0.5

                """)
        #expect(figure.summary.contains("At a coverage of 50 %: 1.000 (0.900 to 1.000)."))
    }

    /// Four plots of 105 by 76 in a row from (40, 30), severities from -0.3 to 5.3; accuracy is
    /// drawn 0.08 to the left. The base rate takes the axis down to 0.5.
    @Test func corruptionsAreSmallMultiples() throws {
        let value = Estimate(0.9, 0.85 ... 0.95)
        let names = ["noise", "blur", "jpeg", "contrast", "rotation"]
        let figure = CorruptionFigure(
            corruptions: names.map {
                .init(
                    $0,
                    severities: [
                        .init(5, accuracy: Estimate(0.7, 0.65 ... 0.75), auc: value),
                        .init(0, accuracy: value, auc: value),
                    ])
            }, n: 1000, baseRate: 0.55)
        let reader = try FigureReader(figure.svg)
        for name in names { #expect(reader.texts.contains(name)) }
        // Under the lowest plot of each of the four columns.
        #expect(reader.texts.count { $0 == "Severity" } == 4)
        let marks = reader.circles("one")
        #expect(marks.count == 10)
        let width: Double = 105
        #expect(areSame(marks.first, 40 + width * 0.22 / 5.6, 45.2))
        #expect(areSame(marks.last, 40 + width * 5.22 / 5.6, 173.6))
        let rows = figure.csv.split(separator: "\n")
        #expect(rows.count == 11)
        #expect(rows[1] == "noise,0,1000,0.9,0.85,0.95,0.9,0.85,0.95")
        #expect(rows[2] == "noise,5,1000,0.7,0.65,0.75,0.9,0.85,0.95")
    }
}
