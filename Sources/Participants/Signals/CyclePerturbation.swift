import Foundation

/// Jitter and shimmer: how much successive cycles of a voice differ in length and height.
struct CyclePerturbation {
    private var (lengths, lengthSteps) = (RunningSummary(), RunningSummary())
    private var (heights, heightSteps) = (RunningSummary(), RunningSummary())

    /// Mean |T(i) - T(i+1)| / mean T; `nan` without cycles.
    var jitter: Double { lengthSteps.count > 0 ? lengthSteps.mean / lengths.mean : .nan }
    /// Mean |A(i) - A(i+1)| / mean A; `nan` without cycles.
    var shimmer: Double { heightSteps.count > 0 ? heightSteps.mean / heights.mean : .nan }

    /// Steps between cycles that differ by more than this factor are no steps of one voice.
    private static let largestFactor = 1.3

    /// Marks the cycles of each voiced stretch by their highest samples. The height of a cycle is
    /// the root mean square around its mark, a fifth of a period to each side, as in Praat.
    /// - Parameters:
    ///   - samples: from the sample `start` of the recording on.
    ///   - path: frames from `firstFrame` on.
    mutating func add(
        _ samples: [Double], from start: Int, path: [PitchTracker.Frame], firstFrame: Int,
        hop: Int, sampleRate: Int
    ) {
        var first = 0
        while first < path.count {
            guard path[first].frequency > 0 else {
                first += 1
                continue
            }
            var end = first
            while end < path.count, path[end].frequency > 0 { end += 1 }
            mark(
                samples, (firstFrame + first) * hop - start ..< (firstFrame + end) * hop - start,
                period: { sample in
                    let frame = min(max((sample + start) / hop - firstFrame, first), end - 1)
                    return Double(sampleRate) / path[frame].frequency
                })
            first = end
        }
    }

    private mutating func mark(
        _ samples: [Double], _ range: Range<Int>, period: (Int) -> Double
    ) {
        let range = range.clamped(to: 1 ..< max(samples.count - 1, 2))
        guard !range.isEmpty else { return }
        func highest(_ low: Int, _ high: Int) -> (place: Double, sample: Int)? {
            guard low > 0, high < samples.count - 1, low <= high else { return nil }
            guard let top = (low ... high).max(by: { samples[$0] < samples[$1] }) else {
                return nil
            }
            let (a, b, c) = (samples[top - 1], samples[top], samples[top + 1])
            let curve = 2 * b - a - c
            let shift = curve > 0 ? min(max(0.5 * (c - a) / curve, -0.5), 0.5) : 0
            return (Double(top) + shift, top)
        }
        let begin = range.lowerBound
        guard var mark = highest(begin, min(begin + Int(period(begin)), range.upperBound - 1))
        else {
            return
        }
        var last: (length: Double, height: Double)?
        while true {
            let expected = period(mark.sample)
            let low = mark.sample + Int((0.8 * expected).rounded())
            let high = mark.sample + Int((1.2 * expected).rounded())
            guard high < range.upperBound, let next = highest(low, high) else { return }
            let length = next.place - mark.place
            let height = Self.level(samples, around: next.place, width: 0.2 * expected)
            lengths.add(length)
            heights.add(height)
            if let last, max(length, last.length) <= Self.largestFactor * min(length, last.length) {
                lengthSteps.add(abs(length - last.length))
                heightSteps.add(abs(height - last.height))
            }
            last = (length, height)
            mark = next
        }
    }

    /// The root mean square under a Hann window.
    private static func level(_ samples: [Double], around place: Double, width: Double) -> Double {
        let first = max(0, Int((place - width).rounded(.up)))
        let last = min(samples.count - 1, Int((place + width).rounded(.down)))
        var (sum, weights) = (0.0, 0.0)
        for index in first ... max(first, last) {
            let weight = 0.5 + 0.5 * cos(.pi * (Double(index) - place) / width)
            sum += samples[index] * samples[index] * weight * weight
            weights += weight * weight
        }
        return weights > 0 ? (sum / weights).squareRoot() : 0
    }
}
