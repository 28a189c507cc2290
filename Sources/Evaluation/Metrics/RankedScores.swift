/// Scores and labels with the order from the highest score to the lowest, found once.
struct RankedScores: Sendable {
    let scores: [Double]
    let labels: [Bool]
    /// Indices of the samples from the highest score down; ties in the order given.
    let order: [Int]
    let positives: Int

    /// The caller has validated both.
    init(scores: [Double], labels: [Bool]) {
        self.scores = scores
        self.labels = labels
        order = scores.indices.sorted {
            scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
        }
        positives = labels.count { $0 }
    }

    var count: Int { scores.count }

    /// Calls `body` with the samples of each distinct score, from the highest down.
    func forEachTie(_ body: (ArraySlice<Int>) -> Void) {
        var start = 0
        while start < count {
            let score = scores[order[start]]
            var end = start + 1
            while end < count, scores[order[end]] == score { end += 1 }
            body(order[start ..< end])
            start = end
        }
    }
}
