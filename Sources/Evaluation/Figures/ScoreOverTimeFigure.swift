/// The score of each person in a video over time, smoothed, with the scores of the frames behind.
public struct ScoreOverTimeFigure: Figure {
    public static let name = "score-over-time"

    /// A score at one time.
    public struct Point: Sendable, Equatable {
        public let seconds: Double
        /// 0...1.
        public let score: Double
        public let smoothed: Double

        public init(seconds: Double, score: Double, smoothed: Double) {
            self.seconds = seconds
            self.score = score
            self.smoothed = smoothed
        }
    }

    /// The scores of one person.
    public struct Track: Sendable, Equatable {
        /// "person 1".
        public let label: String
        /// In the order of time.
        public let points: [Point]

        public init(_ label: String, points: [Point]) {
            self.label = label
            self.points = points
        }
    }

    let tracks: [Track]
    let positive: String
    let omitted: Int

    /// - Parameters:
    ///   - tracks: six are told apart.
    ///   - positive: what a high score stands for: "sad-or-neutral".
    ///   - omitted: further people who are not drawn.
    public init(tracks: [Track], positive: String, omitted: Int = 0) {
        self.tracks = tracks
        self.positive = positive
        self.omitted = omitted
    }

    public func svg(id: String) -> String {
        var svg = SVG()
        let times = tracks.flatMap(\.points).map(\.seconds)
        let first = times.min() ?? 0
        let last = max(times.max() ?? 1, first + 0.1)
        let panel = Panel(
            left: 40, top: 8, width: FigureStyle.wideColumn - 48, height: 120,
            horizontal: first ... last, vertical: 0 ... 1)
        panel.drawAxes(
            in: &svg, xTicks: Ticks(in: panel.horizontal, about: 8), yTicks: .shares,
            xName: "Time (s)", yName: "Expression score")
        svg.path([panel.point(first, 0.5), panel.point(last, 0.5)], style: "guide")
        if times.isEmpty { panel.noteEmpty(in: &svg) }
        for (index, track) in tracks.enumerated() {
            let series = FigureStyle.Series(index)
            if track.points.count <= Self.mostMarks {
                for point in track.points {
                    let place = panel.point(point.seconds, point.score)
                    svg.mark(series.mark, x: place.x, y: place.y, style: series.colour)
                }
            }
            svg.path(
                track.points.map { panel.point($0.seconds, $0.smoothed) },
                style: "line " + series.line)
        }
        let keysTop = panel.bottom + 34
        let perRow = 6
        for (index, track) in tracks.enumerated() {
            svg.key(
                Key(line: FigureStyle.Series(index).line, track.label),
                x: panel.left + panel.width / Double(perRow) * Double(index % perRow),
                y: keysTop + 10 * Double(index / perRow))
        }
        let rows = (tracks.count + perRow - 1) / perRow
        return svg.document(
            of: self, id: id, width: FigureStyle.wideColumn,
            height: keysTop + 10 * Double(max(rows - 1, 0)) + 6)
    }

    /// Beyond this the marks of single frames would hide the lines.
    private static let mostMarks = 60

    public var csv: String {
        CSV.table(
            ["track", "seconds", "score", "smoothed"],
            tracks.flatMap { track in
                track.points.map {
                    [track.label, exact($0.seconds), exact($0.score), exact($0.smoothed)]
                }
            })
    }

    public var title: String { "The \(positive) expression score over time" }

    public var summary: String {
        var text =
            "Lines: the \(positive) expression score of each person, smoothed over time. "
        for track in tracks {
            let scores = track.points.map(\.smoothed)
            guard let low = scores.min(), let high = scores.max() else { continue }
            text += "\(track.label): \(fixed(low, 2)) to \(fixed(high, 2)). "
        }
        if omitted > 0 { text += "\(omitted) more with fewer frames are not drawn. " }
        return text + "Neighbouring frames are not independent; no interval is given."
    }
}
