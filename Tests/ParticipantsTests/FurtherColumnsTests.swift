import Foundation
import Mien
import Testing

@testable import Participants

/// Columns of other programs beside a table, and extractions that go on.
struct FurtherColumnsTests {
    private let table = ParticipantTable(
        participants: [
            Participant(id: "300", corpus: "a"), Participant(id: "301", corpus: "a"),
            Participant(id: "300", corpus: "b"),
        ], columns: [FeatureColumn(name: "f0", modality: .voice)], values: [[1], [2], [3]])

    @Test func columnsAreJoinedByParticipantAndCorpus() throws {
        let text =
            "participant,corpus,text.minilm_1,text.minilm_2\n300,b,0.5,\n300,a,-0.25,1e-3\n9,a,1,1\n"
        try withFile(text) { url in
            var table = table
            let joined = try table.join(columnsOf: url)
            #expect(joined == ParticipantTable.Joined(columns: 2, without: 1, unknown: 1))
            #expect(table.columns.map(\.name) == ["f0", "minilm_1", "minilm_2"])
            #expect(table.positions(of: .text) == [1, 2])
            #expect(table.values[0] == [1, -0.25, 0.001])
            #expect(table.values[1][0] == 2 && table.values[1][1].isNaN)
            #expect(table.values[2][1] == 0.5 && table.values[2][2].isNaN)
        }
        try withFile("participant,face.gaze\n300,7\n") { url in
            var table = table
            let joined = try table.join(columnsOf: url)
            #expect(joined == ParticipantTable.Joined(columns: 1, without: 1, unknown: 0))
            #expect(table.values.map(\.last)[0] == 7 && table.values[2].last == 7)
        }
    }

    private func refusal(_ text: String) throws -> DataError? {
        try withFile(text) { url in
            var table = table
            do throws(DataError) {
                try table.join(columnsOf: url)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let twice = try #require(
            try refusal("participant,corpus,text.x\n300,a,1\n301,a,2\n300,a,3\n"))
        #expect(twice.line == 4 && twice.found.contains("line 2 as well"))
        let known = try #require(try refusal("participant,voice.f0\n300,1\n"))
        #expect(known.column == "voice.f0" && known.found.contains("already"))
        let strangers = try #require(try refusal("participant,corpus,text.x\n300,c,1\n"))
        #expect(strangers.expected.contains("\"300\" of \"a\""))
        #expect(try refusal("participant,minilm_1\n300,1\n")?.column == "minilm_1")
        #expect(try refusal("participant,text.x\n300,much\n")?.line == 2)
        #expect(try refusal("name,text.x\n300,1\n") != nil)
    }

    @Test func wordsHoldWhatFeaturesSee() throws {
        let folderName = "words"
        try withFolder { folder in
            let url = folder.appendingPathComponent(folderName)
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            try Data("participant,transcript\np1,t.csv\n".utf8)
                .write(to: url.appendingPathComponent("manifest.csv"))
            let rows =
                "start,end,speaker,text\n0,1,interviewer,how are you\n"
                + "1,2,participant,\"well, <laughter> i'm xxx fine\"\n2,3,participant,<sigh>\n"
            try Data(rows.utf8).write(to: url.appendingPathComponent("t.csv"))
            let extraction = try #require(
                FeatureExtractor().table(of: [try Corpus.read(url.path)]))
            #expect(
                extraction.wordsCSV
                    == "participant,corpus,text\np1,words,\"well, i'm fine\"\n")
        }
    }

    private final class Memory: ResultStore, @unchecked Sendable {
        var files: [String: Data] = [:]
        func read(_ name: String) throws -> Data? { files[name] }
        func write(_ data: Data, to name: String) throws { files[name] = data }
    }

    @Test func anExtractionGoesOnWhereItWasStopped() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("study")
            var study = SyntheticStudy(layout: .manifest, people: 10, seed: 3)
            study.seconds = 15
            try study.write(to: url)
            for file in try FileManager.default.subpathsOfDirectory(atPath: url.path)
            where file.hasSuffix(".wav") {
                try waveFile([Int16](repeating: 9, count: 3200), rate: 16_000)
                    .write(to: url.appendingPathComponent(file))
            }
            let corpus = try Corpus.read(url.path)
            let store = Memory()
            let stopped = FeatureExtractor().table(of: [corpus], store: store) { done, _ in
                done < 4
            }
            // The fourth may have been stopped in its midst.
            #expect(stopped == nil && store.files.count == 3)
            // A transcript that changed since is read again.
            let changed = url.appendingPathComponent("p002/transcript.csv")
            try Data("start,end,speaker,text\n0,9,participant,words that are new\n".utf8)
                .write(to: changed)
            let again = FeatureExtractor().table(of: [corpus], store: store)
            #expect(store.files.count == 11)
            let whole = FeatureExtractor().table(of: [corpus])
            #expect(again?.table.csv() == whole?.table.csv())
            #expect(again?.provenance == whole?.provenance && again?.words == whole?.words)
        }
    }
}
