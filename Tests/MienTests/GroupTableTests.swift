import Evaluation
import Foundation
import Mien
import ProgramSupport
import Testing

struct GroupTableTests {
    private func table(_ text: String) throws -> GroupTable {
        let folder = try TemporaryFolder()
        return try GroupTable(path: folder.write(text, to: "groups.csv"))
    }

    private func problem(_ text: String) -> String {
        let error = #expect(throws: DataError.self) { try table(text) }
        return error.map { "\($0)" } ?? ""
    }

    @Test func columnsAreAttributes() throws {
        let table = try table("band,id,note\r\nyoung,0,\"a, b\"\n,1,\n")
        #expect(table.attributes == ["band", "note"])
        #expect(table.values["0"] == ["young", "a, b"])
        #expect(table.values["1"] == [nil, nil])
        #expect(table.source.sha256.count == 64)
    }

    @Test func faultsAreNamedWithTheirLine() {
        #expect(problem("").contains("an empty file"))
        #expect(problem("id,band\n").contains("no rows"))
        #expect(problem("band,x\n1,2\n").contains("column id"))
        #expect(problem("id\n1\n").contains("only the column of ids"))
        #expect(problem("id,band,band\n1,a,b\n").contains("the column band twice"))
        #expect(problem("id,\n1,a\n").contains("a column without a name"))
        #expect(problem("id,band\n1,a\n1,b\n").contains("groups.csv:3: found the id 1 again"))
        #expect(problem("id,band\n,b\n").contains("groups.csv:2: found no id"))
        #expect(problem("id,band\n1,a,b\n").contains("3 fields, expected 2"))
        #expect(problem("id,band\n1,\"a\n").contains("quote"))
    }

    /// Altered files are read or refused, never more.
    @Test func alteredFilesAreReadOrRefused() throws {
        let folder = try TemporaryFolder()
        let whole = Array("id,band,note\n0,young,\"a, \"\"b\"\"\"\n1,old,c\n2,,\n".utf8)
        var generator = SeededGenerator(seed: 4)
        var read = 0
        for _ in 0 ..< 400 {
            var bytes = whole
            for _ in 0 ..< 1 + generator.index(below: 3) {
                let place = generator.index(below: bytes.count)
                switch generator.index(below: 3) {
                case 0: bytes[place] = UInt8(generator.index(below: 256))
                case 1:
                    bytes.insert([10, 13, 34, 44, 0, 255][generator.index(below: 6)], at: place)
                default: bytes.removeSubrange(place...)
                }
                if bytes.isEmpty { bytes = [10] }
            }
            do {
                let table = try GroupTable(path: folder.write(bytes, to: "altered.csv"))
                #expect(table.values.values.allSatisfy { $0.count == table.attributes.count })
                read += 1
            } catch is DataError {}
        }
        #expect(read > 20 && read < 380)
    }
}
