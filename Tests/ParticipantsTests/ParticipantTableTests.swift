import Foundation
import Mien
import Participants
import Testing

@Suite struct ParticipantTableTests {
    static let table = ParticipantTable(
        participants: [
            Participant(
                id: "300", corpus: "daic-woz", split: .train, label: true, score: 12,
                gender: .male, age: 31.5),
            Participant(id: "a, \"b\"", corpus: "own", group: "family"),
        ],
        columns: [
            FeatureColumn(name: "f0_mean", modality: .voice),
            FeatureColumn(name: "au12_mean", modality: .face),
            FeatureColumn(name: "voiced_share", modality: .voice),
        ], values: [[120, .nan, 0.1], [-3.25e-9, 2, .nan]])

    @Test func columnsOfAModality() {
        #expect(Self.table.positions(of: .voice) == [0, 2])
        #expect(Self.table.positions(of: .text) == [])
        #expect(Self.table.participants[0].group == "300")
    }

    @Test func csvReadsAsItWasWritten() throws {
        let text = Self.table.csv()
        #expect(
            text.hasPrefix(
                "participant,corpus,group,split,label,score,gender,age,voice.f0_mean,"
                    + "face.au12_mean,voice.voiced_share\n300,daic-woz,300,train,1,12,male,31.5,"
                    + "120,,0.1\n"))
        let read = try withFile(text) { try ParticipantTable(contentsOf: $0) }
        #expect(read.participants == Self.table.participants)
        #expect(read.columns == Self.table.columns)
        #expect(read.values[0][0] == 120 && read.values[0][1].isNaN && read.values[0][2] == 0.1)
        #expect(read.values[1][0] == -3.25e-9 && read.values[1][2].isNaN)
    }

    @Test func columnsStandInAnyOrderAndMostMayBeAbsent() throws {
        let read = try withFile("text.words,corpus,Participant\n7,own,p1\nnan,own,p2\n") {
            try ParticipantTable(contentsOf: $0)
        }
        #expect(read.participants.map(\.id) == ["p1", "p2"])
        #expect(read.participants[0].label == nil)
        #expect(read.values[0] == [7] && read.values[1][0].isNaN)
    }

    @Test(arguments: [
        ("participant,corpus,mood.x\n1,a,2\n", 1, "mood.x"),
        ("participant,corpus,face.x,face.x\n1,a,2,2\n", 1, "face.x"),
        ("participant,corpus,face.x\n1,a,2\n2,a,two\n", 3, "face.x"),
        ("participant,corpus,label\n1,a,2\n", 2, "label"),
        ("participant,corpus,split\n1,a,late\n", 2, "split"),
        ("participant,corpus,gender\n1,a,9\n", 2, "gender"),
        ("participant,corpus\n,a\n", 2, "participant"),
        ("corpus,face.x\na,1\n", 1, "participant"),
    ])
    func faultsNameTheirPlace(text: String, line: Int, column: String) throws {
        let error = try #require(throws: DataError.self) {
            try withFile(text) { try ParticipantTable(contentsOf: $0) }
        }
        #expect(error.line == line)
        #expect(error.column == column)
    }
}

/// Writes a text to a file that lives as long as the body runs.
func withFile<Output>(
    _ text: String, named name: String = "file.csv", _ body: (URL) throws -> Output
) throws -> Output {
    try withFolder { folder in
        let url = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return try body(url)
    }
}

/// Makes a folder that lives as long as the body runs.
func withFolder<Output>(_ body: (URL) throws -> Output) throws -> Output {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("participants-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
