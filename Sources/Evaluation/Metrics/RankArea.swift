/// The area under the ROC curve of samples sorted once, for any weighting of them; pairs may be
/// compared within strata alone.
public struct RankArea: Sendable {
    private struct Entry {
        let sample: Int
        let isPositive: Bool
        let endsTie: Bool
    }

    /// One sequence a stratum, from the lowest score up.
    private let strata: [[Entry]]

    /// - Parameters:
    ///   - scores: finite numbers of any range, that rise with the positive class.
    ///   - strata: for each sample its stratum; `nil` compares all.
    public init(scores: [Double], labels: [Bool], strata: [Int]? = nil) {
        precondition(
            scores.count == labels.count, "expected \(labels.count) scores, got \(scores.count)")
        let groups = Dictionary(grouping: scores.indices) { strata?[$0] ?? 0 }
        self.strata = groups.sorted { $0.key < $1.key }.map { _, members in
            let order = members.sorted { (scores[$0], $0) < (scores[$1], $1) }
            return order.indices.map { rank in
                Entry(
                    sample: order[rank], isPositive: labels[order[rank]],
                    endsTie: rank + 1 == order.count
                        || scores[order[rank + 1]] != scores[order[rank]])
            }
        }
    }

    /// The share of pairs of a positive and another sample in which the positive one scores higher,
    /// ties counting half; `nil` without such pairs.
    /// - Parameter times: how often each sample counts; `nil` for once.
    public func value(_ times: [Int32]? = nil) -> Double? {
        var (wins, pairs) = (0.0, 0.0)
        for entries in strata {
            var (below, positives) = (0.0, 0.0)
            var tied = (positives: 0.0, others: 0.0)
            for entry in entries {
                let weight = times.map { Double($0[entry.sample]) } ?? 1
                if entry.isPositive { tied.positives += weight } else { tied.others += weight }
                guard entry.endsTie else { continue }
                wins += tied.positives * (below + tied.others / 2)
                positives += tied.positives
                below += tied.others
                tied = (0, 0)
            }
            pairs += positives * below
        }
        return pairs > 0 ? wins / pairs : nil
    }
}
