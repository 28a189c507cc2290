/// How often samples of a given score are positive, above how many there are of each score; of
/// one set of scores, or of several such as those before and after a calibration.
public struct ReliabilityFigure: CurveFigure {
    public static let name = "reliability"

    let series: [CurveSeries<ReliabilityCurve>]
    let positive: String

    public init(series: [CurveSeries<ReliabilityCurve>], positive: String) {
        self.series = series
        self.positive = positive
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let panel = Self.panel
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: .shares, xName: nil,
            yName: "Share of samples that are positive")
        svg.path([panel.point(0, 0), panel.point(1, 1)], style: "guide")
        for (index, entry) in series.enumerated() {
            draw(entry.curve, FigureStyle.Series(index), on: panel, in: &svg)
        }
        var notes: [String] = []
        if let metrics = series.first?.metrics {
            let confidence = metrics.bootstrap.confidence
            if series.count == 1 { notes = lines("ECE", metrics.ece, confidence: confidence) }
            notes.append("bars: \(percent(confidence)) intervals")
        }
        svg.notes(notes, x: panel.left + 8, y: panel.top + 13)
        let bottom = drawCounts(in: &svg, under: panel)
        let height = drawLegend(series, ("ECE", .ece), in: &svg, under: bottom)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    private func draw(
        _ curve: ReliabilityCurve, _ look: FigureStyle.Series, on panel: Panel, in svg: inout SVG
    ) {
        let places = curve.bins.compactMap { bin in
            bin.meanScore.flatMap { mean in bin.positives.value.map { panel.point(mean, $0) } }
        }
        svg.path(places, style: "line " + look.line)
        for bin in curve.bins {
            guard let mean = bin.meanScore else { continue }
            panel.drawBar(bin.positives, x: mean, style: look.colour, in: &svg)
        }
        for place in places { svg.mark(look.mark, x: place.x, y: place.y, style: look.colour) }
    }

    /// - Returns: the lower edge of the columns.
    private func drawCounts(in svg: inout SVG, under upper: Panel) -> Double {
        let largest = Double(series.flatMap { $0.curve.bins.map(\.count) }.max() ?? 0)
        let range = Ticks.range(from: 0, toHold: max(largest, 1), about: 2)
        let panel = Panel(
            left: upper.left, top: upper.bottom + 12, width: upper.width, height: 44,
            horizontal: 0 ... 1, vertical: range)
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: Ticks(in: range, about: 2, whole: true),
            xName: "Score (\(positive))", yName: "Samples")
        for (index, entry) in series.enumerated() {
            for bin in entry.curve.bins where bin.count > 0 {
                let corner = panel.point(bin.low, Double(bin.count))
                let width = (panel.point(bin.high, 0).x - corner.x - 1.2) / Double(series.count)
                svg.rectangle(
                    x: corner.x + 0.6 + width * Double(index), y: corner.y, width: width,
                    height: panel.bottom - corner.y,
                    style: "column " + FigureStyle.Series(index).colour)
            }
        }
        return panel.bottom
    }

    public var csv: String {
        table(
            ["low", "high", "count", "mean_score", "positive_share", "share_low", "share_high"],
            of: series
        ) {
            $0.bins.map {
                [
                    exact($0.low), exact($0.high), "\($0.count)", exact($0.meanScore),
                    exact($0.positives.value), exact($0.positives.low), exact($0.positives.high),
                ]
            }
        }
    }

    public var title: String { "Reliability of the \(positive) score" }

    public var summary: String {
        var text = "Share of positive samples by score. "
        for entry in series {
            let bins = entry.curve.bins.compactMap { bin -> String? in
                guard let mean = bin.meanScore, let share = bin.positives.value else { return nil }
                return "\(fixed(mean, 2)): \(fixed(share, 2)) of \(grouped(bin.count))"
            }
            text += opening(entry, of: series)
            text += "Expected calibration error: \(entry.metrics.ece). "
            text += "Mean score and share in each bin: \(bins.joined(separator: "; ")). "
        }
        return text + "The dashed diagonal is perfect calibration."
    }
}
