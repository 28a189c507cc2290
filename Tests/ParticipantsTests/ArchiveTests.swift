import Foundation
import Mien
import Testing

@testable import Participants

/// Archives as they are downloaded: named with the command that unpacks them, damaged ones found.
struct ArchiveTests {
    private func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0 ..< bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private func checksum(_ bytes: [UInt8]) -> Int {
        var rest: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            rest ^= UInt32(byte)
            for _ in 0 ..< 8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
        return Int(~rest)
    }

    private let content = [UInt8](repeating: 7, count: 500)

    /// One file, not compressed.
    private func zip(comment: String = "") -> [UInt8] {
        let name = Array("300_P/300_TRANSCRIPT.csv".utf8)
        let facts =
            number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4)
            + number(checksum(content), 4) + number(content.count, 4) + number(content.count, 4)
            + number(name.count, 2) + number(0, 2)
        let entry = Array("PK\u{3}\u{4}".utf8) + facts + name + content
        let directory =
            Array("PK\u{1}\u{2}".utf8) + number(20, 2) + facts + number(0, 2) + number(0, 2)
            + number(0, 2) + number(0, 4) + number(0, 4) + name
        return entry + directory + Array("PK\u{5}\u{6}".utf8) + number(0, 2) + number(0, 2)
            + number(1, 2) + number(1, 2) + number(directory.count, 4) + number(entry.count, 4)
            + number(comment.utf8.count, 2) + Array(comment.utf8)
    }

    /// A block that is not compressed.
    private var gzip: [UInt8] {
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + number(content.count, 2)
            + number(~content.count, 2) + content + number(checksum(content), 4)
            + number(content.count, 4)
    }

    /// The irregularities of a corpus of these files.
    private func found(
        _ archives: [String: [UInt8]], labels: String, in header: String, unpacked: String? = nil
    ) throws -> [Irregularity] {
        try withFolder { folder in
            func write(_ bytes: [UInt8], _ name: String) throws {
                try Data(bytes).write(to: folder.appendingPathComponent(name))
            }
            try write(Array("\(header)\n300,0,3,1\n301,1,14,0\n".utf8), labels)
            for (name, bytes) in archives { try write(bytes, name) }
            if let unpacked { try write(Array("start_time\n".utf8), unpacked) }
            let corpus = try Corpus.read(folder.path)
            #expect(corpus.recordings.map(\.participant.id) == ["300", "301"])
            let description = try #require(CorpusDescription(of: corpus)).description
            return corpus.irregularities.filter {
                [.packedArchive, .damagedArchive].contains($0.kind)
                    && description.contains($0.description)
            }
        }
    }

    private let daicWoz = (
        "train_split_Depression_AVEC2017.csv", "Participant_ID,PHQ8_Binary,PHQ8_Score,Gender"
    )

    @Test func wholeArchivesAreNamedWithTheirCommand() throws {
        let zips = try found(
            ["300_P.zip": zip(), "301_P.ZIP": zip(comment: "of two words")], labels: daicWoz.0,
            in: daicWoz.1)
        #expect(zips.map(\.kind) == [.packedArchive, .packedArchive])
        #expect(zips.map(\.participant) == ["300", "301"])
        #expect(
            zips.map(\.answer) == [
                "not read; unpack it: unzip -n 300_P.zip",
                "not read; unpack it: unzip -n 301_P.ZIP",
            ])
        let tar = try found(
            ["300_P.tar.gz": gzip], labels: "train_split.csv",
            in: "Participant_ID,PHQ_Binary,PHQ_Score,Gender")
        #expect(tar.map(\.kind) == [.packedArchive])
        #expect(tar[0].answer == "not read; unpack it: tar xzf 300_P.tar.gz")
        let unpacked = try found(
            ["300_P.zip": zip()], labels: daicWoz.0, in: daicWoz.1,
            unpacked: "300_TRANSCRIPT.csv")
        #expect(unpacked.isEmpty)
    }

    /// Wherever it was cut, and also where it is unpacked already.
    @Test func cutArchivesAreDamaged() throws {
        let whole = zip()
        var holed = whole
        holed.removeSubrange(100 ..< 160)
        for (bytes, text) in [
            (Array(whole.dropLast(1)), "without its directory"),
            (Array(whole.prefix(300)), "without its directory"), ([], "without its directory"),
            (holed, "lacks 60 bytes before its directory"),
            (Array("<!DOCTYPE html><html></html>".utf8), "without its directory"),
        ] {
            let found = try found(
                ["300_P.zip": bytes], labels: daicWoz.0, in: daicWoz.1,
                unpacked: "300_TRANSCRIPT.csv")
            #expect(found.map(\.kind) == [.damagedArchive], "\(text)")
            #expect(found.first?.found.contains(text) == true, "\(found)")
            #expect(found.first?.answer == "download it again")
        }
        var changed = gzip
        changed[100] ^= 1
        for (bytes, text) in [
            (Array(gzip.dropLast(1)), "the end of the file after"),
            (Array(gzip.prefix(40)), "the end of the file after 40 compressed bytes"),
            (changed, "incorrect data check"), ([], "no gzip stream"),
            (Array("<!DOCTYPE html><html></html>".utf8), "no gzip stream"),
        ] {
            let found = try found(
                ["301_P.tar.gz": bytes], labels: "train_split.csv",
                in: "Participant_ID,PHQ_Binary,PHQ_Score,Gender")
            #expect(found.map(\.kind) == [.damagedArchive], "\(text)")
            #expect(found.first?.found.contains(text) == true, "\(found)")
        }
    }

    @Test func aFolderOfArchivesAloneIsRefusedWithTheCommand() throws {
        try withFolder { folder in
            for (name, bytes) in [("300_P.zip", zip()), ("301_P.zip", Array(zip().prefix(90)))] {
                try Data(bytes).write(to: folder.appendingPathComponent(name))
            }
            let error = try #require(throws: DataError.self) { try Corpus.read(folder.path) }
            #expect(error.found.contains("2 archives of participants and no label file"))
            #expect(error.found.contains("damaged: 301_P.zip (a zip archive without"))
            #expect("\(error)".contains("unzip -n 300_P.zip"), "\(error)")
        }
    }
}
