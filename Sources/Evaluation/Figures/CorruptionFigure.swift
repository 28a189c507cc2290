/// Accuracy and AUC on images that are made worse, one small plot for each way of doing so.
public struct CorruptionFigure: Figure {
    public static let name = "corruptions"

    /// The accuracy at one severity.
    public struct Severity: Sendable, Equatable {
        public let level: Int
        public let accuracy: Estimate
        public let auc: Estimate

        /// - Parameter level: 0 for the images as they are, to 5.
        public init(_ level: Int, accuracy: Estimate, auc: Estimate) {
            self.level = level
            self.accuracy = accuracy
            self.auc = auc
        }
    }

    /// A way of making images worse.
    public struct Corruption: Sendable, Equatable {
        public let name: String
        /// Ascending.
        public let severities: [Severity]

        public init(_ name: String, severities: [Severity]) {
            self.name = name
            self.severities = severities.sorted { $0.level < $1.level }
        }
    }

    let corruptions: [Corruption]
    let n: Int
    let baseRate: Double?
    let confidence: Double

    private static let columns = 4

    /// - Parameters:
    ///   - corruptions: from left to right, four in a row.
    ///   - n: images at each severity.
    ///   - baseRate: the accuracy of always answering the majority class.
    ///   - confidence: of the intervals.
    public init(
        corruptions: [Corruption], n: Int, baseRate: Double? = nil, confidence: Double = 0.95
    ) {
        self.corruptions = corruptions
        self.n = n
        self.baseRate = baseRate
        self.confidence = confidence
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        var bottom = panel(0).bottom
        if corruptions.isEmpty { panel(0).noteEmpty(in: &svg) }
        for (index, corruption) in corruptions.enumerated() {
            let panel = panel(index)
            bottom = max(bottom, panel.bottom)
            let isLowest = index + Self.columns >= corruptions.count
            panel.drawAxes(
                in: &svg, xTicks: Ticks(in: panel.horizontal, about: 5, whole: true),
                yTicks: Ticks(in: panel.vertical, about: 4),
                xName: isLowest ? "Severity" : nil,
                yName: index % Self.columns == 0 ? "Accuracy, AUC" : nil)
            panel.markCuts(in: &svg, vertical: true)
            svg.text(
                FigureStyle.fitted(corruption.name, to: panel.width), x: panel.left,
                y: panel.top - 4)
            if let baseRate {
                svg.path(
                    [
                        panel.point(panel.horizontal.lowerBound, baseRate),
                        panel.point(panel.horizontal.upperBound, baseRate),
                    ], style: "guide")
            }
            draw(corruption, \.auc, 1, shift: 0.08, on: panel, in: &svg)
            draw(corruption, \.accuracy, 0, shift: -0.08, on: panel, in: &svg)
        }
        svg.key(Key(line: "one", "accuracy"), x: 40, y: 10)
        svg.key(Key(line: "two dashed", "AUC"), x: 106, y: 10)
        if baseRate != nil {
            svg.key(Key(line: "guide", "majority class"), x: 156, y: 10)
        }
        svg.text(
            "n = \(grouped(n)); bars: \(percent(confidence)) intervals",
            x: FigureStyle.wideColumn - 8, y: 10, anchor: .end)
        return svg.document(
            of: self, id: id, width: FigureStyle.wideColumn, height: bottom + 26)
    }

    private func draw(
        _ corruption: Corruption, _ metric: KeyPath<Severity, Estimate>, _ series: Int,
        shift: Double, on panel: Panel, in svg: inout SVG
    ) {
        let look = FigureStyle.Series(series)
        for severity in corruption.severities {
            panel.drawBar(
                severity[keyPath: metric], x: Double(severity.level) + shift, style: look.colour,
                in: &svg)
        }
        let places = corruption.severities.compactMap { severity in
            severity[keyPath: metric].value.map {
                panel.point(Double(severity.level) + shift, $0)
            }
        }
        svg.path(places, style: "line " + look.line)
        for place in places { svg.mark(look.mark, x: place.x, y: place.y, style: look.colour) }
    }

    private func panel(_ index: Int) -> Panel {
        let width =
            (FigureStyle.wideColumn - 48 - 12 * Double(Self.columns - 1))
            / Double(Self.columns)
        let severities = corruptions.flatMap(\.severities)
        let ends = severities.flatMap {
            [$0.accuracy.value, $0.accuracy.low, $0.auc.value, $0.auc.low]
        }
        let levels = severities.map { Double($0.level) } + [0, 5]
        let lowest = (ends + [baseRate]).compactMap { $0 }.min()
        return Panel(
            left: 40 + (width + 12) * Double(index % Self.columns),
            top: 30 + 98 * Double(index / Self.columns), width: width, height: 76,
            horizontal: (levels.min() ?? 0) - 0.3 ... (levels.max() ?? 5) + 0.3,
            vertical: Ticks.rangeUpToOne(holding: lowest))
    }

    public var csv: String {
        CSV.table(
            [
                "corruption", "severity", "n", "accuracy", "accuracy_low", "accuracy_high", "auc",
                "auc_low", "auc_high",
            ],
            corruptions.flatMap { corruption in
                corruption.severities.map {
                    [
                        corruption.name, "\($0.level)", "\(n)", exact($0.accuracy.value),
                        exact($0.accuracy.low), exact($0.accuracy.high), exact($0.auc.value),
                        exact($0.auc.low), exact($0.auc.high),
                    ]
                }
            })
    }

    public var title: String { "Accuracy and AUC on worsened images" }

    public var summary: String {
        let parts = corruptions.map { corruption in
            guard let last = corruption.severities.last else {
                return "\(corruption.name): not measured"
            }
            return "\(corruption.name) at \(last.level): accuracy \(last.accuracy), "
                + "AUC \(last.auc)"
        }
        let base = baseRate.map {
            " The majority class has an accuracy of \(fixed($0, 3))."
        }
        return "Accuracy and AUC by severity of a corruption, for \(grouped(n)) images at each, "
            + "with \(percent(confidence)) intervals. \(parts.joined(separator: "; "))."
            + (base ?? "")
    }
}
