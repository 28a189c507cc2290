import Evaluation

/// Mean, standard deviation and quantiles of a stream of numbers, in constant memory.
///
/// Quantiles are of all values up to 65,536 of them, and then of every second, fourth, ... value.
struct RunningSummary {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0
    private(set) var smallest = Double.infinity
    private(set) var largest = -Double.infinity
    private var sample: [Double] = []
    private var step = 1

    private static let room = 65_536

    /// `nan` is passed over.
    mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        if count % step == 0 {
            if sample.count == Self.room {
                sample = stride(from: 0, to: Self.room, by: 2).map { sample[$0] }
                step *= 2
            }
            if count % step == 0 { sample.append(value) }
        }
        count += 1
        let difference = value - mean
        mean += difference / Double(count)
        squares += difference * (value - mean)
        smallest = min(smallest, value)
        largest = max(largest, value)
    }

    /// With n - 1; `nan` for fewer than two values.
    var deviation: Double { count > 1 ? (squares / Double(count - 1)).squareRoot() : .nan }

    /// Interpolated between the order statistics; `nan` without values.
    func quantiles(_ probabilities: [Double]) -> [Double] {
        guard !sample.isEmpty else { return probabilities.map { _ in .nan } }
        let ascending = sample.sorted()
        return probabilities.map { quantile(ascending, $0) }
    }
}

/// Spans of time that a stream of ascending times is held against.
struct TimeSpans {
    private let spans: [ClosedRange<Double>]
    private var index = 0

    /// Overlapping spans are joined.
    init(_ spans: [ClosedRange<Double>]) {
        var joined: [ClosedRange<Double>] = []
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, span.lowerBound <= last.upperBound {
                joined[joined.count - 1] =
                    last.lowerBound ... max(last.upperBound, span.upperBound)
            } else {
                joined.append(span)
            }
        }
        self.spans = joined
    }

    /// In seconds.
    var total: Double { spans.reduce(0) { $0 + $1.upperBound - $1.lowerBound } }

    /// - Precondition: no time is before that of the call before.
    mutating func contains(_ time: Double) -> Bool {
        while index < spans.count, spans[index].upperBound < time { index += 1 }
        return index < spans.count && spans[index].contains(time)
    }
}
