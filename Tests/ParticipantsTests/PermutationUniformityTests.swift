import Evaluation
import Foundation
import Mien
import Testing

@testable import Participants

/// p values without an effect are uniform. The test of all steps takes minutes: it runs where
/// `MIEN_SLOW_TESTS` is set.
@Suite struct PermutationUniformityTests {
    /// Labels that have nothing to do with the features, of a table drawn by `seed`.
    private func pValues(_ seed: UInt64, permutations: Int) throws -> [Double] {
        let part = try evaluate(
            TableMaker(people: 40, seed: seed, share: 0.5).table(),
            .quick {
                $0.permutations = permutations
                $0.folds = 3
                $0.innerFolds = 2
                $0.resamples = 0
                $0.seed = seed
            })
        return part.modalities.compactMap(\.permutationPValue)
    }

    /// The largest distance of a distribution from the uniform one (Kolmogorov and Smirnov).
    private func distance(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let count = Double(sorted.count)
        return sorted.enumerated().map { rank, value in
            max(Double(rank + 1) / count - value, value - Double(rank) / count)
        }.max() ?? 1
    }

    @Test func theyLieBetweenTheirLimits() throws {
        let values = try pValues(1, permutations: 4)
        #expect(values.count == 3)
        #expect(values.allSatisfy { [0.2, 0.4, 0.6, 0.8, 1].contains($0) })
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["MIEN_SLOW_TESTS"] != nil))
    func theyAreUniform() throws {
        // 120 values in steps of 1/40: at a true distance of 0 the chance of .15 and more is below
        // one in a hundred (1.63 / sqrt(120)), plus half a step.
        let values = try (1 ... 40).flatMap { try pValues($0, permutations: 39) }
        #expect(values.count == 120)
        #expect(distance(values) < 0.163, "\(values.sorted())")
    }
}
