import Evaluation
import Foundation
import Imaging
import Mien
import Testing

struct DataProtocolTests {
    @Test(
        arguments: [
            ([4, 0, 0, 1, 3, 2, 0, 0, 0, 0], nil),
            ([6, 0, 1, 1, 0, 0, 0, 0, 2, 0], .neutral),
            ([5, 0, 0, 5, 0, 0, 0, 0, 0, 0], nil),
            ([3, 0, 0, 3, 0, 0, 0, 0, 4, 0], nil),
            ([5, 1, 1, 1, 1, 1, 0, 0, 0, 0], .neutral),
            ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], nil),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 10], nil),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], nil),
            ([0, 0, 0, 2, 0, 0, 0, 0, 0, 0], .sad),
        ] as [([UInt8], Emotion?)])
    func strictMajority(counts: [UInt8], expected: Emotion?) {
        #expect(Votes(counts).majority == expected)
    }

    @Test func mostVotedTakesTheFirstOfATieAndIgnoresUnknown() {
        #expect(Votes([5, 0, 0, 5, 0, 0, 0, 0, 0, 0]).mostVoted == .neutral)
        #expect(Votes([0, 0, 0, 1, 0, 0, 0, 0, 9, 0]).mostVoted == .sad)
        #expect(Votes.notAFace.mostVoted == nil)
    }

    @Test func distributionDropsSingleVotesAndUnknown() {
        let votes = Votes([4, 0, 0, 1, 3, 1, 0, 0, 1, 0])
        let shares: [Double] = [4.0 / 7, 0, 0, 0, 3.0 / 7, 0, 0, 0]
        #expect(votes.distribution() == shares)
        let allShares: [Double] = [4.0 / 9, 0, 0, 1.0 / 9, 3.0 / 9, 1.0 / 9, 0, 0]
        #expect(votes.distribution(keepSingleVotes: true) == allShares)
        #expect(Votes([1, 1, 1, 1, 1, 1, 1, 1, 2, 0]).distribution() == nil)
        #expect(Votes.notAFace.distribution(keepSingleVotes: true) == nil)
    }

    @Test func labellingKeepsRowsAndLeavesOthersOut() throws {
        let dataset = plainDataset([
            (
                1,
                Sample(
                    id: "a", row: 0, emotion: .sad, votes: Votes([0, 0, 0, 6, 4, 0, 0, 0, 0, 0]))
            ),
            (2, Sample(id: "b", row: 1, emotion: .fear, votes: .notAFace)),
            (
                3,
                Sample(
                    id: "c", row: 2, emotion: .happy, votes: Votes([2, 2, 0, 0, 0, 0, 0, 0, 6, 0]))
            ),
        ])
        #expect(dataset.defaultProtocol == .ferplus)
        let own = try dataset.labelled(by: .fer2013)
        #expect(own.indices == [0, 1, 2])
        #expect(own.classes.count == 7)
        #expect(own.classNumbers == [3, 6, 1])
        let majority = try dataset.labelled(by: .ferplus)
        #expect(majority.indices == [0])
        #expect(majority.emotions == [.sad])
        #expect(majority.positives(.paper) == [true])
        #expect(majority.classes.count == 8)
        let soft = try dataset.labelled(by: .ferplusVotes)
        #expect(soft.indices == [0, 2])
        #expect(soft.positiveShares(.paper) == [0.6, 0.5])
        let selected = soft.selecting([1])
        #expect(selected.indices == [2])
        #expect(selected.distributions == [0.5, 0.5, 0, 0, 0, 0, 0, 0])
        #expect(try dataset.labelled(by: .ferplusArgmax).emotions == [.sad, .neutral])
    }

    @Test func labelsThatTheDataLacksAreRefused() {
        let dataset = plainDataset([(1, Sample(id: "a", row: 0, emotion: .sad))])
        let error = #expect(throws: DataError.self) { try dataset.labelled(by: .ferplus) }
        #expect(error?.advice.description.contains("with votes") == true)
        #expect(dataset.defaultProtocol == .fer2013)
        #expect(throws: DataError.self) { try LabelProtocol(named: "majority") }
    }

    @Test func mappingIsReadAndChecked() throws {
        #expect(try LabelMapping(parsing: "sad,neutral") == .paper)
        #expect(try LabelMapping(parsing: " Sadness , NEUTRAL") == .paper)
        #expect(LabelMapping.paper.name == "sad-or-neutral")
        #expect(LabelMapping.paper.isPositive(.neutral))
        #expect(!LabelMapping.paper.isPositive(.contempt))
        let unknown = #expect(throws: DataError.self) { try LabelMapping(parsing: "sad,gloomy") }
        #expect(unknown?.found.contains("gloomy") == true)
        #expect(unknown?.expected.contains("contempt") == true)
        for text in [
            "", "sad,", "sad,sadness", Emotion.allCases.map(\.name).joined(separator: ","),
        ] {
            #expect(throws: DataError.self) { try LabelMapping(parsing: text) }
        }
        let coded = try JSONEncoder().encode(LabelMapping.paper)
        #expect(String(decoding: coded, as: UTF8.self) == #"["neutral","sad"]"#)
        #expect(try JSONDecoder().decode(LabelMapping.self, from: coded) == .paper)
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(LabelMapping.self, from: Data("[]".utf8))
        }
    }

    @Test func emotionsAreInTheOrderOfTheColumnsAndGoBySynonyms() {
        #expect(
            Emotion.allCases.map(\.name) == [
                "neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt",
            ])
        #expect(Emotion(name: "Happiness") == .happy)
        #expect(Emotion(name: "anger") == .angry)
        #expect(Emotion(name: "fearful") == .fear)
        #expect(Emotion(name: "0") == nil)
        #expect(
            Emotion.fer2013Order.map(\.name).prefix(4) == ["angry", "disgust", "fear", "happy"])
    }

    @Test func testStandsForValidationWhereThereIsNoTest() throws {
        func dataset(_ splits: [Split?]) -> Dataset {
            plainDataset(
                splits.enumerated().map {
                    (UInt8($0), Sample(id: "\($0)", row: $0, emotion: .sad, split: $1))
                })
        }
        let official = dataset([.train, .valid])
        let resolved = try official.resolve(split: "test")
        #expect(resolved.used == .valid)
        #expect(resolved.note?.contains("no test rows") == true)
        #expect(try official.resolve(split: "PublicTest").note == nil)
        #expect(throws: DataError.self) { try official.resolve(split: "PrivateTest") }
        #expect(throws: DataError.self) { try official.resolve(split: "holdout") }
        #expect(try dataset([.train, .valid, .test]).resolve(split: "test").used == .test)
        let whole = dataset([nil, nil])
        #expect(try whole.resolve(split: "test").note?.contains("all of its rows") == true)
        #expect(try whole.resolve(split: "all").used == nil)
        #expect(try whole.resolve(split: "train").note != nil)
    }

    @Test func oneTaggerAgainstTheOthers() {
        // Six sad, four angry: a sad answer leaves 5 to 4, an angry one 6 to 3; both leave sad.
        let split = HumanAnnotator([Votes([0, 0, 0, 6, 4, 0, 0, 0, 0, 0])], mapping: .paper)
        #expect(split.agreed == 6)
        #expect(split.compared == 10)
        // Six happy, five contempt: without one happy there is no majority, so it does not count.
        let close = HumanAnnotator([Votes([0, 6, 0, 0, 0, 0, 0, 5, 0, 0])], mapping: .paper)
        #expect(close.agreed == 5)
        #expect(close.compared == 5)
        #expect(HumanAnnotator([.notAFace], mapping: .paper).accuracy.value == nil)
        #expect(split.accuracy.value == 0.6)
    }
}
