public import Evaluation

/// The figures of one row of the results: a modality, a fusion, a classifier or a probe.
public struct RowResult: Sendable, Codable, Equatable {
    /// What a row of the table stands for.
    public enum Kind: String, Sendable, Codable {
        case modality, fusion, classifier, probe
    }

    public let name: String
    public let kind: Kind
    /// Participants of whom something is said.
    public let n: Int
    public let positives: Int
    /// Over all pairs of a positive and another participant, by the evidence.
    public let auc: Estimate
    /// Over pairs of one gender.
    public let aucWithinGender: Estimate
    public let decisions: ClassDecisions?
    /// Mean squared distance of the probability from the label.
    public let brier: Estimate
    /// Of the predicted score; `nil` where none is predicted.
    public let scores: ScoreErrors?
    /// The chance of such an AUC under permuted labels; `nil` where it was not tested.
    public internal(set) var permutationPValue: Double?
    /// This chance after Holm's correction over the modalities.
    public internal(set) var holmPValue: Double?
    /// Against each probe.
    public internal(set) var comparisons: [ProbeComparison] = []
    /// Why a probe has no figures.
    public let absence: String?

    private enum CodingKeys: String, CodingKey {
        case name, kind, n, positives, auc, decisions, brier, scores, comparisons, absence
        case aucWithinGender = "auc_within_gender"
        case permutationPValue = "permutation_p"
        case holmPValue = "permutation_p_holm"
    }

    /// A row without figures.
    init(absent name: String, kind: Kind, reason: String) {
        self.name = name
        self.kind = kind
        (n, positives) = (0, 0)
        (auc, aucWithinGender, brier) = (.missing(reason), .missing(reason), .missing(reason))
        (decisions, scores) = (nil, nil)
        absence = reason
    }

    init(_ name: String, kind: Kind, _ answers: MeasuredAnswers, _ bootstrap: Bootstrap) {
        self.name = name
        self.kind = kind
        n = answers.labels.count
        positives = answers.labels.count { $0 }
        absence = nil
        let clusters = answers.clusters
        func estimate(_ area: RankArea) -> Estimate {
            bootstrap.estimate(of: answers.labels.count, by: clusters) { area.value($0) }
        }
        let isAnswered = !answers.isScoreAlone
        let noAnswer = Estimate.missing("it predicts a score alone")
        auc = isAnswered ? estimate(answers.area()) : noAnswer
        aucWithinGender =
            isAnswered ? estimate(answers.area(within: answers.genders)) : noAnswer
        decisions =
            isAnswered
            ? ClassDecisions(
                decisions: answers.decisions, labels: answers.labels, bootstrap: bootstrap,
                clusters: clusters) : nil
        brier =
            isAnswered
            ? bootstrap.estimate(of: answers.labels.count, by: clusters) { times in
                var (sum, count) = (0.0, 0.0)
                for (index, answer) in answers.answers.enumerated() {
                    let gap = answer.probability - (answers.labels[index] ? 1 : 0)
                    sum += Double(times[index]) * gap * gap
                    count += Double(times[index])
                }
                return count > 0 ? sum / count : nil
            } : noAnswer
        let scored = answers.scored
        scores =
            scored.isEmpty
            ? nil
            : ScoreErrors(
                predicted: scored.compactMap { answers.answers[$0].score },
                truths: scored.map { answers.scores[$0] }, bootstrap: bootstrap,
                clusters: clusters.selecting(scored))
    }
}

/// How a row compares with a probe, on the participants of whom both say something.
public struct ProbeComparison: Sendable, Codable, Equatable {
    public let probe: String
    /// "AUC", "F1" or "MAE".
    public let measure: String
    public let n: Int
    /// How much better the row is, by the paired bootstrap; below 0 where it is worse.
    public let gain: Estimate

    /// Whether the whole interval lies above 0.
    public var isBeaten: Bool { gain.low.map { $0 > 0 } ?? false }
}

/// Answers of a row with the truth, for measuring.
struct MeasuredAnswers: Sendable {
    /// Positions in the study, ascending.
    let participants: [Int]
    let answers: [ScoredParticipants.Answer]
    let labels: [Bool]
    /// `nan` where unknown.
    let scores: [Double]
    let genders: [Int]
    let clusters: Clusters
    /// Whether only the score says something.
    let isScoreAlone: Bool

    /// - Parameter part: who is measured.
    init(
        _ said: ScoredParticipants, _ study: Study, labels: [Bool], scores: [Double],
        part: [Int], isScoreAlone: Bool
    ) {
        let found = part.compactMap { person in said.answer(person).map { (person, $0) } }
        participants = found.map(\.0)
        answers = found.map(\.1)
        self.labels = participants.map { labels[$0] }
        self.scores = participants.map { scores[$0] }
        genders = participants.map { person in
            study.participants[person].gender.map { $0 == .female ? 1 : 2 } ?? 0
        }
        clusters = Clusters(participants.map { study.participants[$0].group })
        self.isScoreAlone = isScoreAlone
    }

    var decisions: [Bool] { answers.map { $0.margin > 0 } }

    /// Positions of those whose score is predicted and known.
    var scored: [Int] {
        answers.indices.filter { answers[$0].score != nil && scores[$0].isFinite }
    }

    func area(within strata: [Int]? = nil) -> RankArea {
        RankArea(scores: answers.map(\.evidence), labels: labels, strata: strata)
    }

    /// The answers of these participants alone.
    func selecting(_ wanted: Set<Int>) -> MeasuredAnswers {
        MeasuredAnswers(self, participants.indices.filter { wanted.contains(participants[$0]) })
    }

    private init(_ other: MeasuredAnswers, _ places: [Int]) {
        participants = places.map { other.participants[$0] }
        answers = places.map { other.answers[$0] }
        labels = places.map { other.labels[$0] }
        scores = places.map { other.scores[$0] }
        genders = places.map { other.genders[$0] }
        clusters = other.clusters.selecting(places)
        isScoreAlone = other.isScoreAlone
    }
}
