/// The share of each emotion's samples that is decided wrongly.
public struct EmotionErrorsFigure: Figure {
    public static let name = "errors-by-emotion"

    /// The samples of an emotion.
    public struct Row: Sendable, Equatable {
        public let emotion: String
        public let n: Int
        public let wrong: Int
        public let isPositive: Bool
        /// The share of wrong ones; `nil` takes Wilson's interval.
        let share: Estimate?

        /// - Parameters:
        ///   - wrong: 0...n.
        ///   - isPositive: whether the emotion is mapped to the positive class.
        public init(
            _ emotion: String, n: Int, wrong: Int, isPositive: Bool, share: Estimate? = nil
        ) {
            precondition(
                n >= 0 && (0 ... max(n, 0)).contains(wrong),
                "expected 0...n wrong, got \(wrong) of \(n)")
            self.emotion = emotion
            self.n = n
            self.wrong = wrong
            self.isPositive = isPositive
            self.share = share
        }
    }

    let rows: [Row]
    let confidence: Double

    /// - Parameters:
    ///   - rows: from top to bottom.
    ///   - confidence: of the Wilson intervals.
    public init(rows: [Row], confidence: Double = 0.95) {
        self.rows = rows
        self.confidence = confidence
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let plot = DotPlot(
            rows: rows.map { row in
                DotPlot.Row(
                    name: row.emotion, note: "n = \(grouped(row.n))",
                    values: [(share(row), row.isPositive ? 0 : 1)])
            },
            axis: "Share decided wrongly (bars: \(percent(confidence)))",
            keys: [
                Key(.circle, "one", "positive emotions, called negative"),
                Key(.square, "two", "other emotions, called positive"),
            ], startsAtZero: true)
        let height = plot.draw(in: &svg)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    private func share(_ row: Row) -> Estimate {
        row.share
            ?? .proportion(row.wrong, of: row.n, confidence: confidence, emptyReason: "no samples")
    }

    public var csv: String {
        CSV.table(
            ["emotion", "positive", "n", "wrong", "share", "low", "high"],
            rows.map { row in
                let share = share(row)
                return [
                    row.emotion, row.isPositive ? "1" : "0", "\(row.n)", "\(row.wrong)",
                    exact(share.value), exact(share.low), exact(share.high),
                ]
            })
    }

    public var title: String { "Errors by emotion" }

    public var summary: String {
        let parts = rows.map { row in
            "\(row.emotion) (\(row.isPositive ? "positive" : "other")): "
                + "\(grouped(row.wrong)) of \(grouped(row.n)), \(share(row))"
        }
        return "Share of each emotion's samples that is decided wrongly, with "
            + "\(percent(confidence)) intervals. \(parts.joined(separator: "; "))."
    }
}
