import Evaluation
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct FigureTests {
    /// Reads an SVG with a strict parser.
    private final class Reader: NSObject, XMLParserDelegate {
        struct Element {
            let name: String
            let attributes: [String: String]
            var text = ""
        }
        var elements: [Element] = []
        private var open: [Int] = []

        init(_ svg: String) throws {
            super.init()
            let parser = XMLParser(data: Data(svg.utf8))
            parser.delegate = self
            let wellFormed = parser.parse()
            #expect(wellFormed, "\(String(describing: parser.parserError))")
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            open.append(elements.count)
            elements.append(Element(name: name, attributes: attributes))
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            if let last = open.last { elements[last].text += text }
        }

        func parser(
            _ parser: XMLParser, didEndElement: String, namespaceURI: String?,
            qualifiedName: String?
        ) {
            open.removeLast()
        }

        var texts: [String] { elements.filter { $0.name == "text" }.map(\.text) }

        func paths(_ style: String) -> [String] {
            elements.filter { $0.name == "path" && $0.attributes["class"] == style }
                .compactMap { $0.attributes["d"] }
        }
    }

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
            for figure in try figures(scores, labels) {
                let kind = type(of: figure).name
                let reader = try Reader(figure.svg)
                #expect(!figure.svg.contains("nan") && !figure.svg.contains("inf"), "\(kind)")
                let root = try #require(reader.elements.first)
                #expect(root.attributes["role"] == "img")
                let named = root.attributes["aria-labelledby"]?.split(separator: " ")
                let ids = reader.elements.compactMap { $0.attributes["id"] }
                #expect(named?.map(String.init) == ids, "\(kind)")
                let told = reader.elements.filter { ["title", "desc"].contains($0.name) }
                #expect(told.count == 2 && told.allSatisfy { !$0.text.isEmpty }, "\(kind)")
                #expect(figure.svg(id: "two").contains("id=\"two-title\""))
                let rows = figure.csv.split(separator: "\n")
                #expect(
                    Set(rows.map { $0.filter { $0 == "," }.count }).count == 1
                        || kind == "confusion")
            }
        }
        _ = try Reader(TrainingFigure([]).svg)
    }

    @Test func staysInsideTheFrame() throws {
        for figure in try figures(scores, labels) {
            let reader = try Reader(figure.svg)
            let box = try #require(reader.elements.first?.attributes["viewBox"])
                .split(separator: " ").compactMap { Double($0) }
            for path in reader.elements.compactMap({ $0.attributes["d"] }) {
                let numbers = path.split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
                for (index, number) in numbers.enumerated() {
                    #expect(number >= 0 && number <= box[2 + index % 2], "\(path)")
                }
            }
        }
    }

    /// The frame is 204 points wide and high, its lower left corner at (40, 212).
    @Test func rocIsDrawnWhereItIs() throws {
        let roc = try figures([0.9, 0.6, 0.4, 0.2], [true, false, true, false])[0]
        let reader = try Reader(roc.svg)
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
            try Reader(figure.svg).paths("line one")
                == ["M40 8L142 8L142 110L142 76L244 76L244 110"])
        #expect(
            figure.csv.hasPrefix("threshold,recall,precision\n0.9,0.5,1.0\n0.6,0.5,0.5\n"))
    }

    @Test func oneClassSaysWhyThereIsNoCurve() throws {
        let reader = try Reader(try figures([0.4, 0.6], [true, true])[0].svg)
        #expect(reader.paths("line one").isEmpty)
        #expect(reader.texts.contains("AUC: none"))
        #expect(reader.texts.contains("no negative samples"))
    }

    @Test func confusionShowsCountsAndShares() throws {
        let figure = ConfusionFigure(
            ConfusionMatrix(classes: ["a,b", "c"], counts: [[1500, 500], [0, 0]]))
        let texts = try Reader(figure.svg).texts
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
        let reader = try Reader(long.svg)
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
