/// The ROC curve with its area, the point of the threshold in use and, where it is known, the
/// point of a person on the same task.
public struct RocFigure: CurveFigure {
    public static let name = "roc"

    /// A person, or a group of them, as a point beside the curve.
    public struct Rater: Sendable, Equatable {
        public let label: String
        public let falsePositiveRate: Double
        public let truePositiveRate: Double

        /// - Parameters:
        ///   - label: such as "one tagger against the others".
        ///   - falsePositiveRate: 0...1.
        ///   - truePositiveRate: 0...1.
        public init(label: String, falsePositiveRate: Double, truePositiveRate: Double) {
            precondition(
                (0 ... 1).contains(falsePositiveRate) && (0 ... 1).contains(truePositiveRate),
                "rates lie in 0...1, got \(falsePositiveRate) and \(truePositiveRate)")
            self.label = label
            self.falsePositiveRate = falsePositiveRate
            self.truePositiveRate = truePositiveRate
        }
    }

    let series: [CurveSeries<RocCurve>]
    let positive: String
    let rater: Rater?

    public init(series: [CurveSeries<RocCurve>], positive: String) {
        self.init(series: series, positive: positive, rater: nil)
    }

    public init(series: [CurveSeries<RocCurve>], positive: String, rater: Rater?) {
        self.series = series
        self.positive = positive
        self.rater = rater
    }

    public init(curve: RocCurve, metrics: BinaryMetrics, positive: String, rater: Rater?) {
        self.init(
            series: [CurveSeries("", curve: curve, metrics: metrics)], positive: positive,
            rater: rater)
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let panel = Self.panel
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: .shares,
            xName: "False positive rate (1 − specificity)",
            yName: "True positive rate (sensitivity)")
        svg.path([panel.point(0, 0), panel.point(1, 1)], style: "guide")
        for (index, entry) in series.enumerated() {
            svg.path(
                entry.curve.corners.map { panel.point($0.falsePositiveRate, $0.truePositiveRate) },
                style: "line " + FigureStyle.Series(index).line)
        }
        let keys = drawPoints(on: panel, in: &svg)
        var notes: [String] = []
        if series.count == 1, let metrics = series.first?.metrics {
            notes = lines("AUC", metrics.auc, confidence: metrics.bootstrap.confidence)
            notes.append("n = \(grouped(metrics.n)), \(grouped(metrics.positives)) positive")
        }
        let rows = Double(notes.count + keys.count - 1)
        svg.notes(
            notes, keys: keys, x: panel.left + panel.width * 0.36, y: panel.bottom - 7 - 10 * rows)
        let height = drawLegend(series, ("AUC", .auc), in: &svg, under: panel.bottom)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    /// The operating points, in the colour of their curve unless it is the only one, and the
    /// rater.
    private func drawPoints(on panel: Panel, in svg: inout SVG) -> [Key] {
        var keys: [Key] = []
        for (index, entry) in series.enumerated() {
            guard let rate = Self.operatingPoint(entry.metrics) else { continue }
            let look = series.count > 1 ? FigureStyle.Series(index) : nil
            let point = panel.point(rate.falsePositive, rate.truePositive)
            svg.mark(look?.mark ?? .circle, x: point.x, y: point.y, style: look?.colour ?? "two")
            if keys.isEmpty {
                keys = [Key(.circle, look?.colour ?? "two", thresholdName)]
            }
        }
        if let rater {
            let style = series.count > 1 ? "six" : "three"
            let point = panel.point(rater.falsePositiveRate, rater.truePositiveRate)
            svg.mark(.diamond, x: point.x, y: point.y, style: style)
            keys.append(
                Key(.diamond, style, FigureStyle.fitted(rater.label, to: panel.width * 0.58)))
        }
        return keys
    }

    private var thresholdName: String {
        let thresholds = series.map(\.metrics.threshold)
        guard let first = thresholds.first, thresholds.allSatisfy({ $0 == first }) else {
            return "each curve's threshold"
        }
        return "threshold \(fixed(first, 2))\(series.count > 1 ? " (each curve's mark)" : "")"
    }

    public var csv: String {
        table(["threshold", "false_positive_rate", "true_positive_rate"], of: series) {
            $0.points.map {
                [exact($0.threshold), exact($0.falsePositiveRate), exact($0.truePositiveRate)]
            }
        }
    }

    public var title: String {
        "\(series.count > 1 ? "ROC curves" : "ROC curve") of the \(positive) score"
    }

    public var summary: String {
        var text = "True positive rate against false positive rate. "
        for entry in series {
            text += opening(entry, of: series) + "Area under the curve: \(entry.metrics.auc). "
            if let rate = Self.operatingPoint(entry.metrics) {
                text += "At the threshold \(fixed(entry.metrics.threshold, 2)) the false positive "
                text += "rate is \(fixed(rate.falsePositive, 3)), the true positive rate "
                text += "\(fixed(rate.truePositive, 3)). "
            }
        }
        if let rater {
            text += "\(rater.label): \(fixed(rater.falsePositiveRate, 3)) and "
            text += "\(fixed(rater.truePositiveRate, 3)). "
        }
        return text + "The dashed diagonal is chance."
    }

    private static func operatingPoint(
        _ metrics: BinaryMetrics
    ) -> (falsePositive: Double, truePositive: Double)? {
        guard let sensitivity = metrics.sensitivity.value,
            let specificity = metrics.specificity.value
        else { return nil }
        return (1 - specificity, sensitivity)
    }
}
