import Evaluation
import Foundation
import Mien

/// Areas under the curve of modalities and late fusion for one permutation of the labels.
struct PermutedAreas: Sendable, Codable, Equatable {
    let modalities: [String: Double]
    let fusion: Double?

    init(modalities: [String: Double], fusion: Double?) {
        (self.modalities, self.fusion) = (modalities, fusion)
    }

    /// - Parameter permutation: its number, which the folds depend on.
    init(
        _ study: Study, _ contest: Contest, _ options: ParticipantOptions, permutation: Int
    ) throws {
        let truth = try Division.predicting(study) {
            var said: [Contest.Row: ScoredParticipants] = [:]
            for round in Rounds.rounds(of: study, options, permutation: permutation) {
                for (row, list) in try contest.answers(round.division, inner: round.inner) {
                    for (participant, answer) in list {
                        said[row, default: ScoredParticipants(count: study.participants.count)]
                            .add(answer, to: participant)
                    }
                }
            }
            return said
        }
        var (modalities, fusion) = ([String: Double](), Double?.none)
        for (row, answers) in truth.output {
            let area = answers.area(labels: truth.labels, among: answers.participants) ?? 0.5
            if case .modality(let name) = row { modalities[name] = area }
            if row == .fusion { fusion = area }
        }
        self.init(modalities: modalities, fusion: fusion)
    }
}

extension ScoredParticipants {
    /// The area under the curve of the evidence.
    func area(labels: [Bool], among people: [Int]) -> Double? {
        let known = people.compactMap { person in answer(person).map { (person, $0.evidence) } }
        return RankArea(scores: known.map(\.1), labels: known.map { labels[$0.0] }).value()
    }
}

/// Permutations that are done, kept as permutations.json.
struct PermutationState: Codable {
    /// SHA-256 of the plan.
    let plan: String
    let areas: [PermutedAreas]

    static let name = "permutations.json"

    /// - Returns: `nil` where there are none of this plan.
    static func read(
        from store: any ResultStore, _ plan: EvaluationPlan
    ) throws -> PermutationState? {
        guard let data = try store.read(name),
            let state = try? JSONDecoder().decode(Self.self, from: data),
            state.plan == plan.sha256
        else { return nil }
        return state
    }

    func write(to store: any ResultStore) throws {
        try store.write(JSONEncoder.canonical.encode(self), to: Self.name)
    }
}

/// All that decides the results of an evaluation, kept as plan.json.
struct EvaluationPlan: Codable, Equatable {
    let tableSHA256: String
    let options: ParticipantOptions

    static let name = "plan.json"
    static let openingsName = "openings.json"

    private enum CodingKeys: String, CodingKey {
        case options
        case tableSHA256 = "table_sha256"
    }

    var sha256: String { (try? JSONEncoder.canonical.encode(self))?.sha256 ?? "" }

    /// Keeps the plan, or compares it with the one that is there. The official protocol goes on with
    /// other options too: its openings are counted.
    /// - Throws: `UsageError` for another plan.
    func keep(in store: any ResultStore) throws {
        if let data = try store.read(Self.name), options.division != .official {
            guard let found = try? JSONDecoder().decode(Self.self, from: data) else {
                throw UsageError(
                    Self.name, found: "a plan that cannot be read", expected: "a new folder")
            }
            guard found == self else {
                let what =
                    found.tableSHA256 != tableSHA256 ? "another table" : "other options"
                throw UsageError(
                    "The folder of results", found: "an evaluation of \(what)",
                    expected: "a new folder, or the evaluation that it began with")
            }
            return
        }
        try store.write(JSONEncoder.readable.encode(self), to: Self.name)
    }

    func opening() -> ParticipantReport.Opening {
        ParticipantReport.Opening(
            date: Date().formatted(.iso8601), plan: String(sha256.prefix(12)))
    }

    /// Counts one more look at the labels of the test split.
    /// - Returns: all of them.
    func open(in store: any ResultStore) throws -> [ParticipantReport.Opening] {
        var openings: [ParticipantReport.Opening] = []
        if let data = try store.read(Self.openingsName) {
            do {
                openings = try JSONDecoder().decode([ParticipantReport.Opening].self, from: data)
            } catch {
                throw UsageError(
                    Self.openingsName, found: "a list that cannot be read",
                    expected: "the list of looks at the test split that Mien wrote")
            }
        }
        openings.append(opening())
        try store.write(JSONEncoder.readable.encode(openings), to: Self.openingsName)
        return openings
    }
}
