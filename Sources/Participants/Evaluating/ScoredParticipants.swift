/// What one row of the results (a modality, a fusion, a probe) says of each participant, averaged
/// over the models that held the participant out.
struct ScoredParticipants: Sendable, Equatable {
    /// What one model says of a participant.
    struct Answer: Sendable, Equatable {
        /// Log-odds above the base rate.
        var evidence: Double
        var probability: Double
        /// Above 0 for a positive decision.
        var margin: Double
        var score: Double?

        init(evidence: Double, probability: Double, margin: Double, score: Double?) {
            (self.evidence, self.probability) = (evidence, probability)
            (self.margin, self.score) = (margin, score)
        }

        init(_ prediction: Prediction, _ calibration: CalibratedLogit) {
            self.init(
                evidence: prediction.evidence,
                probability: calibration.probability(evidence: prediction.evidence),
                margin: prediction.evidence, score: prediction.score)
        }
    }

    private var sums: [Answer?]
    private var counts: [Int]
    private var scored: [Int]

    init(count: Int) {
        sums = [Answer?](repeating: nil, count: count)
        counts = [Int](repeating: 0, count: count)
        scored = counts
    }

    mutating func add(_ answer: Answer, to participant: Int) {
        var sum =
            sums[participant] ?? Answer(evidence: 0, probability: 0, margin: 0, score: nil)
        sum.evidence += answer.evidence
        sum.probability += answer.probability
        sum.margin += answer.margin
        if let score = answer.score {
            sum.score = (sum.score ?? 0) + score
            scored[participant] += 1
        }
        sums[participant] = sum
        counts[participant] += 1
    }

    /// The mean of what was said; `nil` where nothing was.
    func answer(_ participant: Int) -> Answer? {
        guard let sum = sums[participant] else { return nil }
        let count = Double(counts[participant])
        return Answer(
            evidence: sum.evidence / count, probability: sum.probability / count,
            margin: sum.margin / count,
            score: sum.score.map { $0 / Double(scored[participant]) })
    }

    /// Those of whom something is said.
    var participants: [Int] { sums.indices.filter { sums[$0] != nil } }
}
