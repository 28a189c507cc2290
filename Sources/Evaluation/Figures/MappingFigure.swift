/// How accuracy and AUC depend on which emotions are called positive.
public struct MappingFigure: Figure {
    public static let name = "mappings"

    /// A mapping of emotions to the two classes.
    public struct Row: Sendable, Equatable {
        public let name: String
        public let n: Int
        public let positives: Int
        public let accuracy: Estimate
        public let auc: Estimate
        public let isUsed: Bool

        /// - Parameters:
        ///   - name: the positive emotions, such as "sad, fear".
        ///   - positives: 0...n, under this mapping.
        ///   - isUsed: whether it is the mapping of the main results.
        public init(
            _ name: String, n: Int, positives: Int, accuracy: Estimate, auc: Estimate,
            isUsed: Bool = false
        ) {
            precondition(
                n >= 0 && (0 ... max(n, 0)).contains(positives),
                "expected 0...n positives, got \(positives) of \(n)")
            self.name = name
            self.n = n
            self.positives = positives
            self.accuracy = accuracy
            self.auc = auc
            self.isUsed = isUsed
        }

        /// What always answering the majority class scores; `nil` without samples.
        public var baseRate: Double? {
            n > 0 ? Double(max(positives, n - positives)) / Double(n) : nil
        }
    }

    let rows: [Row]
    let confidence: Double

    /// - Parameters:
    ///   - rows: from top to bottom.
    ///   - confidence: of the intervals.
    public init(rows: [Row], confidence: Double = 0.95) {
        self.rows = rows
        self.confidence = confidence
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let plot = DotPlot(
            rows: rows.map { row in
                let used = row.isUsed ? ", used here" : ""
                return DotPlot.Row(
                    name: row.name, note: "\(grouped(row.positives)) positive\(used)",
                    values: [(row.accuracy, 0), (row.auc, 1)], base: row.baseRate)
            },
            axis: "Accuracy, AUC (bars: \(percent(confidence)))",
            keys: [
                Key(.circle, "one", "accuracy"), Key(.square, "two", "AUC"),
                Key(line: "axis", "accuracy of the majority class"),
            ])
        let height = plot.draw(in: &svg)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    public var csv: String {
        CSV.table(
            [
                "positive_emotions", "used", "n", "positives", "base_rate", "accuracy",
                "accuracy_low", "accuracy_high", "auc", "auc_low", "auc_high",
            ],
            rows.map {
                [
                    $0.name, $0.isUsed ? "1" : "0", "\($0.n)", "\($0.positives)",
                    exact($0.baseRate), exact($0.accuracy.value), exact($0.accuracy.low),
                    exact($0.accuracy.high), exact($0.auc.value), exact($0.auc.low),
                    exact($0.auc.high),
                ]
            })
    }

    public var title: String { "Results by choice of the positive emotions" }

    public var summary: String {
        let parts = rows.map { row in
            "\(row.name)\(row.isUsed ? " (used here)" : ""): accuracy \(row.accuracy), AUC "
                + "\(row.auc), base rate \(row.baseRate.map { fixed($0, 3) } ?? "none"), "
                + "\(grouped(row.positives)) of \(grouped(row.n)) positive"
        }
        return "Accuracy and AUC with \(percent(confidence)) intervals when other emotions are "
            + "called positive. \(parts.joined(separator: "; "))."
    }
}
