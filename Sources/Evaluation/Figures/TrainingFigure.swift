/// Loss and accuracy by epoch, for training and validation.
public struct TrainingFigure: Figure {
    public static let name = "training"

    /// The state after an epoch. What was not measured, or is not finite, is left out.
    public struct Epoch: Sendable, Equatable {
        /// From 1.
        public let epoch: Int
        /// In nats.
        public let trainingLoss, validationLoss: Double?
        /// 0...1.
        public let trainingAccuracy, validationAccuracy: Double?

        public init(
            _ epoch: Int, trainingLoss: Double? = nil, validationLoss: Double? = nil,
            trainingAccuracy: Double? = nil, validationAccuracy: Double? = nil
        ) {
            func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
            self.epoch = epoch
            self.trainingLoss = finite(trainingLoss)
            self.validationLoss = finite(validationLoss)
            self.trainingAccuracy = finite(trainingAccuracy)
            self.validationAccuracy = finite(validationAccuracy)
        }
    }

    let epochs: [Epoch]

    public init(_ epochs: [Epoch]) {
        self.epochs = epochs.sorted { $0.epoch < $1.epoch }
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let loss = panel(
            top: 20,
            vertical: Ticks.range(
                from: 0, toHold: values(\.trainingLoss, \.validationLoss).max() ?? 1))
        let accuracy = panel(
            top: loss.bottom + 12,
            vertical: Ticks.rangeUpToOne(
                holding: values(\.trainingAccuracy, \.validationAccuracy).min()))
        let xTicks = Ticks(in: loss.horizontal, about: 8, whole: true)
        loss.drawAxes(
            in: &svg, xTicks: xTicks, yTicks: Ticks(in: loss.vertical, about: 4), xName: nil,
            yName: "Loss (nats)")
        accuracy.drawAxes(
            in: &svg, xTicks: xTicks, yTicks: Ticks(in: accuracy.vertical, about: 4),
            xName: "Epoch", yName: "Accuracy")
        accuracy.markCuts(in: &svg, vertical: true)
        draw(\.trainingLoss, .square, "two dashed", on: loss, in: &svg)
        draw(\.validationLoss, .circle, "one", on: loss, in: &svg)
        draw(\.trainingAccuracy, .square, "two dashed", on: accuracy, in: &svg)
        draw(\.validationAccuracy, .circle, "one", on: accuracy, in: &svg)
        svg.key(Key(line: "two dashed", "training"), x: loss.left, y: 12)
        svg.key(Key(line: "one", "validation"), x: loss.left + 64, y: 12)
        return svg.document(
            of: self, id: id, width: FigureStyle.column, height: accuracy.bottom + 26)
    }

    public var title: String { "Loss and accuracy by epoch" }

    public var csv: String {
        CSV.table(
            [
                "epoch", "training_loss", "validation_loss", "training_accuracy",
                "validation_accuracy",
            ],
            epochs.map {
                [
                    "\($0.epoch)", exact($0.trainingLoss), exact($0.validationLoss),
                    exact($0.trainingAccuracy), exact($0.validationAccuracy),
                ]
            })
    }

    private func values(_ paths: KeyPath<Epoch, Double?>...) -> [Double] {
        paths.flatMap { path in epochs.compactMap { $0[keyPath: path] } }
    }

    private func panel(top: Double, vertical: ClosedRange<Double>) -> Panel {
        let first = Double(epochs.first?.epoch ?? 0)
        let last = Double(epochs.last?.epoch ?? 1)
        // Marks keep clear of the frame; a single epoch stands in the middle.
        let room = first < last ? 0.03 * (last - first) : 0.9
        let horizontal = first - room ... last + room
        return Panel(
            left: 40, top: top, width: FigureStyle.column - 48, height: 82,
            horizontal: horizontal, vertical: vertical)
    }

    private func draw(
        _ path: KeyPath<Epoch, Double?>, _ mark: SVG.Mark, _ style: String, on panel: Panel,
        in svg: inout SVG
    ) {
        // A gap where an epoch has no value: nothing is drawn across it.
        var runs: [[(x: Double, y: Double)]] = [[]]
        for epoch in epochs {
            if let value = epoch[keyPath: path] {
                runs[runs.count - 1].append(panel.point(Double(epoch.epoch), value))
            } else {
                runs.append([])
            }
        }
        for run in runs where run.count > 1 { svg.path(run, style: "line " + style) }
        let fill = style.split(separator: " ").first.map(String.init) ?? style
        for point in runs.joined() where epochs.count <= 30 {
            svg.mark(mark, x: point.x, y: point.y, style: fill)
        }
    }

    public var summary: String {
        guard let last = epochs.last else { return "No epochs." }
        let parts = [
            ("training loss", last.trainingLoss), ("validation loss", last.validationLoss),
            ("training accuracy", last.trainingAccuracy),
            ("validation accuracy", last.validationAccuracy),
        ].compactMap { name, value in value.map { "\(name) \(fixed($0, 3))" } }
        return "\(epochs.count) epochs. After epoch \(last.epoch): "
            + (parts.isEmpty ? "nothing measured" : parts.joined(separator: ", ")) + "."
    }
}
