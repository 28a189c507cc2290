/// A metric for each group of an attribute beside the metric of all samples.
public struct SubgroupFigure: Figure {
    public static let name = "subgroups"

    /// The samples with one value of the attribute.
    public struct Group: Sendable, Equatable {
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

    let attribute: String
    let metric: String
    let groups: [Group]
    let overall: Estimate
    let confidence: Double

    /// - Parameters:
    ///   - attribute: such as "age group", as the user's file names it.
    ///   - metric: such as "Accuracy".
    ///   - groups: from top to bottom.
    ///   - overall: of all samples.
    ///   - confidence: of the intervals.
    public init(
        attribute: String, metric: String, groups: [Group], overall: Estimate,
        confidence: Double = 0.95
    ) {
        self.attribute = attribute
        self.metric = metric
        self.groups = groups
        self.overall = overall
        self.confidence = confidence
    }

    public var fileName: String { "\(Self.name)-\(slug(attribute))-\(slug(metric))" }

    public func svg(id: String) -> String {
        var svg = SVG()
        let all = overall.value.map { [Key(line: "guide", "all samples: \(fixed($0, 3))")] } ?? []
        let plot = DotPlot(
            rows: groups.map {
                DotPlot.Row(
                    name: $0.name, note: "n = \(grouped($0.n))", values: [($0.value, 0)])
            },
            axis: "\(measured) (bars: \(percent(confidence)))", line: overall.value,
            keys: all)
        let height = plot.draw(in: &svg)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    public var csv: String {
        func row(_ name: String, _ count: Int?, _ value: Estimate) -> [String?] {
            [
                attribute, name, count.map { "\($0)" }, metric, exact(value.value),
                exact(value.low), exact(value.high), value.value == nil ? value.reason : nil,
            ]
        }
        return CSV.table(
            ["attribute", "group", "n", "metric", "value", "low", "high", "reason"],
            groups.map { row($0.name, $0.n, $0.value) } + [row("all samples", nil, overall)])
    }

    public var title: String {
        "\(measured) by \(attribute)"
    }

    /// The metric with a capital.
    private var measured: String { metric.prefix(1).uppercased() + metric.dropFirst() }

    public var summary: String {
        let parts = groups.map { "\($0.name): \($0.value), n = \(grouped($0.n))" }
        return "\(measured) for each group of \(attribute), with \(percent(confidence)) intervals. "
            + "\(parts.joined(separator: "; ")). All samples: \(overall)."
    }
}
