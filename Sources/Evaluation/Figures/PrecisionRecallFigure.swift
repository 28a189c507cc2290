/// Precision against recall, with the average precision and the precision of chance.
public struct PrecisionRecallFigure: CurveFigure {
    public static let name = "precision-recall"

    let series: [CurveSeries<PrecisionRecallCurve>]
    let positive: String

    public init(series: [CurveSeries<PrecisionRecallCurve>], positive: String) {
        self.series = series
        self.positive = positive
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let panel = Self.panel
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: .shares, xName: "Recall (sensitivity)",
            yName: "Precision")
        for prevalence in prevalences {
            let place = panel.point(1, prevalence)
            svg.path([panel.point(0, prevalence), place], style: "guide")
            svg.text(
                "chance \(fixed(prevalence, 2))", x: place.x - 3, y: place.y - 3, anchor: .end,
                style: "note soft")
        }
        for (index, entry) in series.enumerated() {
            svg.path(
                Self.steps(entry.curve).map { panel.point($0.x, $0.y) },
                style: "line " + FigureStyle.Series(index).line)
        }
        if series.count == 1, let only = series.first {
            drawNotes(only, on: panel, in: &svg)
        }
        let height = drawLegend(
            series, ("average precision", .averagePrecision), in: &svg, under: panel.bottom)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    private func drawNotes(
        _ entry: CurveSeries<PrecisionRecallCurve>, on panel: Panel, in svg: inout SVG
    ) {
        let metrics = entry.metrics
        var keys: [Key] = []
        if let recall = metrics.sensitivity.value, let precision = metrics.precision.value {
            let point = panel.point(recall, precision)
            svg.mark(.circle, x: point.x, y: point.y, style: "two")
            keys.append(Key(.circle, "two", "threshold \(fixed(metrics.threshold, 2))"))
        }
        let notes = lines(
            "Average precision", metrics.averagePrecision,
            confidence: metrics.bootstrap.confidence)
        let height = 10 * Double(notes.count + keys.count - 1)
        // Under the line of chance where there is room, above it otherwise.
        let chance = entry.curve.prevalence ?? 0.5
        let base = chance > 0.3 ? panel.bottom : panel.point(0, chance).y - 3
        svg.notes(notes, keys: keys, x: panel.left + 8, y: base - 7 - height)
    }

    public var csv: String {
        table(["threshold", "recall", "precision"], of: series) {
            $0.points.map { [exact($0.threshold), exact($0.recall), exact($0.precision)] }
        }
    }

    /// Those that differ.
    private var prevalences: [Double] {
        series.compactMap(\.curve.prevalence).reduce(into: []) { seen, prevalence in
            if !seen.contains(prevalence) { seen.append(prevalence) }
        }
    }

    /// The rectangles whose area the average precision is: each stretch of recall has the
    /// precision of the threshold that first reaches its end. The drop at a recall where only
    /// negative samples are added is drawn to its foot, so that every threshold is on the line.
    private static func steps(_ curve: PrecisionRecallCurve) -> [(x: Double, y: Double)] {
        var result: [(x: Double, y: Double)] = []
        var recall = 0.0
        for point in curve.points {
            if point.recall > recall { result.append((recall, point.precision)) }
            recall = point.recall
            result.append((recall, point.precision))
        }
        return result
    }

    public var title: String { "Precision and recall of the \(positive) score" }

    public var summary: String {
        var text = "Precision against recall. "
        for entry in series {
            let metrics = entry.metrics
            text += opening(entry, of: series)
            text += "Average precision: \(metrics.averagePrecision). "
            if let recall = metrics.sensitivity.value, let precision = metrics.precision.value {
                text += "At the threshold \(fixed(metrics.threshold, 2)) the precision is "
                text += "\(fixed(precision, 3)), the recall \(fixed(recall, 3)). "
            }
            if let prevalence = entry.curve.prevalence {
                text += "The precision of chance is \(fixed(prevalence, 3)). "
            }
        }
        return text + "Dashed lines across are chance."
    }
}
