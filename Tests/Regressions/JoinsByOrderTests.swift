import Foundation
import Mien
import ProgramSupport
import Testing

/// Files that only their order or their counts join.
struct JoinsByOrderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(labels: [Int], votes: [Int], checks: Bool = true) throws -> Dataset {
        try Dataset.load(
            data: folder.write(FaceRows.csv(labels), to: "fer2013.csv"),
            votes: folder.write(FaceRows.votesFile(votes), to: "votes.csv"), checksVotes: checks)
    }

    @Test func aCSVSortedByEmotionDoesNotTakeTheVotesOfOtherRows() throws {
        let emotions = FaceRows.emotions(count: 600)
        let error = #expect(throws: DataError.self) {
            try load(labels: emotions.sorted(), votes: emotions)
        }
        #expect(error?.kind == .mismatch)
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("of 600 rows") && text.contains("in rows 0 to 499 in"))
        #expect(text.contains("about 68 %") && text.contains("83 % of sad or neutral"))
    }

    @Test func aMovedRowIsFoundWithTheRowsBehindIt() throws {
        let emotions = FaceRows.emotions(count: 900)
        var moved = emotions
        moved.insert(moved.remove(at: 550), at: 400)
        let error = try #require(
            #expect(throws: DataError.self) { try load(labels: moved, votes: emotions) })
        let first = try #require(
            "\(error)".firstMatch(of: /in rows (\d+) to/).flatMap { Int($0.output.1) })
        #expect(390 ... 420 ~= first, "\(error)")
        // The rows behind the stretch agree again.
        #expect("\(error)".contains("to 55") || "\(error)".contains("to 54"), "\(error)")
    }

    @Test func theOriginalOrderIsReadAndItsAgreementTold() throws {
        let emotions = FaceRows.emotions(count: 600)
        let agreement = try #require(try load(labels: emotions, votes: emotions).votesAgreement)
        #expect(agreement.share == 1 && agreement.disagreement == nil)
        #expect(agreement.range == [1, 1])
        let outcome = try Program.run(
            "data", "describe", "--data", folder.path("fer2013.csv"), "--votes",
            folder.path("votes.csv"))
        #expect(outcome.output.contains("emotion and votes agree in 100.0 % of 600 rows"))
    }

    /// Both files sorted alike are joined as before, although rare emotions agree seldom.
    @Test func filesSortedAlikeAreJoined() throws {
        let order = FaceRows.emotions(count: 600).sorted()
        #expect(try load(labels: order, votes: order).votesAgreement?.disagreement == nil)
    }

    @Test func describeShowsWhereAJoinWentWrongInsteadOfStopping() throws {
        let emotions = FaceRows.emotions(count: 600)
        let data = try folder.write(FaceRows.csv(emotions.sorted()), to: "fer2013.csv")
        let votes = try folder.write(FaceRows.votesFile(emotions), to: "votes.csv")
        let described = try Program.run("data", "describe", "--data", data, "--votes", votes)
        #expect(described.status == 0)
        #expect(described.output.contains("votes of other rows"))
        let sheet = try Program.run(
            "data", "augment", "--data", data, "--votes", votes, "--out", folder.path("a.png"))
        #expect(sheet.status == 2 && sheet.errors.contains("votes of other rows"))
    }

    @Test func aFewRowsThatDisagreeAreNoProof() throws {
        let labels = FaceRows.emotions(count: 40)
        let votes = labels.map { ($0 + 1) % 7 }
        let few = try load(labels: Array(labels.prefix(8)), votes: Array(votes.prefix(8)))
        #expect(few.notes.isEmpty)
        // Forty rows of which none agrees are said, not refused.
        #expect(
            try load(labels: labels, votes: votes).notes.contains {
                $0.description.contains("0.0 %")
            })
    }

    @Test func groupsCountedFromOneAreToldApart() throws {
        let data = try folder.write(FaceRows.csv([3, 4, 6]), to: "fer2013.csv")
        let dataset = try Dataset.load(data: data)
        let table = try GroupTable(
            path: folder.write("id,sex\n1,f\n2,m\n3,f\n", to: "groups.csv"))
        let error = #expect(throws: DataError.self) {
            try table.unknownIDs(in: dataset, skip: true)
        }
        #expect(error?.description.contains("counted from 1") == true)
    }

    @Test func anImageListedTwiceWithTwoLabelsIsNamed() throws {
        try folder.writeImage(grey: 1, to: "a.png")
        let list = try folder.write(
            "path,label\na.png,sad\n./a.png,happy\n", to: "list.csv")
        let error = #expect(throws: DataError.self) { try Dataset.load(data: list) }
        #expect(error?.line == 3)
        #expect(error?.found.contains("another label than on line 2") == true)
        try folder.write("path,label\na.png,sad\na.png,sad\n", to: "list.csv")
        #expect(
            try Dataset.load(data: list).notes.contains { $0.description.contains("1 rows repeat") }
        )
    }
}
