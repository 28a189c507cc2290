import Foundation

/// The error of predicted scores against the true scores, a point for each sample.
public struct ScoreErrorFigure: Figure {
    public static let name = "error-by-score"

    let score: String
    let truths: [Double]
    let predictions: [Double]

    /// - Parameters:
    ///   - score: what it is, such as "PHQ-8".
    ///   - truths: finite, 0 or more.
    public init(score: String, truths: [Double], predictions: [Double]) {
        precondition(
            truths.count == predictions.count,
            "expected \(truths.count) predictions, got \(predictions.count)")
        self.score = score
        self.truths = truths
        self.predictions = predictions
    }

    private var errors: [Double] { zip(predictions, truths).map { $0 - $1 } }

    public func svg(id: String) -> String {
        var svg = SVG()
        let across = Ticks.range(from: 0, toHold: truths.max() ?? 1)
        let up = Ticks.range(from: 0, toHold: errors.map(abs).max() ?? 1, about: 2).upperBound
        let panel = Panel(
            left: 40, top: 8, width: FigureStyle.column - 48, height: 150,
            horizontal: across, vertical: -up ... up)
        panel.drawAxes(
            in: &svg, xTicks: Ticks(in: across, about: 6), yTicks: Ticks(in: -up ... up, about: 4),
            xName: "True score (\(score))", yName: "Predicted minus true")
        svg.path(
            [panel.point(across.lowerBound, 0), panel.point(across.upperBound, 0)], style: "guide")
        if truths.isEmpty { panel.noteEmpty(in: &svg) }
        let look = FigureStyle.Series(0)
        for (truth, error) in zip(truths, errors) {
            let place = panel.point(truth, error)
            svg.mark(look.mark, x: place.x, y: place.y, style: look.colour)
        }
        return svg.document(
            of: self, id: id, width: FigureStyle.column, height: panel.bottom + 26)
    }

    public var csv: String {
        CSV.table(
            ["score", "predicted", "error"],
            truths.indices.map { [exact(truths[$0]), exact(predictions[$0]), exact(errors[$0])] })
    }

    public var title: String { "Error of the predicted \(score) score" }

    public var summary: String {
        let count = Double(max(truths.count, 1))
        let mean = errors.map(abs).reduce(0, +) / count
        return "Predicted minus true score of \(grouped(truths.count)) samples. Mean absolute "
            + "error: \(fixed(mean, 2)). Points fall along a line downwards where a model predicts "
            + "nearly the same for all."
    }
}
