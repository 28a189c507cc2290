/// Accuracy against how far the taggers agree about a face, from split to unanimous.
public struct AgreementFigure: Figure {
    public static let name = "accuracy-by-agreement"

    /// The samples whose taggers agree to about the same degree.
    public struct Bin: Sendable, Equatable {
        public let label: String
        public let n: Int
        public let correct: Int

        /// - Parameters:
        ///   - label: such as "60–69 %".
        ///   - correct: 0...n.
        public init(_ label: String, n: Int, correct: Int) {
            precondition(
                n >= 0 && (0 ... max(n, 0)).contains(correct),
                "expected 0...n correct, got \(correct) of \(n)")
            self.label = label
            self.n = n
            self.correct = correct
        }
    }

    let bins: [Bin]
    let confidence: Double

    /// - Parameters:
    ///   - bins: from least to most agreement; empty ones keep their place.
    ///   - confidence: of the Wilson intervals.
    public init(bins: [Bin], confidence: Double = 0.95) {
        self.bins = bins
        self.confidence = confidence
    }

    /// Sorts samples into seven bins: below one half, five of a tenth each, and unanimous.
    /// - Parameters:
    ///   - agreement: the share of a face's votes that its commonest emotion has, 0...1.
    ///   - correct: whether the decision is right, one for each sample.
    public init(agreement: [Double], correct: [Bool], confidence: Double = 0.95) {
        precondition(
            agreement.count == correct.count,
            "expected one decision for each share, got \(correct.count) for \(agreement.count)")
        let lower = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
        let labels = ["< 50 %", "50–59", "60–69", "70–79", "80–89", "90–99", "100 %"]
        var counts = lower.map { _ in (n: 0, correct: 0) }
        for (share, isCorrect) in zip(agreement, correct) {
            precondition((0 ... 1).contains(share), "a share lies in 0...1, got \(share)")
            // Quotients of counts, such as 7/10, may fall short of the edge by a rounding.
            let bin = lower.lastIndex { share >= $0 - 1e-9 } ?? 0
            counts[bin].n += 1
            if isCorrect { counts[bin].correct += 1 }
        }
        self.init(
            bins: zip(labels, counts).map { Bin($0, n: $1.n, correct: $1.correct) },
            confidence: confidence)
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let accuracies = bins.map(accuracy)
        let panel = Panel(
            left: 40, top: 8, width: FigureStyle.column - 48, height: 120,
            horizontal: -0.5 ... max(Double(bins.count), 1) - 0.5,
            vertical: Ticks.rangeUpToOne(holding: accuracies.compactMap { $0.low }.min()))
        let room = panel.width / Double(max(bins.count, 1)) - 2
        let labels = bins.map {
            FigureStyle.fitted($0.label, to: room, size: FigureStyle.smallSize)
        }
        panel.drawAxes(
            in: &svg, xTicks: Ticks(names: labels),
            yTicks: Ticks(in: panel.vertical, about: 5), xName: Self.axis, yName: "Accuracy",
            xNameDrop: 29)
        panel.markCuts(in: &svg, vertical: true)
        svg.text("n", x: panel.left - 4.5, y: panel.bottom + 18, anchor: .end, style: "small soft")
        if bins.isEmpty { panel.noteEmpty(in: &svg) }
        for (index, bin) in bins.enumerated() {
            let x = panel.point(Double(index), 1).x
            svg.text(
                grouped(bin.n), x: x, y: panel.bottom + 18, anchor: .middle, style: "small soft")
            panel.drawBar(accuracies[index], x: Double(index), style: "one", in: &svg)
        }
        let places = accuracies.enumerated().compactMap { index, accuracy in
            accuracy.value.map { panel.point(Double(index), $0) }
        }
        svg.path(places, style: "line one")
        for place in places { svg.mark(.circle, x: place.x, y: place.y, style: "one") }
        svg.text(
            "bars: \(percent(confidence)) intervals", x: panel.right - 4, y: panel.bottom - 6,
            anchor: .end, style: "note")
        return svg.document(
            of: self, id: id, width: FigureStyle.column, height: panel.bottom + 35)
    }

    private static let axis = "Votes for the commonest emotion (%)"

    private func accuracy(_ bin: Bin) -> Estimate {
        .proportion(
            bin.correct, of: bin.n, confidence: confidence, emptyReason: "no samples in the bin")
    }

    public var csv: String {
        CSV.table(
            ["agreement", "n", "correct", "accuracy", "low", "high"],
            bins.map { bin in
                let accuracy = accuracy(bin)
                return [
                    bin.label, "\(bin.n)", "\(bin.correct)", exact(accuracy.value),
                    exact(accuracy.low), exact(accuracy.high),
                ]
            })
    }

    public var title: String { "Accuracy by agreement of the annotators" }

    public var summary: String {
        let parts = bins.map { "\($0.label): \(accuracy($0)), n = \(grouped($0.n))" }
        return "Accuracy by the share of a face's votes that its commonest emotion has, with "
            + "\(percent(confidence)) intervals. \(parts.joined(separator: "; "))."
    }
}
