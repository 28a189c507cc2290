/// A curve of the scores of some samples, with their metrics.
public struct CurveSeries<Curve: Sendable>: Sendable {
    /// For the legend, such as the name of a model.
    public let label: String
    public let curve: Curve
    public let metrics: BinaryMetrics

    /// - Parameter metrics: of the scores that `curve` is of.
    public init(_ label: String, curve: Curve, metrics: BinaryMetrics) {
        self.label = label
        self.curve = curve
        self.metrics = metrics
    }
}

/// A plot from 0 to 1 both ways, of one curve or of several to compare.
public protocol CurveFigure: Figure {
    associatedtype Curve: Sendable

    /// - Parameters:
    ///   - series: in the order of the legend, which is left out for a single one.
    ///   - positive: what the score is of, such as "sad-or-neutral expression".
    init(series: [CurveSeries<Curve>], positive: String)
}

extension CurveFigure {
    /// - Parameters:
    ///   - curve: of the scores that `metrics` are of.
    ///   - positive: what the score is of, such as "sad-or-neutral expression".
    public init(curve: Curve, metrics: BinaryMetrics, positive: String) {
        self.init(series: [CurveSeries("", curve: curve, metrics: metrics)], positive: positive)
    }

    static var panel: Panel {
        let side = FigureStyle.column - 48
        return Panel(
            left: 40, top: 8, width: side, height: side, horizontal: 0 ... 1, vertical: 0 ... 1)
    }

    /// A line for each series, under a plot whose axis names end 26 points under `bottom`: label
    /// and metric.
    /// - Returns: the height of the page.
    func drawLegend(
        _ series: [CurveSeries<Curve>], _ metric: (name: String, kind: BinaryMetric),
        in svg: inout SVG, under bottom: Double
    ) -> Double {
        guard series.count > 1 else { return bottom + 26 }
        for (index, entry) in series.enumerated() {
            let value = ": \(metric.name) \(entry.metrics[metric.kind])"
            let room = FigureStyle.column - 34 - FigureStyle.width(value)
            svg.key(
                Key(
                    line: FigureStyle.Series(index).line,
                    FigureStyle.fitted(entry.label, to: max(room, 20)) + value),
                x: 12, y: bottom + 34 + 10 * Double(index))
        }
        return bottom + 30 + 10 * Double(series.count)
    }

    /// "v2, 3,199 samples" before what is said of a series; the label only where there are more.
    func opening(_ entry: CurveSeries<Curve>, of series: [CurveSeries<Curve>]) -> String {
        let samples = "\(grouped(entry.metrics.n)) samples"
        return series.count > 1 ? "\(entry.label), \(samples). " : "\(samples). "
    }

    /// A csv of the rows of all series, with a first column of labels where there are more.
    func table(
        _ header: [String], of series: [CurveSeries<Curve>], _ rows: (Curve) -> [[String?]]
    ) -> String {
        let labelled = series.count > 1
        return CSV.table(
            (labelled ? ["series"] : []) + header,
            series.flatMap { entry in
                rows(entry.curve).map { (labelled ? [entry.label] : []) + $0 }
            })
    }
}
