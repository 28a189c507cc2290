/// Precision against recall, with the average precision and the precision of chance.
public struct PrecisionRecallFigure: Figure {
    public static let name = "precision-recall"

    let curve: PrecisionRecallCurve
    let metrics: BinaryMetrics
    let positive: String

    /// - Parameters:
    ///   - curve: of the scores that `metrics` are of.
    ///   - positive: what the score is of, such as "sad-or-neutral expression".
    public init(curve: PrecisionRecallCurve, metrics: BinaryMetrics, positive: String) {
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
            in: &svg, xTicks: .shares, yTicks: .shares, xName: "Recall (sensitivity)",
            yName: "Precision")
        let chance = curve.prevalence ?? 0.5
        if let prevalence = curve.prevalence {
            svg.path([panel.point(0, prevalence), panel.point(1, prevalence)], style: "guide")
            let place = panel.point(1, prevalence)
            svg.text(
                "chance \(fixed(prevalence, 2))", x: place.x - 3, y: place.y - 3, anchor: .end,
                style: "note soft")
        }
        svg.path(steps.map { panel.point($0.x, $0.y) }, style: "line one")
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
        let base = chance > 0.3 ? panel.bottom : panel.point(0, chance).y - 3
        svg.notes(notes, keys: keys, x: panel.left + 8, y: base - 7 - height)
        return svg.document(
            id: id, title: "Precision and recall of the \(positive) score",
            description: description, width: FigureStyle.column, height: panel.bottom + 26)
    }

    public var csv: String {
        table(
            ["threshold", "recall", "precision"],
            curve.points.map { [exact($0.threshold), exact($0.recall), exact($0.precision)] })
    }

    /// The rectangles whose area the average precision is: each stretch of recall has the
    /// precision of the threshold that first reaches its end. The drop at a recall where only
    /// negative samples are added is drawn to its foot, so that every threshold is on the line.
    private var steps: [(x: Double, y: Double)] {
        var result: [(x: Double, y: Double)] = []
        var recall = 0.0
        for point in curve.points {
            if point.recall > recall { result.append((recall, point.precision)) }
            recall = point.recall
            result.append((recall, point.precision))
        }
        return result
    }

    private var description: String {
        var text = "Precision against recall for \(grouped(metrics.n)) samples. "
        text += "Average precision: \(metrics.averagePrecision). "
        if let recall = metrics.sensitivity.value, let precision = metrics.precision.value {
            text += "At the threshold \(fixed(metrics.threshold, 2)) the precision is "
            text += "\(fixed(precision, 3)), the recall \(fixed(recall, 3)). "
        }
        if let prevalence = curve.prevalence {
            text += "The dashed line is the precision of chance, \(fixed(prevalence, 3))."
        }
        return text
    }
}
