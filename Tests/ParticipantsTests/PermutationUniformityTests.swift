import Evaluation
import Foundation
import Mien
import Testing

@testable import Participants

/// p values without an effect. Evidence that is the base rate for all ties at an AUC of one half;
/// ties count as good, so that p is uniform only after they are broken at random, and never smaller
/// than that. The test of all steps takes minutes: it runs where `MIEN_SLOW_TESTS` is set.
@Suite struct PermutationUniformityTests {
    private static let permutations = 39

    private struct PValues {
        var reported: [Double] = []
        /// With ties broken at random.
        var broken: [Double] = []
    }

    /// Of labels that have nothing to do with the features, in tables drawn by these seeds.
    private func pValues(_ seeds: ClosedRange<UInt64>, permutations: Int) throws -> PValues {
        let options = ParticipantOptions.quick {
            $0.folds = 3
            $0.innerFolds = 2
        }
        var result = PValues()
        var generator = SeededGenerator(seed: 1)
        for seed in seeds {
            let table = TableMaker(people: 40, seed: seed, share: 0.5).table()
            let (study, contest, _) = table.study(TableMaker.modalities)
            let shuffles = LabelPermutation(
                study.participants, among: Array(study.participants.indices))
            let areas = try Processors.map(permutations + 1, threads: 2) { number in
                let labels = number == 0 ? nil : shuffles.source(seed: seed, number: number)
                return try PermutedAreas(
                    labels.map(study.permuted) ?? study, contest.testedAlone, options,
                    permutation: number)
            }
            for modality in TableMaker.modalities.map(\.rawValue) {
                let observed = areas[0].modalities[modality] ?? .nan
                let others = areas.dropFirst().compactMap { $0.modalities[modality] }
                result.reported.append(permutationPValue(observed: observed, permuted: others))
                let greater = others.count { $0 > observed + 1e-12 }
                let equal = others.count { abs($0 - observed) <= 1e-12 }
                result.broken.append(
                    (Double(greater) + generator.uniform() * Double(equal + 1))
                        / Double(others.count + 1))
            }
        }
        return result
    }

    /// How far the distribution lies above the uniform one, and how far below (Kolmogorov, Smirnov).
    private func distances(_ values: [Double]) -> (above: Double, below: Double) {
        let sorted = values.sorted()
        let count = Double(sorted.count)
        let above = sorted.enumerated().map { Double($0 + 1) / count - $1 }.max() ?? 1
        let below = sorted.enumerated().map { $1 - Double($0) / count }.max() ?? 1
        return (above, below)
    }

    @Test func theyLieBetweenTheirLimits() throws {
        let values = try pValues(1 ... 1, permutations: 4)
        #expect(values.reported.count == 3)
        #expect(values.reported.allSatisfy { [0.2, 0.4, 0.6, 0.8, 1].contains($0) })
        #expect(zip(values.reported, values.broken).allSatisfy { $0 >= $1 })
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["MIEN_SLOW_TESTS"] != nil))
    func theyAreUniform() throws {
        let values = try pValues(1 ... 40, permutations: Self.permutations)
        #expect(values.reported.count == 120)
        // Without an effect one in a hundred runs lies beyond: 1.63 / sqrt(120), and on one side
        // 1.52 / sqrt(120). Reported values come in steps of 1/40.
        let broken = distances(values.broken)
        #expect(max(broken.above, broken.below) < 0.149, "\(values.broken.sorted())")
        #expect(distances(values.reported).above < 0.139, "\(values.reported.sorted())")
    }
}
