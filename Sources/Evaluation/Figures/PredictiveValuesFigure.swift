import Foundation

/// What a positive and a negative decision would be worth where the positive class is rarer or
/// commoner than in the test data.
public struct PredictiveValuesFigure: Figure {
    public static let name = "predictive-values"

    /// The predictive values at a prevalence.
    public struct Point: Sendable, Equatable {
        public let prevalence: Double
        /// The share of positive decisions that is right.
        public let positive: Estimate
        /// The share of negative decisions that is right.
        public let negative: Estimate

        /// - Parameter prevalence: above 0, up to 1.
        public init(prevalence: Double, positive: Estimate, negative: Estimate) {
            precondition(
                prevalence > 0 && prevalence <= 1,
                "expected a prevalence above 0, up to 1, got \(prevalence)")
            self.prevalence = prevalence
            self.positive = positive
            self.negative = negative
        }
    }

    /// 0.01 to 0.5 in 40 equal steps of the logarithm: close enough for smooth curves.
    public static let prevalences = (0 ... 40).map { step in
        step == 40 ? 0.5 : 0.01 * pow(50, Double(step) / 40)
    }

    /// Stands under the figure.
    public static let caution =
        "They concern the expression of a face, not an illness of a person."

    let points: [Point]
    let testPrevalence: Double?
    let confidence: Double

    /// - Parameters:
    ///   - points: such as at ``prevalences``; drawn in the order of their prevalence.
    ///   - testPrevalence: the share of positive samples in the test data.
    ///   - confidence: of the intervals.
    public init(points: [Point], testPrevalence: Double? = nil, confidence: Double = 0.95) {
        self.points = points.sorted { $0.prevalence < $1.prevalence }
        self.testPrevalence = testPrevalence
        self.confidence = confidence
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let lowest = min(0.01, points.first?.prevalence ?? 1)
        let highest = max(0.5, points.last?.prevalence ?? 0)
        let panel = Panel(
            left: 40, top: 8, width: FigureStyle.column - 52, height: 130,
            horizontal: log10(lowest) ... log10(highest), vertical: 0 ... 1)
        let shown = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]
            .filter { (lowest ... highest).contains($0) }
        panel.drawAxes(
            in: &svg, xTicks: Ticks(logarithmsOf: shown), yTicks: .shares,
            xName: "Prevalence of the expression (log scale)", yName: "Predictive value")
        if let testPrevalence, (lowest ... highest).contains(testPrevalence) {
            let foot = panel.point(log10(testPrevalence), 0)
            svg.path([foot, panel.point(log10(testPrevalence), 1)], style: "guide")
            svg.text(
                "test data \(percent(testPrevalence))", x: foot.x - 3, y: foot.y - 5,
                anchor: .end, style: "note soft")
        }
        panel.drawBand(
            points.map { (log10($0.prevalence), $0.negative) }, style: "two dashed", in: &svg)
        panel.drawBand(
            points.map { (log10($0.prevalence), $0.positive) }, style: "one", in: &svg)
        svg.key(Key(line: "one", "positive predictive value"), x: 12, y: panel.bottom + 34)
        svg.key(Key(line: "two dashed", "negative predictive value"), x: 134, y: panel.bottom + 34)
        svg.text(Self.caution, x: 12, y: panel.bottom + 45, style: "small soft")
        return svg.document(
            of: self, id: id, width: FigureStyle.column, height: panel.bottom + 51)
    }

    public var csv: String {
        CSV.table(
            [
                "prevalence", "positive_predictive_value", "ppv_low", "ppv_high",
                "negative_predictive_value", "npv_low", "npv_high",
            ],
            points.map {
                [
                    exact($0.prevalence), exact($0.positive.value), exact($0.positive.low),
                    exact($0.positive.high), exact($0.negative.value), exact($0.negative.low),
                    exact($0.negative.high),
                ]
            })
    }

    public var title: String { "Predictive values by prevalence of the expression" }

    public var summary: String {
        var text = "Share of positive and of negative decisions that is right, by prevalence, "
        text += "with \(percent(confidence)) intervals. "
        for wanted in [0.01, 0.05, 0.2, 0.5] {
            let nearest = points.min {
                abs(log($0.prevalence / wanted)) < abs(log($1.prevalence / wanted))
            }
            guard let nearest, abs(log(nearest.prevalence / wanted)) < 0.05 else { continue }
            text += "At \(percent(nearest.prevalence)): \(nearest.positive) and "
            text += "\(nearest.negative). "
        }
        return text + Self.caution
    }
}
