/// The scores that samples of each emotion get: the shape of their distribution above the
/// median, the middle half and the middle nine tenths.
public struct ScoreDistributionFigure: Figure {
    public static let name = "scores-by-emotion"

    /// The samples of an emotion.
    public struct Group: Sendable, Equatable {
        public let name: String
        /// Ascending.
        public let scores: [Double]
        public let isPositive: Bool

        /// - Parameters:
        ///   - scores: 0...1, in any order.
        ///   - isPositive: whether the emotion is mapped to the positive class.
        public init(_ name: String, scores: [Double], isPositive: Bool) {
            precondition(
                scores.allSatisfy { (0 ... 1).contains($0) },
                "expected scores in 0...1, got \(scores.first { !(0 ... 1).contains($0) } ?? .nan)")
            self.name = name
            self.scores = scores.sorted()
            self.isPositive = isPositive
        }

        /// The value below which a share of the scores lies; `nil` without scores.
        func quantile(_ probability: Double) -> Double? {
            scores.isEmpty ? nil : Evaluation.quantile(scores, probability)
        }

        var mean: Double? {
            scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
        }

        /// Counts by score; a score on an edge belongs to the bin above it, 1 to the last.
        var counts: [Int] {
            scores.reduce(into: [Int](repeating: 0, count: ScoreDistributionFigure.bins)) {
                $0[min(Int($1 * Double($0.count)), $0.count - 1)] += 1
            }
        }
    }

    private static let bins = 20
    private static let rowHeight = 27.0

    let groups: [Group]
    let positive: String
    let threshold: Double

    /// - Parameters:
    ///   - groups: from top to bottom.
    ///   - positive: what the score is of, such as "sad-or-neutral expression".
    ///   - threshold: scores from here on are positive decisions.
    public init(groups: [Group], positive: String, threshold: Double = 0.5) {
        self.groups = groups
        self.positive = positive
        self.threshold = threshold
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let names = groups.map { FigureStyle.width($0.name) } + [FigureStyle.width("n = 1,000")]
        let left = 12 + min(FigureStyle.nameWidth, names.max() ?? 0)
        let panel = Panel(
            left: left, top: 28, width: FigureStyle.column - left - 10,
            height: Self.rowHeight * Double(max(groups.count, 1)), horizontal: 0 ... 1,
            vertical: 0 ... 1)
        panel.drawAxes(
            in: &svg, xTicks: .shares, yTicks: Ticks(names: []), xName: "Score (\(positive))",
            yName: nil)
        let mark = panel.point(threshold, 1)
        svg.path([mark, panel.point(threshold, 0)], style: "guide")
        svg.text(
            "threshold \(fixed(threshold, 2))", x: mark.x, y: mark.y - 3.5,
            anchor: threshold < 0.25 ? .start : threshold > 0.75 ? .end : .middle,
            style: "small soft")
        if groups.isEmpty { panel.noteEmpty(in: &svg) }
        for (index, group) in groups.enumerated() {
            draw(group, top: panel.top + Self.rowHeight * Double(index), on: panel, in: &svg)
        }
        svg.key(Key(.circle, "one", "positive emotions"), x: 4, y: 10)
        svg.key(Key(.square, "two", "other emotions"), x: 92, y: 10)
        return svg.document(
            of: self, id: id, width: FigureStyle.column, height: panel.bottom + 26)
    }

    private func draw(_ group: Group, top: Double, on panel: Panel, in svg: inout SVG) {
        let style = group.isPositive ? "one" : "two"
        let names = (x: panel.left - 6, y: top + Self.rowHeight / 2)
        svg.text(
            FigureStyle.fitted(group.name, to: panel.left - 10), x: names.x, y: names.y,
            anchor: .end)
        svg.text(
            "n = \(grouped(group.scores.count))", x: names.x, y: names.y + 8, anchor: .end,
            style: "small soft")
        let counts = group.counts
        let highest = Double(max(counts.max() ?? 0, 1))
        let foot = top + 17.5
        for (bin, count) in counts.enumerated() where count > 0 {
            let start = panel.point(Double(bin) / Double(Self.bins), 0).x
            let end = panel.point(Double(bin + 1) / Double(Self.bins), 0).x
            let height = 14 * Double(count) / highest
            svg.rectangle(
                x: start + 0.3, y: foot - height, width: end - start - 0.6, height: height,
                style: "column " + style, opacity: 0.55)
        }
        func line(_ from: Double, _ to: Double, _ thickness: String) {
            guard let low = group.quantile(from), let high = group.quantile(to) else { return }
            svg.path(
                [(panel.point(low, 0).x, foot + 4.2), (panel.point(high, 0).x, foot + 4.2)],
                style: "bar \(thickness)\(style)")
        }
        line(0.05, 0.95, "")
        line(0.25, 0.75, "thick ")
        if let median = group.quantile(0.5) {
            svg.mark(
                group.isPositive ? .circle : .square, x: panel.point(median, 0).x, y: foot + 4.2,
                style: style)
        }
    }

    public var csv: String {
        let edges = (0 ..< Self.bins).map {
            "count_from_" + fixed(Double($0) / Double(Self.bins), 2)
        }
        return CSV.table(
            ["emotion", "positive", "n", "mean", "p05", "p25", "median", "p75", "p95"] + edges,
            groups.map { group in
                [group.name, group.isPositive ? "1" : "0", "\(group.scores.count)"]
                    + [exact(group.mean)]
                    + [0.05, 0.25, 0.5, 0.75, 0.95].map { exact(group.quantile($0)) }
                    + group.counts.map { "\($0)" }
            })
    }

    public var title: String { "Distribution of the \(positive) score by emotion" }

    public var summary: String {
        let parts = groups.map { group in
            let kind = group.isPositive ? "positive" : "other"
            guard let low = group.quantile(0.25), let middle = group.quantile(0.5),
                let high = group.quantile(0.75)
            else { return "\(group.name) (\(kind)): no samples" }
            return "\(group.name) (\(kind), n = \(grouped(group.scores.count))): "
                + "\(fixed(middle, 2)) (\(fixed(low, 2)) to \(fixed(high, 2)))"
        }
        return "Median score and middle half for each emotion. \(parts.joined(separator: "; ")). "
            + "Columns show the shape of each distribution, each row to its own highest column; "
            + "the thin line holds the middle nine tenths. "
            + "The dashed line is the threshold, \(fixed(threshold, 2))."
    }
}
