/// A metric of models of each modality, of their fusions and of trivial predictions, on one axis.
public struct ModalityFigure: Figure {
    public static let name = "modalities"

    /// A model or a trivial prediction.
    public struct Row: Sendable, Equatable {
        /// What a row is, told by its colour and mark.
        public enum Kind: Int, Sendable, CaseIterable {
            case modality, fusion, probe

            var title: String {
                switch self {
                case .modality: "one modality"
                case .fusion: "several modalities"
                case .probe: "probe"
                }
            }
        }

        public let name: String
        public let kind: Kind
        public let n: Int
        public let value: Estimate

        public init(_ name: String, kind: Kind, n: Int, value: Estimate) {
            self.name = name
            self.kind = kind
            self.n = n
            self.value = value
        }
    }

    let metric: String
    let rows: [Row]
    /// What guessing reaches.
    let chance: Double
    let confidence: Double

    /// - Parameters:
    ///   - metric: such as "AUC", in 0...1.
    ///   - chance: what guessing reaches: a dashed line.
    public init(metric: String, rows: [Row], chance: Double, confidence: Double = 0.95) {
        self.metric = metric
        self.rows = rows
        self.chance = chance
        self.confidence = confidence
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let kinds = Row.Kind.allCases.filter { kind in rows.contains { $0.kind == kind } }
        let keys = kinds.map { kind in
            let look = FigureStyle.Series(kind.rawValue)
            return Key(look.mark, look.colour, kind.title)
        }
        let plot = DotPlot(
            rows: rows.map { row in
                DotPlot.Row(
                    name: row.name, note: "n = \(grouped(row.n))",
                    values: [(row.value, row.kind.rawValue)])
            }, axis: "\(metric) (bar: \(percent(confidence)), dashed: chance)", line: chance,
            keys: keys)
        let height = plot.draw(in: &svg)
        return svg.document(of: self, id: id, width: FigureStyle.column, height: height)
    }

    public var csv: String {
        CSV.table(
            ["row", "kind", "n", "metric", "value", "low", "high", "chance", "reason"],
            rows.map { row in
                [
                    row.name, row.kind.title, "\(row.n)", metric, exact(row.value.value),
                    exact(row.value.low), exact(row.value.high), exact(chance), row.value.reason,
                ]
            })
    }

    public var title: String { "\(metric) of each modality, of fusions and of probes" }

    public var summary: String {
        let parts = rows.map { "\($0.name): \($0.value), n = \(grouped($0.n))" }
        return "\(parts.joined(separator: "; ")). Chance: \(fixed(chance, 2))."
    }
}
