/// A confusion matrix: in each cell the count, and its share of the row.
public struct ConfusionFigure: Figure {
    public static let name = "confusion"

    let matrix: ConfusionMatrix

    public init(_ matrix: ConfusionMatrix) { self.matrix = matrix }

    /// Dark enough to tell, light enough to read ink on it.
    private static let deepest = 0.55

    public func svg(id: String) -> String {
        var svg = SVG()
        let classes = matrix.classes
        let total = classes.count > 3 ? FigureStyle.wideColumn : FigureStyle.column
        let labels = classes.indices.map { "n = \(grouped(matrix.labelled($0)))" } + classes
        let room = min(FigureStyle.nameWidth, labels.map { FigureStyle.width($0) }.max() ?? 0)
        let left = 20 + room
        let top = 32.0
        let width = (total - left - 4) / Double(max(classes.count, 1))
        let height = min(width, classes.count > 3 ? 34 : 48)
        let bottom = top + height * Double(classes.count)
        svg.text("Predicted", x: (left + total - 4) / 2, y: 12, anchor: .middle)
        svg.text("True", x: 11, y: (top + bottom) / 2, anchor: .middle, upright: true)
        for (row, name) in classes.enumerated() {
            let y = top + height * (Double(row) + 0.5)
            svg.text(
                FigureStyle.fitted(name, to: room), x: left - 6, y: y - 1, anchor: .end)
            svg.text(labels[row], x: left - 6, y: y + 8, anchor: .end, style: "small soft")
            svg.text(
                FigureStyle.fitted(name, to: width - 2), x: left + width * (Double(row) + 0.5),
                y: top - 6, anchor: .middle)
        }
        for row in classes.indices {
            for column in classes.indices {
                let x = left + width * Double(column)
                let y = top + height * Double(row)
                let share = share(row, column)
                svg.rectangle(
                    x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, style: "cell",
                    opacity: 0.04 + (share ?? 0) * (Self.deepest - 0.04))
                let centre = (x: x + width / 2, y: y + height / 2)
                svg.text(
                    grouped(matrix.counts[row][column]), x: centre.x, y: centre.y - 0.5,
                    anchor: .middle)
                svg.text(
                    share.map { fixed($0 * 100, 1) + " %" } ?? "–", x: centre.x,
                    y: centre.y + 8.5, anchor: .middle, style: "small")
            }
        }
        svg.text(
            "Percentages are of the true class (row).", x: total - 4, y: bottom + 11,
            anchor: .end, style: "small soft")
        return svg.document(of: self, id: id, width: total, height: bottom + 17)
    }

    public var title: String { "Confusion matrix" }

    public var csv: String {
        CSV.table(
            ["true"] + matrix.classes,
            matrix.classes.indices.map { row in
                [matrix.classes[row]] + matrix.counts[row].map { "\($0)" }
            })
    }

    /// `nil` in a row without samples.
    private func share(_ row: Int, _ column: Int) -> Double? {
        let all = matrix.labelled(row)
        return all > 0 ? Double(matrix.counts[row][column]) / Double(all) : nil
    }

    public var summary: String {
        let rows = matrix.classes.indices.map { row in
            let cells = matrix.classes.indices.map { column in
                "\(grouped(matrix.counts[row][column])) as \(matrix.classes[column])"
            }
            return "Of \(grouped(matrix.labelled(row))) \(matrix.classes[row]), "
                + cells.joined(separator: ", ") + "."
        }
        return rows.joined(separator: " ")
    }
}
