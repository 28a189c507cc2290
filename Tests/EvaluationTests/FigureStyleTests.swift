import Evaluation
import Foundation
import Testing

@Suite struct FigureStyleTests {
    private let sheet = TrainingFigure([]).svg

    /// The colours of a rule in light and in dark.
    private func colours(_ rule: String) -> [String] {
        sheet.split(separator: "\n").filter { $0.contains(rule) }
            .compactMap { $0.split(separator: "#").last?.prefix(6) }.map(String.init)
    }

    /// Relative luminance as WCAG 2.2 defines it.
    private func luminance(_ colour: String) -> Double {
        let value = Int(colour, radix: 16) ?? 0
        let parts = [value >> 16, value >> 8 & 255, value & 255].map { part -> Double in
            let share = Double(part) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    private func contrast(_ first: String, _ second: String) -> Double {
        let values = [luminance(first), luminance(second)].sorted()
        return (values[1] + 0.05) / (values[0] + 0.05)
    }

    @Test func contrastIsEnoughInLightAndDark() {
        #expect(abs(contrast("ffffff", "000000") - 21) < 1e-9)
        let papers = colours(".paper{")
        #expect(papers == ["ffffff", "161616"])
        for (mode, paper) in papers.enumerated() {
            // WCAG: 4.5 for text, 3 for graphics.
            for text in [".mien-figure text{fill", ".soft{fill"] {
                #expect(contrast(colours(text)[mode], paper) >= 4.5, "\(text)")
            }
            for series in ["one", "two", "three", "four", "five", "six"] {
                for kind in ["line", "mark"] {
                    let found = colours(".\(kind).\(series)")
                    #expect(found.count == 2)
                    #expect(contrast(found[mode], paper) >= 3, "\(series)")
                }
            }
        }
    }

    @Test func darkIsForScreensThatAskForIt() {
        #expect(sheet.contains("@media screen and (prefers-color-scheme:dark){"))
        #expect(sheet.contains("width=\"3.5in\""))
    }

    @Test func moreThanSixSeriesStillDiffer() throws {
        let scores = [0.9, 0.8, 0.3, 0.1]
        let labels = [true, false, true, false]
        let metrics = try BinaryMetrics(
            scores: scores, labels: labels, bootstrap: Bootstrap(resamples: 0))
        let figure = RocFigure(
            series: try (0 ..< 12).map {
                CurveSeries(
                    "\($0)", curve: try RocCurve(scores: scores, labels: labels), metrics: metrics)
            }, positive: "p")
        let styles = try FigureReader(figure.svg).elements
            .compactMap { $0.attributes["class"] }.filter { $0.hasPrefix("line ") }
        #expect(styles.count == 24 && Set(styles).count == 12)
    }
}
