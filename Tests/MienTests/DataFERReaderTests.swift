import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

struct DataFERReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(_ text: String, votes: String? = nil, skip: Bool = false) throws -> Dataset {
        try Dataset.load(
            data: folder.write(text, to: "fer.csv"),
            votes: votes.map { try folder.write($0, to: "votes.csv") }, skipBadRows: skip)
    }

    private func error(_ text: String) throws -> DataError? {
        loadingError(try folder.write(text, to: "fer.csv"))
    }

    @Test func rowsBecomeSamples() throws {
        let dataset = try load(
            [ferHeader, ferRow(3, grey: 7, "Training"), ferRow(6, grey: 255, "PublicTest")]
                .joined(separator: "\n"))
        #expect(dataset.form == .ferCSV)
        #expect(dataset.samples.map(\.emotion) == [.happy, .neutral])
        #expect(dataset.samples.map(\.split) == [.train, .valid])
        #expect(dataset.samples.map(\.line) == [2, 3])
        #expect(dataset.image(at: 1).pixels == Array(repeating: 255, count: 2304))
        #expect(sides(of: 0, in: dataset) == [48, 48])
        #expect(!dataset.hasVotes)
    }

    @Test(arguments: [
        "\u{FEFF}emotion,pixels,Usage\r\n%1\r\n%2\r\n",
        "emotion,pixels,Usage\n\n%1\n%2\n\n\n",
        "\"emotion\",\"pixels\",\"Usage\"\n%1\n%2",
        "Emotion, PIXELS , usage\n%1\n%2",
    ])
    func waysOfWritingACSV(pattern: String) throws {
        let text = pattern.replacingOccurrences(of: "%1", with: ferRow(0, grey: 1, "Training"))
            .replacingOccurrences(of: "%2", with: ferRow(5, grey: 2, "PrivateTest"))
        let dataset = try load(text)
        #expect(dataset.samples.map(\.emotion) == [.angry, .surprise])
        #expect(dataset.samples.map(\.split) == [.train, .test])
        #expect(dataset.image(at: 1).pixels == Array(repeating: 2, count: 2304))
    }

    @Test func columnsAreFoundInAnyOrder() throws {
        let pixels = (0 ..< 2304).map { String($0 % 256) }.joined(separator: " ")
        let dataset = try load("Usage,more,pixels,emotion\nTraining,x,\"\(pixels)\",4\n")
        #expect(dataset.samples[0].emotion == .sad)
        #expect(dataset.image(at: 0).pixels == (0 ..< 2304).map { UInt8($0 % 256) })
    }

    @Test func aColumnMarksSyntheticFaces() throws {
        let drawn = try load("\(ferHeader),synthetic\n\(ferRow(0, grey: 1, "Training")),1\n")
        #expect(drawn.isSynthetic)
        #expect(try !load("\(ferHeader)\n\(ferRow(0, grey: 1, "Training"))\n").isSynthetic)
    }

    @Test func gzipOfTwoMembersIsRead() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/tiny_fer", withExtension: "csv.gz"))
        let dataset = try Dataset.load(data: url.path)
        #expect(dataset.samples.map(\.emotion) == Emotion.fer2013Order.dropLast())
        #expect(dataset.samples.map(\.split) == [.train, .train, .train, .train, .valid, .test])
        for index in 0 ..< 6 {
            #expect(
                dataset.image(at: index).pixels
                    == (0 ..< 2304).map { UInt8((7 * index + $0) % 256) })
        }
        // sha256sum of the file.
        #expect(
            dataset.sha256 == "b830088ac07e9bd8e29a6e0317383353197e5012bc8f070f5364e24c707403c1")
    }

    @Test func damagedGzipIsRefused() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/tiny_fer", withExtension: "csv.gz"))
        let whole = [UInt8](try Data(contentsOf: url))
        for length in [11, whole.count / 4, whole.count - 1] {
            let path = try folder.write(Array(whole.prefix(length)), to: "cut.csv.gz")
            let error = loadingError(path, skipBadRows: true)
            #expect(error?.kind == .damaged, "cut at \(length)")
            #expect(error?.file == path)
        }
        var altered = whole
        altered[whole.count - 6] ^= 0xFF
        let crc = loadingError(try folder.write(altered, to: "altered.csv.gz"))
        #expect(crc?.kind == .damaged)
        #expect(crc?.found.contains("incorrect data check") == true)
        let trailing = loadingError(try folder.write(whole + [1, 2, 3], to: "longer.csv.gz"))
        #expect(trailing?.kind == .damaged)
        let padded = try folder.write(whole + [0, 0, 0], to: "padded.csv.gz")
        #expect(try Dataset.load(data: padded).count == 6)
    }

    @Test(
        arguments: [
            (ferRow(0, grey: 1, "Training", count: 2303), "pixels", "2303 values", "2304"),
            (ferRow(0, grey: 1, "Training", count: 2305), "pixels", "2305 values", "2304"),
            (ferRow(0, grey: 256, "Training"), "pixels", "\"256\" as value 1", "0 to 255"),
            (ferRow(0, grey: -1, "Training"), "pixels", "\"-1\" as value 1", "0 to 255"),
            ("0,1 2 3x 4,Training", "pixels", "\"3x\" as value 3", "0 to 255"),
            ("0,1 99999999999999999999999 4,Training", "pixels", "as value 2", "0 to 255"),
            ("0,,Training", "pixels", "0 values", "2304"),
            (ferRow(8, grey: 1, "Training"), "emotion", "\"8\"", "0 to 6"),
            (ferRow(12, grey: 1, "Training"), "emotion", "\"12\"", "0 to 6"),
            (ferRow(1, grey: 1, "Tuning"), "Usage", "\"Tuning\"", "PublicTest"),
            ("1,2", nil, "2 fields", "3"),
        ] as [(String, String?, String, String)])
    func badRowsSayWhereAndWhat(
        row: String, column: String?, found: String, expected: String
    ) throws {
        let text = [ferHeader, ferRow(0, grey: 1, "Training"), row, ferRow(1, grey: 2, "Training")]
            .joined(separator: "\n")
        let error = try #require(try error(text))
        #expect(error.kind == .row)
        #expect(error.line == 3)
        #expect(error.column == column)
        #expect(error.found.contains(found), "\(error)")
        #expect(error.expected.contains(expected), "\(error)")
        #expect(error.description.contains("fer.csv:3"))
        #expect(error.description.contains("with skip-bad-rows"))

        let rest = try load(text, skip: true)
        #expect(rest.count == 2)
        #expect(rest.samples.map(\.row) == [0, 2])
        #expect(rest.badRows == [error])
    }

    @Test func filesThatAreNoFERCSVAreRefused() throws {
        #expect(try error("")?.kind == .empty)
        #expect(try error("\n\n")?.kind == .empty)
        #expect(try error(ferHeader + "\n")?.kind == .empty)
        let missing = try error("emotion,pixels\n0,1 2 3\n")
        #expect(missing?.kind == .unknownForm)
        #expect(missing?.column == "Usage")
        #expect(missing?.found.contains("emotion,pixels") == true)
        #expect(try error("a,b\n1,2\n")?.expected.contains("emotion,pixels,Usage") == true)
        let wide = try folder.write([0xFF, 0xFE, 0x65, 0x00, 0x6D, 0x00], to: "wide.csv")
        #expect(loadingError(wide)?.found == "text in UTF-16")
        #expect(loadingError(folder.path + "/none.csv")?.kind == .unreadable)
        let allBad = try folder.write("\(ferHeader)\n0,1,Training\n", to: "bad.csv")
        #expect(loadingError(allBad, skipBadRows: true)?.kind == .empty)
    }

    private let votesHeader =
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    private let faces = [
        ferHeader, ferRow(0, grey: 1, "Training"), ferRow(1, grey: 2, "Training"),
        ferRow(2, grey: 3, "PublicTest"),
    ].joined(separator: "\n")

    @Test func votesAreJoinedByRow() throws {
        // The names deliberately count otherwise than the rows.
        let votes = [
            votesHeader, "Training,fer0000009.png,4,0,0,1,3,2,0,0,0,0",
            "Training,,0,0,0,0,0,0,0,0,0,10", "PublicTest,fer0000000.png,0,9,0,0,0,0,0,0,1,0",
        ].joined(separator: "\r\n")
        let dataset = try load(faces, votes: votes)
        #expect(
            dataset.samples.map(\.votes?.counts) == [
                [4, 0, 0, 1, 3, 2, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 10],
                [0, 9, 0, 0, 0, 0, 0, 0, 1, 0],
            ])
        #expect(dataset.sources.count == 2)
        #expect(try dataset.labelled(by: .ferplus).indices == [2])
    }

    @Test func aRowWithoutANameIsNoFace() throws {
        let votes =
            [votesHeader] + Array(repeating: "Training,,9,0,0,0,0,0,0,0,1,0", count: 2)
            + ["PublicTest,,9,0,0,0,0,0,0,0,1,0"]
        let dataset = try load(faces, votes: votes.joined(separator: "\n"))
        #expect(dataset.samples.allSatisfy { $0.votes == .notAFace })
    }

    @Test func votesOfOtherRowsAreRefused() throws {
        let csv = try folder.write(faces, to: "fer.csv")
        func refused(_ rows: [String]) throws -> DataError? {
            let votes = ([votesHeader] + rows).joined(separator: "\n")
            return loadingError(csv, votes: try folder.write(votes, to: "v.csv"))
        }
        let row = "a.png,9,0,0,0,0,0,0,0,1,0"
        let short = try refused(["Training,\(row)", "Training,\(row)"])
        #expect(short?.kind == .mismatch)
        #expect(short?.description.contains("2 rows") == true)
        #expect(short?.description.contains("3, as many as in") == true)
        let other = try refused(["Training,\(row)", "PublicTest,\(row)", "PublicTest,\(row)"])
        #expect(other?.kind == .mismatch)
        #expect(other?.line == 3)
        #expect(other?.found == "PublicTest")
        #expect(other?.expected.contains("Training, as in \(csv):3") == true)
        let count = try refused(["Training,a.png,300,0,0,0,0,0,0,0,1,0"])
        #expect(count?.column == "neutral")
        #expect(count?.found == "\"300\"")
        let swapped = loadingError(try folder.write(votesHeader + "\n", to: "v.csv"))
        #expect(swapped?.advice.description.contains("as votes") == true)
    }

    @Test func aSkippedRowDoesNotShiftTheVotes() throws {
        let text = [
            ferHeader, ferRow(0, grey: 1, "Training"), ferRow(9, grey: 1, "Training"),
            ferRow(2, grey: 3, "PublicTest"),
        ].joined(separator: "\n")
        let votes = [
            votesHeader, "Training,a.png,0,0,0,9,0,0,0,0,1,0", "Training,b.png,0,0,0,0,9,0,0,0,1,0",
            "PublicTest,c.png,0,9,0,0,0,0,0,0,1,0",
        ].joined(separator: "\n")
        let dataset = try load(text, votes: votes, skip: true)
        #expect(try dataset.labelled(by: .ferplus).emotions == [.sad, .happy])
        #expect(dataset.badRows.map(\.line) == [3])
    }

    @Test func aLineLongerThanTheReadersBufferIsRead() throws {
        let filler = String(repeating: "x", count: 3 << 20)
        let dataset = try load(
            "note,emotion,pixels,Usage\n\(filler),\(ferRow(0, grey: 1, "Training"))\n,"
                + "\(ferRow(1, grey: 2, "Training"))\n")
        #expect(dataset.samples.map(\.emotion) == [.angry, .disgust])
    }
}
