import Foundation

/// One line that shows how far a training run is: a bar, the figures, and a sparkline of the loss.
package struct TrainingLine {
    package let plan: TrainingPlan
    /// Whether blocks are drawn beside the figures.
    package let isDrawn: Bool
    /// The loss of each step.
    private var losses: [Double] = []

    /// - Parameter environment: with NO_COLOR or a dumb terminal nothing is drawn.
    package init(
        _ plan: TrainingPlan,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.plan = plan
        isDrawn = environment["NO_COLOR"]?.isEmpty ?? true && environment["TERM"] != "dumb"
    }

    package mutating func add(_ loss: Double) { losses.append(loss) }

    /// - Parameters:
    ///   - figures: what is said of the step.
    ///   - width: columns of the terminal; the line keeps one free.
    package func text(step: Int, figures: String, width: Int) -> String {
        let room = width - 1 - figures.count - 2
        guard isDrawn, room >= 16 else { return figures }
        let barWidth = min(20, room / 2)
        let sparkWidth = min(24, room - barWidth)
        return Self.bar(share: Double(step) / Double(max(plan.totalSteps, 1)), width: barWidth)
            + " \(figures) " + Self.sparkline(losses, width: sparkWidth)
    }

    /// "████▌     ".
    package static func bar(share: Double, width: Int) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(8 * width)).rounded(.down))
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let text = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return text + String(repeating: " ", count: width - text.count)
    }

    /// Means of equal parts of a series, the lowest as "▁", the highest as "█".
    package static func sparkline(_ values: [Double], width: Int) -> String {
        let known = values.filter(\.isFinite)
        let count = min(width, known.count)
        guard count > 0 else { return "" }
        let means = (0 ..< count).map { part -> Double in
            let range = part * known.count / count ..< (part + 1) * known.count / count
            return known[range].reduce(0, +) / Double(range.count)
        }
        let (low, high) = (means.min() ?? 0, means.max() ?? 0)
        let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        return String(
            means.map { mean in
                high > low ? blocks[Int((7 * (mean - low) / (high - low)).rounded())] : "▁"
            })
    }
}
