import Evaluation
public import Foundation
public import Mien

/// Where an evaluation keeps what it has done, so that it can go on.
public protocol ResultStore {
    /// - Returns: `nil` where nothing was kept under that name.
    func read(_ name: String) throws -> Data?
    func write(_ data: Data, to name: String) throws
}

/// An evaluation of participants: every choice is made by folds within the training participants, and
/// every row is measured on participants that its models did not see.
public struct ParticipantEvaluation: Sendable {
    /// What happens while an evaluation runs.
    public enum Event: Sendable {
        /// Rounds of the true labels that are fitted.
        case rounds(done: Int, total: Int)
        case permutations(done: Int, total: Int)
    }

    public let options: ParticipantOptions
    /// In sentences.
    public let notes: [String]
    private let input: EvaluationTable
    private let name: String
    private let sha256: String

    /// - Parameters:
    ///   - name: of the table, for messages and the report.
    ///   - sha256: of the table's file.
    /// - Throws: `UsageError`, `DataError` for what cannot be evaluated.
    public init(
        _ table: ParticipantTable, name: String, sha256: String, options: ParticipantOptions
    ) throws {
        try options.validate()
        self.options = options
        self.name = name
        self.sha256 = sha256
        input = try EvaluationTable(table, name: name, options)
        notes = input.notes
    }

    /// - Parameters:
    ///   - store: keeps permutations and openings of the test split; `nil` keeps nothing.
    ///   - observe: called between pieces of work; `.stop` ends it.
    /// - Returns: `nil` when it was stopped.
    /// - Throws: `UsageError` for a store of another evaluation; what the store throws.
    public func run(
        threads: Int, store: (any ResultStore)?, _ observe: (Event) -> Disposition
    ) throws -> ParticipantReport? {
        let plan = EvaluationPlan(tableSHA256: sha256, options: options)
        try store.map(plan.keep)
        let (study, whole, absent) = input.table.study(input.modalities)
        var contest = whole
        contest.classifiers = options.classifiers.compactMap(ModalityClassifier.init)
        let truth = try Division.predicting(study) {
            try answers(study, contest, threads: threads, observe)
        }
        guard let said = truth.output else { return nil }
        let measured = Measured(
            study: study, said: said, labels: truth.labels, scores: truth.scores)
        var areas: [PermutedAreas] = []
        if options.division != .official, options.permutations > 0 {
            var state = try store.flatMap { try PermutationState.read(from: $0, plan) }
            guard
                let found = try permuted(
                    study, contest, threads: threads, state: &state, store, plan, observe)
            else { return nil }
            areas = found
        }
        let openings =
            options.division == .official ? try store.map(plan.open) ?? [] : []
        return report(
            measured, contest, absent, areas, openings: openings)
    }

    /// What all rows say of the held-out participants.
    private func answers(
        _ study: Study, _ contest: Contest, threads: Int, _ observe: (Event) -> Disposition
    ) throws -> [Contest.Row: ScoredParticipants]? {
        let rounds = Rounds.rounds(of: study, options)
        var result: [Contest.Row: ScoredParticipants] = [:]
        guard observe(.rounds(done: 0, total: rounds.count)) == .proceed else { return nil }
        for start in stride(from: 0, to: rounds.count, by: threads) {
            let part = Array(rounds[start ..< min(start + threads, rounds.count)])
            let found = try Processors.map(part.count, threads: threads) { number in
                try contest.answers(part[number].division, inner: part[number].inner)
            }
            for answers in found {
                for (row, list) in answers {
                    for (participant, answer) in list {
                        result[
                            row, default: ScoredParticipants(count: study.participants.count)
                        ].add(answer, to: participant)
                    }
                }
            }
            guard
                observe(.rounds(done: start + part.count, total: rounds.count)) == .proceed
            else { return nil }
        }
        return result
    }

    /// The areas of modalities and fusion under permuted labels, through all that is fitted.
    private func permuted(
        _ study: Study, _ whole: Contest, threads: Int, state: inout PermutationState?,
        _ store: (any ResultStore)?, _ plan: EvaluationPlan, _ observe: (Event) -> Disposition
    ) throws -> [PermutedAreas]? {
        let contest = whole.testedAlone
        let shuffles = LabelPermutation(
            study.participants, among: Array(study.participants.indices))
        var areas = state?.areas ?? []
        let (total, options) = (options.permutations, options)
        areas = Array(areas.prefix(total))
        let clock = ContinuousClock()
        var saved = clock.now
        func save() throws {
            try store.map { try PermutationState(plan: plan.sha256, areas: areas).write(to: $0) }
        }
        guard observe(.permutations(done: areas.count, total: total)) == .proceed else {
            return nil
        }
        while areas.count < total {
            let first = areas.count
            let count = min(4 * threads, total - first)
            areas += try Processors.map(count, threads: threads) { number in
                let turn = first + number + 1
                let other = study.permuted(shuffles.source(seed: options.seed, number: turn))
                return try PermutedAreas(other, contest, options, permutation: turn)
            }
            if clock.now - saved > .seconds(10) || areas.count == total {
                try save()
                saved = clock.now
            }
            guard observe(.permutations(done: areas.count, total: total)) == .proceed else {
                try save()
                return nil
            }
        }
        return areas
    }

    private func report(
        _ measured: Measured, _ contest: Contest, _ absent: [Probe: String],
        _ permuted: [PermutedAreas], openings: [ParticipantReport.Opening]
    ) -> ParticipantReport {
        let study = measured.study
        let bootstrap = Bootstrap(resamples: options.resamples, seed: options.seed)
        var parts: [(String, [Int])] = [("all participants", study.positions { _ in true })]
        if options.division == .official {
            parts = [Split.valid, .test].map { split in
                (split.rawValue, study.positions { $0.split == split })
            }
        }
        let results = parts.filter { !$0.1.isEmpty }.map { name, people in
            ParticipantReport.Part(
                name, people, measured, contest, absent, permuted, options, bootstrap)
        }
        return ParticipantReport(
            table: name, tableSHA256: sha256, options: options, parts: results,
            notes: notes, openings: openings,
            isSynthetic: study.participants.contains {
                $0.corpus.lowercased().contains("synthetic")
            },
            command: "", date: Date(), mienVersion: currentMienVersion)
    }
}

/// What all rows say, with the truth.
struct Measured {
    let study: Study
    let said: [Contest.Row: ScoredParticipants]
    let labels: [Bool]
    let scores: [Double]
}
