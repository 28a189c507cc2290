import Evaluation
import Foundation
import Mien
import Synchronization
import Testing

@testable import Participants

/// What is refused, kept whole, and gone on with.
@Suite struct EvaluationRulesTests {
    private func refusal(
        _ table: ParticipantTable, _ change: (inout ParticipantOptions) -> Void = { _ in }
    ) -> String {
        do {
            _ = try ParticipantEvaluation(
                table, name: "made.csv", sha256: "0", options: .quick(change))
            return ""
        } catch {
            return "\(error)"
        }
    }

    private func adding(
        _ column: FeatureColumn, _ value: (Participant) -> Double
    ) -> ParticipantTable {
        let table = TableMaker(people: 40).table()
        return ParticipantTable(
            participants: table.participants, columns: table.columns + [column],
            values: zip(table.participants, table.values).map { $1 + [value($0)] })
    }

    @Test func whatHoldsTheAnswerIsRefused() {
        let item = adding(FeatureColumn(name: "phq8_sleep", modality: .questionnaire)) { _ in 1 }
        #expect(refusal(item).contains("column questionnaire.phq8_sleep"))
        #expect(refusal(item) { $0.hasClinicianLabel = true } == "")
        #expect(refusal(item) { $0.modalities = [.voice] } == "")
        let copy = adding(FeatureColumn(name: "loud", modality: .voice)) { $0.score ?? 0 }
        #expect(refusal(copy).contains("the values of the score"))
        let label = adding(FeatureColumn(name: "loud", modality: .voice)) {
            $0.label == true ? 1 : 0
        }
        #expect(refusal(label).contains("the values of the label"))
    }

    @Test func aParticipantInTwoRowsIsRefused() {
        var table = TableMaker(people: 40).table()
        table.participants[7] = table.participants[3]
        #expect(refusal(table).contains("participant 303 of made in the rows 4 and 8"))
    }

    @Test func tablesThatAreTooSmallOrLackColumnsAreRefused() {
        var table = TableMaker(people: 40).table()
        for index in table.participants.indices { table.participants[index].label = index < 2 }
        #expect(refusal(table).contains("2 positive and 38 other"))
        #expect(
            refusal(TableMaker(people: 40).table()) { $0.modalities = [.timing] }
                .contains("face, voice, text"))
        #expect(
            refusal(TableMaker(people: 40).table()) { $0.division = .corpus }
                .contains("one corpus"))
        #expect(refusal(TableMaker(people: 40).table()) { $0.folds = 1 }.contains("2 to 50"))
        #expect(
            refusal(TableMaker(people: 40).table()) { $0.classifiers = ["knn"] }
                .contains("svm or forest"))
    }

    @Test func aGroupInTwoSplitsIsRefused() {
        var table = TableMaker(people: 60).table()
        let former = table.participants[1]
        var moved = Participant(
            id: "again", corpus: "other", group: former.id, label: former.label)
        moved.split = .test
        table.participants[0] = moved
        #expect(
            refusal(table) { $0.division = .official }.contains(
                "groups in two splits, 1 of them, such as 301"))
        #expect(refusal(table) == "")
        for index in table.participants.indices { table.participants[index].split = .train }
        #expect(refusal(table) { $0.division = .official }.contains("of the split test"))
    }

    @Test func foldsKeepGroupsWholeAndStrataEven() {
        let people = (0 ..< 100).map {
            Participant(
                id: "\($0)", corpus: $0 < 50 ? "a" : "b", group: $0 % 50 < 10 ? "g\($0 % 50)" : nil,
                gender: $0 % 2 == 0 ? .male : .female)
        }
        let labels = people.indices.map { $0 % 3 == 0 }
        let folds = Folds(count: 5, seed: 3, stream: [1])
        let numbers = folds.numbers(of: people, labels: labels)
        for (_, members) in Dictionary(grouping: people.indices, by: { people[$0].group }) {
            #expect(Set(members.map { numbers[$0] }).count == 1)
        }
        for fold in 0 ..< 5 {
            let inside = people.indices.filter { numbers[$0] == fold }
            #expect((18 ... 22).contains(inside.count))
            #expect((5 ... 9).contains(inside.count { labels[$0] }))
        }
        #expect(numbers == folds.numbers(of: people, labels: labels))
        #expect(
            numbers != Folds(count: 5, seed: 4, stream: [1]).numbers(of: people, labels: labels))
    }

    @Test func shufflesStayWithinGenderAndCorpus() {
        let people = (0 ..< 40).map {
            Participant(
                id: "\($0)", corpus: $0 < 20 ? "a" : "b", gender: $0 % 2 == 0 ? .male : .female)
        }
        let shuffles = LabelPermutation(people, among: Array(0 ..< 40))
        let source = shuffles.source(seed: 1, number: 1)
        #expect(source.sorted() == Array(0 ..< 40) && source != Array(0 ..< 40))
        #expect(source != shuffles.source(seed: 1, number: 2))
        for (person, giver) in source.enumerated() {
            #expect(people[person].corpus == people[giver].corpus)
            #expect(people[person].gender == people[giver].gender)
        }
        #expect(permutationPValue(observed: 0.7, permuted: [0.5, 0.7, 0.8]) == 0.75)
    }

    @Test func theOfficialSplitCountsItsOpenings() throws {
        let store = MemoryStore()
        let table = TableMaker(people: 60, effects: [.voice: 2]).table()
        var report: ParticipantReport?
        for permutations in [0, 50, 50] {
            let options = ParticipantOptions.quick {
                $0.division = .official
                $0.permutations = permutations
            }
            report = try ParticipantEvaluation(
                table, name: "made.csv", sha256: "0", options: options
            ).run(threads: 1, store: store) { _ in .proceed }
        }
        let last = try #require(report)
        #expect(last.openings.count == 3 && Set(last.openings.map(\.plan)).count == 2)
        #expect(last.setting.joined().contains("looked at 3 times, with 2 settings"))
        #expect(last.parts.map(\.name) == ["test"] && last.parts[0].n == 20)
        #expect(try #require(last.parts[0].row("voice")?.permutationPValue) < 0.1)
    }

    @Test func anEvaluationGoesOnWhereItWasStopped() throws {
        let table = TableMaker(people: 40).table()
        let options = ParticipantOptions.quick {
            $0.permutations = 10
            $0.folds = 2
            $0.innerFolds = 2
            $0.modalities = [.voice]
        }
        func evaluation(_ options: ParticipantOptions) throws -> ParticipantEvaluation {
            try ParticipantEvaluation(table, name: "made.csv", sha256: "0", options: options)
        }
        let store = MemoryStore()
        let stopped = try evaluation(options).run(threads: 1, store: store) { event in
            if case .permutations(let done, _) = event, done >= 4 { return .stop }
            return .proceed
        }
        #expect(stopped == nil && store.names.contains("permutations.json"))
        var first: Int?
        let again = try evaluation(options).run(threads: 1, store: store) { event in
            if case .permutations(let done, _) = event { first = first ?? done }
            return .proceed
        }
        let whole = try evaluation(options).run(threads: 2, store: nil) { _ in .proceed }
        #expect(first == 4)
        #expect(again?.parts[0].rows == whole?.parts[0].rows)
        var other = options
        other.seed = 9
        #expect(throws: UsageError.self) {
            try evaluation(other).run(threads: 1, store: store) { _ in .proceed }
        }
    }

    @Test func eachCorpusIsHeldOut() throws {
        let table = TableMaker(
            effects: [.voice: 2],
            leak: { person, _, _, _ in
                let isFirst = (Int(person.id) ?? 0) % 2 == 0
                person = Participant(
                    id: person.id, corpus: isFirst ? "a" : "b", label: person.label,
                    score: person.score, gender: person.gender)
            }
        ).table()
        let part = try evaluate(table, .quick { $0.division = .corpus })
        #expect(part.auc("voice") > 0.8 && part.n == 120)
    }
}

/// Keeps results in memory.
private final class MemoryStore: ResultStore, Sendable {
    private let files = Mutex<[String: Data]>([:])

    var names: [String] { files.withLock { $0.keys.sorted() } }
    func read(_ name: String) throws -> Data? { files.withLock { $0[name] } }
    func write(_ data: Data, to name: String) throws { files.withLock { $0[name] = data } }
}
