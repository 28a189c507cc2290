import Evaluation
import Mien
import Testing

/// Folds over people, units and constant answers, against values made by hand.
struct SubjectFoldsTests {
    private static func sample(
        _ row: Int, _ emotion: Emotion, _ subject: String?, _ sequence: String? = nil
    ) -> (grey: UInt8, sample: Sample) {
        (
            UInt8(truncatingIfNeeded: row * 3),
            Sample(
                id: "\(row).png", row: row, emotion: emotion, subject: subject, sequence: sequence)
        )
    }

    private func folds(
        _ rows: [(grey: UInt8, sample: Sample)], by kind: RowGroups.Kind = .subject,
        count: Int = 2
    ) throws -> SubjectFolds {
        let dataset = plainDataset(rows)
        return try SubjectFolds(
            of: dataset.labelled(by: .fer2013), in: dataset, by: kind,
            dataset.rowGroups(Grouping()), count: count)
    }

    @Test func thePersonOfRankRIsInFoldRModuloTheNumber() throws {
        let found = try folds(
            [
                Self.sample(0, .happy, "S100"), Self.sample(1, .sad, "S005"),
                Self.sample(2, .happy, "S010"), Self.sample(3, .sad, "S100"),
                Self.sample(4, .sad, "S022"), Self.sample(5, .happy, "S005"),
            ])
        #expect(found.groups == ["S005", "S010", "S022", "S100"])
        #expect(found.groupOfRow == [3, 0, 1, 3, 2, 0])
        #expect(found.folds(round: 0, seed: 1) == [1, 0, 1, 1, 0, 0])
        #expect(found.folds(round: 0, seed: 2) == found.folds(round: 0, seed: 1))
    }

    @Test func peopleWhomOneSequenceShowsStayTogether() throws {
        let found = try folds(
            [
                Self.sample(0, .happy, "a", "1"), Self.sample(1, .sad, "b", "1"),
                Self.sample(2, .happy, "c", "2"), Self.sample(3, .sad, "d", "3"),
            ])
        #expect(found.groups == ["a", "c", "d"])
        #expect(found.folds(round: 0, seed: 0) == [0, 0, 1, 0])
    }

    @Test func repeatsShufflePeopleBySeedAndDivideNone() throws {
        let rows = (0 ..< 60).map { Self.sample($0, $0 % 2 == 0 ? .sad : .happy, "p\($0 / 3)") }
        let found = try folds(rows, count: 5)
        var rounds: [[Int]] = []
        for round in 0 ..< 3 {
            let folds = found.folds(round: round, seed: 7)
            rounds.append(folds)
            for person in 0 ..< 20 { #expect(Set(folds[person * 3 ..< person * 3 + 3]).count == 1) }
            for fold in 0 ..< 5 { #expect(folds.count { $0 == fold } == 12) }
        }
        #expect(Set(rounds).count == 3)
        #expect(found.folds(round: 1, seed: 7) == rounds[1])
        #expect(found.folds(round: 1, seed: 8) != rounds[1])
    }

    @Test func dataThatCannotBeDividedSoIsRefused() throws {
        let nameless = #expect(throws: DataError.self) {
            try folds([Self.sample(0, .sad, "a"), Self.sample(1, .happy, nil)])
        }
        #expect(nameless?.found.contains("1 of 2 rows without a subject") == true)
        #expect(nameless?.found.contains("1.png") == true)
        let few = #expect(throws: DataError.self) {
            try folds([Self.sample(0, .sad, "a"), Self.sample(1, .happy, "b")], count: 3)
        }
        #expect(few?.found == "2 subjects")
        #expect(throws: DataError.self) {
            try folds(
                [Self.sample(0, .sad, "a", "1"), Self.sample(1, .happy, "a", "2")], by: .sequence)
        }
    }

    @Test func aUnitIsTheFramesOfASequenceWithOneLabel() throws {
        let dataset = plainDataset([
            Self.sample(0, .neutral, "a", "a1"), Self.sample(1, .sad, "a", "a1"),
            Self.sample(2, .sad, "a", "a1"), Self.sample(3, .happy, "b", "b1"),
        ])
        let rows = try dataset.labelled(by: .fer2013)
        let groups = try dataset.rowGroups(Grouping())
        let units = try ScoringUnits(nil, of: rows, in: dataset, groups)
        #expect(units.kind == .sequence && units.members == [[0], [1, 2], [3]])
        let means = ScoringUnits.means(
            of: [[0, 1], [0.25, 0.75], [0.75, 0.25], [0.5, 0.5]], units.members)
        #expect(means == [[0, 1], [0.5, 0.5], [0.5, 0.5]])
        let images = try ScoringUnits(.image, of: rows, in: dataset, groups)
        #expect(images.members.count == 4)
        let unnamed = plainDataset([Self.sample(0, .sad, "a"), Self.sample(1, .happy, "b")])
        #expect(throws: DataError.self) {
            try ScoringUnits(
                .sequence, of: unnamed.labelled(by: .fer2013), in: unnamed,
                unnamed.rowGroups(Grouping()))
        }
    }

    /// CK+'s counts: 28 of 327 sequences are sad, 83 surprise.
    @Test func constantAnswersOfCKPlusAreThoseOfItsCounts() throws {
        let counts: [(Emotion, Int)] = [
            (.angry, 45), (.contempt, 18), (.disgust, 59), (.fear, 25), (.happy, 69), (.sad, 28),
            (.surprise, 83),
        ]
        let emotions = counts.flatMap { Array(repeating: $0.0, count: $0.1) }
        let clusters = Clusters(emotions.indices.map { $0 % 118 })
        let bootstrap = Bootstrap(resamples: 50)
        let sad = TrivialLine(
            emotions.map { $0 == .sad }, of: .sad, bootstrap, clusters)
        #expect(sad.name == "never sad" && sad.n == 327)
        #expect(sad.accuracy.value == 299.0 / 327 && sad.balancedAccuracy == 0.5)
        let surprise = TrivialLine(emotions, among: Emotion.allCases, bootstrap, clusters)
        #expect(surprise.name == "always surprise" && surprise.accuracy.value == 83.0 / 327)
        #expect(surprise.balancedAccuracy == 1.0 / 7)
        let both = emotions + Array(repeating: Emotion.neutral, count: 327)
        let all = Clusters(both.indices.map { $0 % 118 })
        let neutral = TrivialLine(both, among: Emotion.allCases, bootstrap, all)
        #expect(neutral.name == "always neutral" && neutral.accuracy.value == 0.5)
        let either = TrivialLine(
            both.map { $0 == .sad || $0 == .neutral }, of: .paper, bootstrap, all)
        #expect(either.name == "always sad-or-neutral" && either.accuracy.value == 355.0 / 654)
    }

    @Test func protocolsKeepTheirRowsAndRefuseOthers() throws {
        let rows = [
            Self.sample(0, .neutral, "a", "a1"), Self.sample(1, .sad, "a", "a1"),
            Self.sample(2, .contempt, "b", "b1"),
        ]
        let dataset = plainDataset(rows)
        #expect(try ExpressionProtocol.ck7.rows(of: dataset).emotions == [.sad, .contempt])
        #expect(try ExpressionProtocol.ckBinary.rows(of: dataset).count == 2)
        #expect(try ExpressionProtocol.ck7Neutral.rows(of: dataset).count == 3)
        let error = #expect(throws: DataError.self) {
            try ExpressionProtocol.ck7Neutral.rows(of: plainDataset(Array(rows.dropFirst())))
        }
        #expect(error?.found == "no neutral frames")
        var network = Recipe.cnn
        ExpressionProtocol.ck7.apply(to: &network)
        #expect(network.head == .emotions && network.positive == .sad && network.labels == .fer2013)
        var machine = Recipe.svm
        ExpressionProtocol.ckBinary.apply(to: &machine)
        #expect(machine.head == .binary && machine.positive == .sad)
        ExpressionProtocol.ck7.apply(to: &machine)
        #expect(machine.head == .emotions)
        #expect(throws: Never.self) { try machine.validate() }
    }

    @Test func namesOfCKPlusShowSequences() throws {
        let dataset = plainDataset(
            ["S005_001_00000011", "S005_001_00000010", "S010_002_00000014"].enumerated().map {
                (
                    UInt8($0.offset),
                    Sample(id: "anger/\($0.element).png", row: $0.offset, emotion: .angry)
                )
            })
        let groups = try dataset.rowGroups(Grouping())
        #expect(groups.sequences == ["S005_001", "S005_001", "S010_002"])
        #expect(groups.subjects == ["S005", "S005", "S010"])
    }
}
