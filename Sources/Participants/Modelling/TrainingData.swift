/// Blocks of features with the outcomes of their participants.
///
/// Outcomes leave it only as those of ``TrainingData``: a model cannot see those of people whom a
/// fold holds out.
struct Study: Sendable {
    let blocks: [FeatureBlock]
    let participants: [Participant]
    fileprivate let labels: [Bool]
    /// `nan` where unknown.
    fileprivate let scores: [Double]

    /// - Precondition: one label and one score a participant.
    init(
        blocks: [FeatureBlock], participants: [Participant], labels: [Bool], scores: [Double]
    ) {
        precondition(
            labels.count == participants.count && scores.count == participants.count
                && blocks.allSatisfy { $0.count == participants.count },
            "\(participants.count) participants, got \(labels.count) labels")
        (self.blocks, self.participants) = (blocks, participants)
        (self.labels, self.scores) = (labels, scores)
    }

    /// The outcomes given to other participants.
    /// - Parameter source: for each participant whose outcome it gets.
    func permuted(_ source: [Int]) -> Study {
        Study(
            blocks: blocks, participants: participants, labels: source.map { labels[$0] },
            scores: source.map { scores[$0] })
    }

    /// The truth, for measures of predictions alone.
    func truth(for _: borrowing FinishedPredictions) -> (labels: [Bool], scores: [Double]) {
        (labels, scores)
    }
}

/// Shows that predictions are made: only then is their truth given out.
struct FinishedPredictions: ~Copyable {
    fileprivate init() {}
}

/// Participants whom a model may learn from: the only thing that a `fit` takes. They come from a
/// ``Division`` alone, or are all that a study has.
struct TrainingData: Sendable {
    let study: Study
    /// Positions in the study, ascending.
    let rows: [Int]

    fileprivate init(_ study: Study, _ rows: [Int]) {
        (self.study, self.rows) = (study, rows)
    }

    /// All participants, for a model that is not measured on them.
    init(all study: Study) { self.init(study, Array(study.participants.indices)) }

    var labels: [Bool] { rows.map { study.labels[$0] } }
    /// `nan` where unknown.
    var scores: [Double] { rows.map { study.scores[$0] } }
    var participants: [Participant] { rows.map { study.participants[$0] } }

    /// Those who have values of a block.
    func present(in block: Int) -> TrainingData {
        let isPresent = study.blocks[block].isPresent
        return TrainingData(study, rows.filter { isPresent[$0] })
    }

    /// Inner folds of these participants.
    func divisions(_ folds: Folds) -> [Division] {
        let numbers = folds.numbers(of: participants, labels: labels)
        return (0 ..< folds.count).compactMap { fold in
            let held = rows.indices.filter { numbers[$0] == fold }
            guard !held.isEmpty else { return nil }
            return Division(
                training: TrainingData(
                    study, rows.indices.filter { numbers[$0] != fold }.map { rows[$0] }),
                heldOut: HeldOutRows(study, held.map { rows[$0] }), places: held)
        }
    }
}

/// Participants who are predicted: their features, never their outcomes.
struct HeldOutRows: Sendable {
    private let study: Study
    let rows: [Int]

    fileprivate init(_ study: Study, _ rows: [Int]) { (self.study, self.rows) = (study, rows) }

    var count: Int { rows.count }
    var blocks: [FeatureBlock] { study.blocks }
}

/// Participants in two parts that share no group.
struct Division: Sendable {
    let training: TrainingData
    let heldOut: HeldOutRows
    /// Positions of the held-out rows among those that were divided.
    let places: [Int]

    /// All participants of a study in outer folds.
    static func outer(of study: Study, _ folds: Folds) -> [Division] {
        TrainingData(all: study).divisions(folds)
    }

    /// One part to learn from and another to predict; training rows whose group is held out are
    /// left out.
    static func given(
        of study: Study, training: [Int], heldOut: [Int]
    ) -> Division {
        let groups = Set(heldOut.map { study.participants[$0].group })
        let rest = training.filter { !groups.contains(study.participants[$0].group) }
        return Division(
            training: TrainingData(study, rest), heldOut: HeldOutRows(study, heldOut),
            places: heldOut)
    }

    /// Predicts all, and then gives out the truth.
    static func predicting<Output>(
        _ study: Study, _ body: () throws -> Output
    ) rethrows -> (output: Output, labels: [Bool], scores: [Double]) {
        let output = try body()
        let truth = study.truth(for: FinishedPredictions())
        return (output, truth.labels, truth.scores)
    }
}
