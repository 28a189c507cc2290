/// Rows of rates with their intervals, beside the names of the rows, on one axis of shares.
struct DotPlot {
    struct Row {
        let name: String
        /// Under the name, in small letters, such as "n = 394".
        let note: String
        /// Drawn one under the other, each in the look of its series.
        let values: [(estimate: Estimate, series: Int)]
        /// A short line across the row: a value to compare with.
        var base: Double?
    }

    let rows: [Row]
    let axis: String
    /// A dashed line down all rows.
    var line: Double?
    /// Above the plot, one under the other.
    var keys: [Key] = []
    /// Whether the axis goes from 0 to the largest value, and not from the smallest to 1.
    var startsAtZero = false

    private static let rowHeight = 21.0
    /// Between the values of a row.
    private static let step = 6.5

    /// - Returns: the height of the page.
    func draw(in svg: inout SVG) -> Double {
        let panel = panel
        panel.drawAxes(
            in: &svg, xTicks: Ticks(in: panel.horizontal, about: 5), yTicks: Ticks(names: []),
            xName: axis, yName: nil)
        panel.markCuts(in: &svg, horizontal: true, vertical: false)
        if let line {
            svg.path([panel.point(line, 0), panel.point(line, 1)], style: "guide")
        }
        if rows.isEmpty { panel.noteEmpty(in: &svg) }
        for (index, row) in rows.enumerated() { draw(row, index, on: panel, in: &svg) }
        for (index, key) in keys.enumerated() {
            svg.key(key, x: 4, y: 10 + 10 * Double(index))
        }
        return panel.bottom + 26
    }

    private func draw(_ row: Row, _ index: Int, on panel: Panel, in svg: inout SVG) {
        let middle = panel.top + Self.rowHeight * (Double(index) + 0.5)
        let room = panel.left - 10
        svg.text(
            FigureStyle.fitted(row.name, to: room), x: panel.left - 6, y: middle - 0.5,
            anchor: .end)
        svg.text(
            FigureStyle.fitted(row.note, to: room, size: FigureStyle.smallSize),
            x: panel.left - 6, y: middle + 7.5, anchor: .end, style: "small soft")
        if let base = row.base {
            let x = panel.point(base, 0).x
            svg.path([(x, middle - 8), (x, middle + 8)], style: "axis")
        }
        for (place, value) in row.values.enumerated() {
            let offset = Self.step * (Double(place) - Double(row.values.count - 1) / 2)
            draw(
                value.estimate, FigureStyle.Series(value.series), y: middle + offset, on: panel,
                in: &svg)
        }
    }

    private func draw(
        _ estimate: Estimate, _ look: FigureStyle.Series, y: Double, on panel: Panel,
        in svg: inout SVG
    ) {
        guard let value = estimate.value else {
            let reason = FigureStyle.fitted(
                estimate.reason ?? "no value", to: panel.width - 8, size: FigureStyle.smallSize)
            svg.text(reason, x: panel.left + 5, y: y + 2.3, style: "small soft")
            return
        }
        if let low = estimate.low, let high = estimate.high {
            svg.path(
                [(panel.point(low, 0).x, y), (panel.point(high, 0).x, y)],
                style: "bar " + look.colour)
        }
        svg.mark(look.mark, x: panel.point(value, 0).x, y: y, style: look.colour)
    }

    private var panel: Panel {
        let texts =
            rows.map { FigureStyle.width($0.name) }
            + rows.map { FigureStyle.width($0.note, size: FigureStyle.smallSize) }
        let left = 12 + min(FigureStyle.nameWidth, max(24, texts.max() ?? 0))
        return Panel(
            left: left, top: 6 + 10 * Double(keys.count), width: FigureStyle.column - left - 10,
            height: Self.rowHeight * Double(max(rows.count, 1)), horizontal: range,
            vertical: 0 ... 1)
    }

    private var range: ClosedRange<Double> {
        let estimates = rows.flatMap { $0.values.map(\.estimate) }
        let drawn =
            estimates.flatMap { [$0.low, $0.value, $0.high] }.compactMap { $0 }
            + rows.compactMap(\.base) + [line].compactMap { $0 }
        return startsAtZero
            ? Ticks.range(from: 0, toHold: drawn.max() ?? 1)
            // A base on the axis itself would not be seen.
            : Ticks.rangeUpToOne(holding: drawn.min().map { $0 - 0.01 })
    }
}
