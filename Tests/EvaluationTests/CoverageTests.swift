import Evaluation
import Testing

/// Seeded simulations: intervals of 95 % must hold the true value about that often. With 400
/// rounds the share has a standard error of 1.1 %; the bounds are four of them, and let the
/// approximate intervals be 2 % off.
@Suite struct CoverageTests {
    static let rounds = 400
    static let accepted = 0.89 ... 0.99

    private func share(
        seed: UInt64, _ covers: (inout SeededGenerator) throws -> Bool
    ) rethrows -> Double {
        var generator = SeededGenerator(seed: seed)
        var hits = 0
        for _ in 0 ..< Self.rounds where try covers(&generator) { hits += 1 }
        return Double(hits) / Double(Self.rounds)
    }

    private func holds(_ estimate: Estimate, _ truth: Double) -> Bool {
        guard let low = estimate.low, let high = estimate.high else { return false }
        return low <= truth && truth <= high
    }

    @Test func wilson() {
        let coverage = share(seed: 1) { generator in
            let hits = (0 ..< 60).count { _ in generator.uniform() < 0.9 }
            return wilsonInterval(successes: Double(hits), trials: 60).contains(0.9)
        }
        #expect(Self.accepted.contains(coverage), "\(coverage)")
    }

    @Test func deLong() throws {
        // Normal scores one unit apart: the area is the normal distribution at 1 / sqrt(2).
        let truth = normalDistribution(0.5.squareRoot())
        let coverage = try share(seed: 2) { generator in
            let labels = (0 ..< 120).map { $0 % 3 == 0 }
            let scores = labels.map { normalDistribution(generator.normal() + ($0 ? 1 : 0)) }
            let area = try #require(try DeLong(scores: scores, labels: labels))
            return holds(area.estimate(), truth)
        }
        #expect(Self.accepted.contains(coverage), "\(coverage)")
    }

    /// Scores that say 0.8 or 0.2 where the truth is 0.7 or 0.3.
    @Test func bootstrap() throws {
        var brier = 0
        var calibration = 0
        _ = try share(seed: 3) { generator in
            var labels: [Bool] = []
            var scores: [Double] = []
            for index in 0 ..< 200 {
                scores.append(index % 2 == 0 ? 0.8 : 0.2)
                labels.append(generator.uniform() < (index % 2 == 0 ? 0.7 : 0.3))
            }
            let metrics = try BinaryMetrics(
                scores: scores, labels: labels,
                bootstrap: Bootstrap(resamples: 200, seed: generator.next()))
            brier += holds(metrics.brier, 0.7 * 0.04 + 0.3 * 0.64) ? 1 : 0
            calibration += holds(metrics.ece, 0.1) ? 1 : 0
            return true
        }
        #expect(Self.accepted.contains(Double(brier) / Double(Self.rounds)), "\(brier)")
        // Wider than it need be, never narrower.
        #expect(Double(calibration) / Double(Self.rounds) > 0.9, "\(calibration)")
    }
}
