/// The ROC curve with its area, the point of the threshold in use and, where it is known, the
/// point of a person on the same task.
public struct RocFigure: Figure {
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

    let curve: RocCurve
    let metrics: BinaryMetrics
    let positive: String
    let rater: Rater?

    /// - Parameters:
    ///   - curve: of the scores that `metrics` are of.
    ///   - positive: what the score is of, such as "sad-or-neutral expression".
    public init(
        curve: RocCurve, metrics: BinaryMetrics, positive: String, rater: Rater? = nil
    ) {
        self.curve = curve
        self.metrics = metrics
        self.positive = positive
        self.rater = rater
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let side = FigureStyle.column - 48
        let panel = Panel(
            left: 40, top: 8, width: side, height: side, horizontal: 0 ... 1, vertical: 0 ... 1)
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: .shares,
            xName: "False positive rate (1 − specificity)",
            yName: "True positive rate (sensitivity)")
        svg.path([panel.point(0, 0), panel.point(1, 1)], style: "guide")
        svg.path(
            curve.corners.map { panel.point($0.falsePositiveRate, $0.truePositiveRate) },
            style: "line one")
        var keys: [Key] = []
        if let rate = operatingPoint {
            let point = panel.point(rate.falsePositive, rate.truePositive)
            svg.mark(.circle, x: point.x, y: point.y, style: "two")
            keys.append(Key(.circle, "two", "threshold \(fixed(metrics.threshold, 2))"))
        }
        if let rater {
            let point = panel.point(rater.falsePositiveRate, rater.truePositiveRate)
            svg.mark(.diamond, x: point.x, y: point.y, style: "three")
            keys.append(Key(.diamond, "three", rater.label))
        }
        let notes =
            lines("AUC", metrics.auc, confidence: metrics.bootstrap.confidence)
            + ["n = \(grouped(metrics.n)), \(grouped(metrics.positives)) positive"]
        svg.notes(
            notes, keys: keys, x: panel.left + side * 0.36,
            y: panel.bottom - 7 - 10 * Double(notes.count + keys.count - 1))
        return svg.document(
            id: id, title: "ROC curve of the \(positive) score", description: description,
            width: FigureStyle.column, height: panel.bottom + 26)
    }

    public var csv: String {
        table(
            ["threshold", "false_positive_rate", "true_positive_rate"],
            curve.points.map {
                [exact($0.threshold), exact($0.falsePositiveRate), exact($0.truePositiveRate)]
            })
    }

    private var operatingPoint: (falsePositive: Double, truePositive: Double)? {
        guard let sensitivity = metrics.sensitivity.value,
            let specificity = metrics.specificity.value
        else { return nil }
        return (1 - specificity, sensitivity)
    }

    private var description: String {
        var text = "True positive rate against false positive rate for \(grouped(metrics.n)) "
        text += "samples. Area under the curve: \(metrics.auc). "
        if let rate = operatingPoint {
            text += "At the threshold \(fixed(metrics.threshold, 2)) the false positive rate is "
            text += "\(fixed(rate.falsePositive, 3)), the true positive rate "
            text += "\(fixed(rate.truePositive, 3)). "
        }
        if let rater {
            text += "\(rater.label): \(fixed(rater.falsePositiveRate, 3)) and "
            text += "\(fixed(rater.truePositiveRate, 3)). "
        }
        return text + "The dashed diagonal is chance."
    }
}
