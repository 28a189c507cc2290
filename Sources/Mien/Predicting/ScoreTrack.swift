import Foundation

/// One person's score through a video: smoothed, summed up and thinned, in the same memory
/// however long it runs.
public struct ScoreTrack: Sendable {
    /// The score of a person at one time.
    public struct Point: Sendable, Equatable {
        public let seconds: Double
        /// Means over the frames that the point stands for.
        public let score: Double
        public let smoothed: Double
    }

    public let number: Int
    public let firstSeconds: Double
    public private(set) var lastSeconds: Double
    /// Frames in which the face was seen, and those of them that were scored.
    public private(set) var frames = 0
    public private(set) var scored = 0
    /// Of the scores of the frames that were scored.
    public private(set) var mean = 0.0
    public private(set) var minimum = 1.0
    public private(set) var maximum = 0.0
    /// Frames with a score of at least 0.5.
    public private(set) var positives = 0
    /// The course of the score, `limit` points at most.
    public private(set) var points: [Point] = []

    private var squares = 0.0
    private var smoothed: Double?
    private var lastScored = 0.0
    /// Frames for each point, and those that wait to become one.
    private var framesPerPoint = 1
    private var waiting: [Point] = []

    /// Time after which a jump of the score has come through by 63 %; 0 for no smoothing.
    private let smoothingSeconds: Double
    private let limit: Int

    public init(
        number: Int, at seconds: Double, smoothingSeconds: Double = 1, limit: Int = 1000
    ) {
        precondition(limit >= 2 && limit % 2 == 0, "expected an even limit, got \(limit)")
        self.number = number
        firstSeconds = seconds
        lastSeconds = seconds
        self.smoothingSeconds = smoothingSeconds
        self.limit = limit
    }

    /// Of the scores, with n - 1 below; `nil` for fewer than two.
    public var standardDeviation: Double? {
        scored > 1 ? (squares / Double(scored - 1)).squareRoot() : nil
    }

    /// Takes a frame in which the face was seen.
    /// - Parameter score: `nil` where it was not scored.
    /// - Returns: the smoothed score; `nil` before the first score.
    @discardableResult
    public mutating func add(_ score: Double?, at seconds: Double) -> Double? {
        frames += 1
        lastSeconds = seconds
        guard let score else { return smoothed }
        // An exponential mean that allows for frames at any distance.
        let weight =
            smoothingSeconds > 0 ? 1 - exp(-(seconds - lastScored) / smoothingSeconds) : 1
        let now = smoothed.map { $0 + weight * (score - $0) } ?? score
        smoothed = now
        lastScored = seconds
        scored += 1
        // Welford's running mean and sum of squares.
        let before = score - mean
        mean += before / Double(scored)
        squares += before * (score - mean)
        minimum = min(minimum, score)
        maximum = max(maximum, score)
        if score >= 0.5 { positives += 1 }
        keep(Point(seconds: seconds, score: score, smoothed: now))
        return now
    }

    /// When the limit is reached, neighbours are merged and each point stands for twice as many.
    private mutating func keep(_ point: Point) {
        waiting.append(point)
        guard waiting.count == framesPerPoint else { return }
        points.append(Self.mean(waiting))
        waiting.removeAll(keepingCapacity: true)
        guard points.count == limit else { return }
        points = stride(from: 0, to: limit, by: 2).map { Self.mean(points[$0 ..< $0 + 2]) }
        framesPerPoint *= 2
    }

    private static func mean(_ points: some Collection<Point>) -> Point {
        let count = Double(points.count)
        return Point(
            seconds: points.reduce(0) { $0 + $1.seconds } / count,
            score: points.reduce(0) { $0 + $1.score } / count,
            smoothed: points.reduce(0) { $0 + $1.smoothed } / count)
    }
}
