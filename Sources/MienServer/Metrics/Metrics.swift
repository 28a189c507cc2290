import Foundation
import Synchronization

/// Counters and histograms as Prometheus reads them. Labels come from the service, never from a
/// client.
final class Metrics: Sendable {
    private struct Key: Hashable {
        let name: String
        let labels: String
    }

    private struct Histogram {
        var counts: [Int]
        var sum = 0.0
        var count = 0
    }

    private struct State {
        var counters: [Key: Double] = [:]
        var histograms: [Key: Histogram] = [:]
    }

    private static let secondsBounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    private static let countBounds: [Double] = [1, 2, 4, 8, 16, 32, 64]

    private let state = Mutex(State())

    func count(_ name: String, _ labels: [String: String] = [:], by value: Double = 1) {
        let key = Key(name: name, labels: Self.text(labels))
        state.withLock { $0.counters[key, default: 0] += value }
    }

    func observe(_ name: String, _ value: Double, _ labels: [String: String] = [:]) {
        let key = Key(name: name, labels: Self.text(labels))
        let bounds = Self.bounds(name)
        state.withLock { state in
            var histogram =
                state.histograms[key]
                ?? Histogram(counts: [Int](repeating: 0, count: bounds.count))
            if let index = bounds.firstIndex(where: { value <= $0 }) {
                histogram.counts[index] += 1
            }
            histogram.sum += value
            histogram.count += 1
            state.histograms[key] = histogram
        }
    }

    /// The exposition format, version 0.0.4.
    /// - Parameter gauges: values of this moment, by name, with their labels; those of one name in a
    ///   row.
    func text(gauges: [(name: String, labels: [String: String], value: Double)]) -> String {
        let (counters, histograms) = state.withLock { ($0.counters, $0.histograms) }
        var lines: [String] = []
        func begin(_ name: String, _ type: String) { lines.append("# TYPE \(name) \(type)") }
        for name in Set(counters.keys.map(\.name)).sorted() {
            begin(name, "counter")
            for (key, value) in counters.sorted(by: { $0.key.labels < $1.key.labels })
            where key.name == name {
                lines.append("\(name)\(Self.braced(key.labels)) \(value)")
            }
        }
        for name in Set(histograms.keys.map(\.name)).sorted() {
            begin(name, "histogram")
            for (key, histogram) in histograms.sorted(by: { $0.key.labels < $1.key.labels })
            where key.name == name {
                var sum = 0
                for (bound, count) in zip(Self.bounds(name), histogram.counts) {
                    sum += count
                    lines.append(
                        "\(name)_bucket\(Self.braced(key.labels, "le=\"\(bound)\"")) \(sum)")
                }
                lines.append(
                    "\(name)_bucket\(Self.braced(key.labels, "le=\"+Inf\"")) \(histogram.count)")
                lines.append("\(name)_sum\(Self.braced(key.labels)) \(histogram.sum)")
                lines.append("\(name)_count\(Self.braced(key.labels)) \(histogram.count)")
            }
        }
        for (index, gauge) in gauges.enumerated() {
            // The type of a family is said once, before its first line.
            if index == 0 || gauges[index - 1].name != gauge.name {
                begin(gauge.name, gauge.name.hasSuffix("_total") ? "counter" : "gauge")
            }
            lines.append("\(gauge.name)\(Self.braced(Self.text(gauge.labels))) \(gauge.value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func bounds(_ name: String) -> [Double] {
        name.hasSuffix("_seconds") ? secondsBounds : countBounds
    }

    private static func text(_ labels: [String: String]) -> String {
        labels.sorted { $0.key < $1.key }.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }

    private static func braced(_ labels: String, _ more: String = "") -> String {
        let all = [labels, more].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? "" : "{\(all)}"
    }
}
