/// Selective prediction: the accuracy on the samples that are answered, when those that the
/// model is least sure of are not.
public struct CoverageFigure: Figure {
    public static let name = "accuracy-by-coverage"

    /// The accuracy at one coverage.
    public struct Point: Sendable, Equatable {
        /// The share of samples that is answered.
        public let coverage: Double
        public let accuracy: Estimate
        /// Samples of less confidence are not answered.
        public let abstainBelow: Double?

        /// - Parameters:
        ///   - coverage: 0...1.
        ///   - accuracy: on the answered samples.
        ///   - abstainBelow: a confidence, max(score, 1 − score).
        public init(coverage: Double, accuracy: Estimate, abstainBelow: Double? = nil) {
            precondition(
                (0 ... 1).contains(coverage), "a coverage lies in 0...1, got \(coverage)")
            self.coverage = coverage
            self.accuracy = accuracy
            self.abstainBelow = abstainBelow
        }
    }

    let points: [Point]
    let n: Int
    let riskCoverageArea: Double?
    let chosen: Point?
    let confidence: Double

    /// - Parameters:
    ///   - points: drawn in the order of their coverage.
    ///   - n: all samples, answered or not.
    ///   - riskCoverageArea: the mean error over all coverages.
    ///   - chosen: the point in use.
    ///   - confidence: of the intervals.
    public init(
        points: [Point], n: Int, riskCoverageArea: Double? = nil, chosen: Point? = nil,
        confidence: Double = 0.95
    ) {
        self.points = points.sorted { $0.coverage < $1.coverage }
        self.n = n
        self.riskCoverageArea = riskCoverageArea.flatMap { $0.isFinite ? $0 : nil }
        self.chosen = chosen
        self.confidence = confidence
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let values = (points + [chosen].compactMap { $0 }).compactMap(\.accuracy.value)
        let panel = Panel(
            left: 40, top: 8, width: FigureStyle.column - 48, height: 130, horizontal: 0 ... 1,
            vertical: Ticks.rangeUpToOne(holding: values.min()))
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: Ticks(in: panel.vertical, about: 5),
            xName: "Coverage (share of samples answered)", yName: "Accuracy on the answered")
        panel.markCuts(in: &svg, vertical: true)
        if points.isEmpty { panel.noteEmpty(in: &svg) }
        panel.drawBand(points.map { ($0.coverage, $0.accuracy) }, style: "one", in: &svg)
        var notes = ["n = \(grouped(n)); shaded: \(percent(confidence)) interval"]
        if let riskCoverageArea {
            notes.append("area under the risk-coverage curve \(fixed(riskCoverageArea, 4))")
        }
        var keys: [Key] = []
        if let chosen, let accuracy = chosen.accuracy.value {
            panel.drawBar(chosen.accuracy, x: chosen.coverage, style: "two", in: &svg)
            let place = panel.point(chosen.coverage, accuracy)
            svg.mark(.circle, x: place.x, y: place.y, style: "two")
            let name = chosen.abstainBelow.map { "abstains below \(fixed($0, 2))" } ?? "in use"
            keys.append(Key(.circle, "two", name))
        }
        let rows = Double(notes.count + keys.count - 1)
        svg.notes(notes, keys: keys, x: panel.left + 8, y: panel.bottom - 7 - 10 * rows)
        return svg.document(
            of: self, id: id, width: FigureStyle.column, height: panel.bottom + 26)
    }

    public var csv: String {
        CSV.table(
            ["coverage", "accuracy", "low", "high", "abstain_below"],
            points.map {
                [
                    exact($0.coverage), exact($0.accuracy.value), exact($0.accuracy.low),
                    exact($0.accuracy.high), exact($0.abstainBelow),
                ]
            })
    }

    public var title: String { "Accuracy by share of samples answered" }

    public var summary: String {
        var text = "Accuracy on the samples that are answered when the least certain are not, for "
        text += "\(grouped(n)) samples, with \(percent(confidence)) intervals. "
        for wanted in [0.5, 0.8, 0.9, 1] {
            let nearest = points.min {
                abs($0.coverage - wanted) < abs($1.coverage - wanted)
            }
            guard let nearest, abs(nearest.coverage - wanted) < 0.01 else { continue }
            text += "At a coverage of \(percent(nearest.coverage)): \(nearest.accuracy). "
        }
        if let riskCoverageArea {
            text += "Area under the curve of error and coverage: \(fixed(riskCoverageArea, 4)). "
        }
        if let chosen {
            text += "In use: coverage \(percent(chosen.coverage)), accuracy \(chosen.accuracy). "
        }
        return text
    }
}
