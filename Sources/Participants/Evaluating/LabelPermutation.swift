import Evaluation

/// Shuffles of outcomes that keep what a protocol may depend on: outcomes go only to participants of
/// the same gender and corpus, and those of a group go together.
struct LabelPermutation: Sendable {
    /// Groups that may exchange their outcomes: each a list of participants in the order of corpora.
    private let exchangeable: [[[Int]]]
    private let count: Int

    /// - Parameter rows: who takes part; others keep their outcomes.
    init(_ participants: [Participant], among rows: [Int]) {
        count = participants.count
        let groups = Dictionary(grouping: rows) { participants[$0].group }
            .map {
                $0.value.sorted { (participants[$0].corpus, $0) < (participants[$1].corpus, $1) }
            }
            .sorted { $0[0] < $1[0] }
        exchangeable = Dictionary(grouping: groups) { group in
            group.map { member in
                participants[member].corpus + "\u{0}"
                    + (participants[member].gender?.rawValue ?? "")
            }
        }.sorted { $0.value[0][0] < $1.value[0][0] }.map(\.value)
    }

    /// For each participant whose outcome it gets.
    /// - Parameter number: of the permutation, from 1.
    func source(seed: UInt64, number: Int) -> [Int] {
        var generator = SeededGenerator(
            seed: seed, stream: SeedStream.permutation, UInt64(number))
        var result = Array(0 ..< count)
        for groups in exchangeable {
            for (place, other) in generator.permutation(of: groups.count).enumerated() {
                for (member, giver) in zip(groups[place], groups[other]) { result[member] = giver }
            }
        }
        return result
    }
}

/// The chance of a statistic at least as large under permuted labels: (1 + count) / (1 + N).
public func permutationPValue(observed: Double, permuted: [Double]) -> Double {
    // Equal sums in another order differ in their last digits.
    Double(1 + permuted.count { $0 >= observed - 1e-12 }) / Double(1 + permuted.count)
}
