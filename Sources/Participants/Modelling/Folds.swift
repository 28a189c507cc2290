import Evaluation

/// Folds of participants: groups stay whole, and each fold gets its share of each label, corpus and
/// gender.
struct Folds: Sendable {
    let count: Int
    let seed: UInt64
    /// Tells repeats, permutations and outer folds from each other.
    let stream: [UInt64]

    /// The folds within one of these folds.
    func inner(count: Int, of fold: Int) -> Folds {
        Folds(count: count, seed: seed, stream: stream + [UInt64(fold) + 1])
    }

    /// The fold of each participant, 0 ..< ``count``.
    ///
    /// Groups are shuffled, sorted by their stratum, and dealt out one after the other.
    func numbers(of participants: [Participant], labels: [Bool]) -> [Int] {
        var members: [String: [Int]] = [:]
        var names: [String] = []
        for (index, participant) in participants.enumerated() {
            if members[participant.group] == nil { names.append(participant.group) }
            members[participant.group, default: []].append(index)
        }
        var generator = SeededGenerator(
            seed: stream.reduce(seed) { SeededGenerator.joined($0, $1) })
        let order = generator.permutation(of: names.count)
        let groups = order.map { members[names[$0], default: []] }
        func stratum(_ group: [Int]) -> String {
            let positives = group.count { labels[$0] }
            let first = participants[group[0]]
            return "\(positives > 0 ? 0 : 1) \(9 - min(group.count, 9)) \(first.corpus) "
                + (first.gender?.rawValue ?? "")
        }
        let keys = groups.map(stratum)
        let sorted = groups.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        var result = [Int](repeating: 0, count: participants.count)
        for (place, group) in sorted.enumerated() {
            for member in groups[group] { result[member] = place % count }
        }
        return result
    }
}

extension SeededGenerator {
    /// A seed of a seed and a number.
    fileprivate static func joined(_ seed: UInt64, _ number: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: seed, stream: number)
        return generator.next()
    }
}
