/// A metric for each fold of a cross-validation, and for all test units together with its interval.
public struct FoldFigure: Figure {
    public static let name = "folds"

    /// The test units of one fold.
    public struct Fold: Sendable, Equatable {
        public let name: String
        public let n: Int
        public let value: Estimate

        /// - Parameter value: of a metric in 0...1.
        public init(_ name: String, n: Int, value: Estimate) {
            self.name = name
            self.n = n
            self.value = value
        }
    }

    package let metric: String
    let folds: [Fold]
    let pooled: Fold
    /// The value that a constant answer reaches.
    let trivial: Double?
    let confidence: Double

    /// - Parameters:
    ///   - metric: such as "accuracy".
    ///   - pooled: all test units.
    ///   - trivial: what a constant answer reaches, where that is known.
    ///   - confidence: of the interval.
    public init(
        metric: String, folds: [Fold], pooled: Fold, trivial: Double? = nil,
        confidence: Double = 0.95
    ) {
        self.metric = metric
        self.folds = folds
        self.pooled = pooled
        self.trivial = trivial
        self.confidence = confidence
    }

    public var fileName: String { "\(Self.name)-\(slug(metric))" }

    public func svg(id: String) -> String {
        var svg = SVG()
        let line = pooled.value.value.map {
            Key(line: "guide", "all test units: \(fixed($0, 3))")
        }
        let dots = folds.map { fold in
            // Few people are in a fold: a dot says as much.
            let dot = fold.value.value.map { Estimate($0, without: "one fold") } ?? fold.value
            return DotPlot.Row(
                name: fold.name, note: "n = \(grouped(fold.n))", values: [(dot, 0)], base: trivial)
        }
        let whole = DotPlot.Row(
            name: pooled.name, note: "n = \(grouped(pooled.n))", values: [(pooled.value, 1)],
            base: trivial)
        let plot = DotPlot(
            rows: dots + [whole], axis: "\(measured) (bar: \(percent(confidence)))",
            line: pooled.value.value, keys: [line].compactMap(\.self))
        let height = plot.draw(in: &svg)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    public var csv: String {
        CSV.table(
            ["fold", "n", "metric", "value", "low", "high", "trivial", "reason"],
            (folds + [pooled]).map { fold in
                [
                    fold.name, "\(fold.n)", metric, exact(fold.value.value), exact(fold.value.low),
                    exact(fold.value.high), exact(trivial), fold.value.reason,
                ]
            })
    }

    public var title: String { "\(measured) of each fold" }

    /// The metric with a capital.
    private var measured: String { metric.prefix(1).uppercased() + metric.dropFirst() }

    public var summary: String {
        let parts = folds.map { fold in
            "\(fold.name): \(fold.value.value.map { fixed($0, 3) } ?? "none"), n = "
                + grouped(fold.n)
        }
        let line = trivial.map { " A constant answer: \(fixed($0, 3))." } ?? ""
        return "\(measured) of the test units of each fold. \(parts.joined(separator: "; ")). "
            + "All test units: \(pooled.value), n = \(grouped(pooled.n)).\(line)"
    }
}
