/// How often samples of a given score are positive, above how many there are of each score.
public struct ReliabilityFigure: Figure {
    public static let name = "reliability"

    let curve: ReliabilityCurve
    let metrics: BinaryMetrics
    let positive: String

    /// - Parameters:
    ///   - curve: of the scores that `metrics` are of.
    ///   - positive: what the score is of, such as "sad-or-neutral expression".
    public init(curve: ReliabilityCurve, metrics: BinaryMetrics, positive: String) {
        self.curve = curve
        self.metrics = metrics
        self.positive = positive
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let side = FigureStyle.column - 48
        let panel = Panel(
            left: 40, top: 8, width: side, height: side, horizontal: 0 ... 1, vertical: 0 ... 1)
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: .shares, xName: nil,
            yName: "Share of samples that are positive")
        svg.path([panel.point(0, 0), panel.point(1, 1)], style: "guide")
        let filled = curve.bins.filter { $0.count > 0 }
        let places = filled.compactMap { bin -> (x: Double, y: Double)? in
            guard let mean = bin.meanScore, let share = bin.positives.value else { return nil }
            return panel.point(mean, share)
        }
        svg.path(places, style: "line one")
        for bin in filled {
            guard let mean = bin.meanScore, let low = bin.positives.low,
                let high = bin.positives.high
            else { continue }
            svg.path([panel.point(mean, low), panel.point(mean, high)], style: "bar one")
        }
        for place in places { svg.mark(.circle, x: place.x, y: place.y, style: "one") }
        svg.notes(
            lines("ECE", metrics.ece, confidence: metrics.bootstrap.confidence)
                + ["bars: \(percent(metrics.bootstrap.confidence)) intervals"],
            x: panel.left + 8, y: panel.top + 13)
        let bottom = drawCounts(in: &svg, under: panel)
        return svg.document(
            id: id, title: "Reliability of the \(positive) score", description: description,
            width: FigureStyle.column, height: bottom + 26)
    }

    /// - Returns: the lower edge of the columns.
    private func drawCounts(in svg: inout SVG, under upper: Panel) -> Double {
        let largest = Double(curve.bins.map(\.count).max() ?? 0)
        let range = Ticks.range(from: 0, toHold: max(largest, 1), about: 2)
        let panel = Panel(
            left: upper.left, top: upper.bottom + 12, width: upper.width, height: 44,
            horizontal: 0 ... 1, vertical: range)
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: Ticks(in: range, about: 2, whole: true),
            xName: "Score (\(positive))", yName: "Samples")
        for bin in curve.bins where bin.count > 0 {
            let corner = panel.point(bin.low, Double(bin.count))
            let width = panel.point(bin.high, 0).x - corner.x
            svg.rectangle(
                x: corner.x + 0.6, y: corner.y, width: width - 1.2,
                height: panel.bottom - corner.y, style: "column")
        }
        return panel.bottom
    }

    public var csv: String {
        table(
            ["low", "high", "count", "mean_score", "positive_share", "share_low", "share_high"],
            curve.bins.map {
                [
                    exact($0.low), exact($0.high), "\($0.count)", exact($0.meanScore),
                    exact($0.positives.value), exact($0.positives.low), exact($0.positives.high),
                ]
            })
    }

    private var description: String {
        let bins = curve.bins.compactMap { bin -> String? in
            guard let mean = bin.meanScore, let share = bin.positives.value else { return nil }
            return "\(fixed(mean, 2)): \(fixed(share, 2)) of \(grouped(bin.count))"
        }
        return "Share of positive samples by score, for \(grouped(metrics.n)) samples. "
            + "Expected calibration error: \(metrics.ece). "
            + "Mean score and share in each bin: \(bins.joined(separator: "; "))."
    }
}
