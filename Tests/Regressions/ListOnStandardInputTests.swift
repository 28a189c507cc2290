import Foundation
import ProgramSupport
import Testing

/// Lists of paths as people and programs write them.
struct ListOnStandardInputTests {
    private func rows(
        _ list: [UInt8], _ options: [String] = []
    ) throws -> (names: [String], reasons: String) {
        let folder = try TemporaryFolder()
        for name in ["1.png", "2.png"] { try folder.writeImage(grey: 90, to: name) }
        try folder.write(list, to: "list")
        let outcome = try Program.shell(
            "\"$0\" predict - --whole-image --json \(options.joined(separator: " ")) < list",
            in: folder)
        let rows = try outcome.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let read = rows.filter { $0["status"] as? String == "ok" }
        return (
            read.compactMap { $0["path"] as? String },
            rows.compactMap { $0["reason"] as? String }.joined(separator: "\n")
        )
    }

    @Test(arguments: [
        "1.png\r\n2.png\r\n", "\u{FEFF}1.png\n2.png\n", "1.png\n\n\n2.png", "./1.png\n./2.png",
    ])
    func listsOfOtherSystemsAreRead(_ list: String) throws {
        let result = try rows(Array(list.utf8))
        #expect(result.names.map { $0.suffix(5) } == ["1.png", "2.png"], "\(result.reasons)")
    }

    @Test func aListOfFindPrintZeroNeedsItsOption() throws {
        let list = Array("1.png\02.png\0".utf8)
        let result = try rows(list)
        #expect(result.names.isEmpty && result.reasons.contains("let zero bytes end"))
        #expect(try rows(list, ["--null"]).names == ["1.png", "2.png"])
        let other = try rows(Array("1.png\n2.png\n".utf8), ["--null"])
        #expect(other.names.isEmpty && other.reasons.contains("let line feeds end"))
    }

    @Test func aListInUTF16IsCalledSo() throws {
        let list: [UInt8] = [0xFF, 0xFE] + "1.png\n".utf8.flatMap { [$0, 0] }
        let result = try rows(list)
        #expect(result.names.isEmpty && result.reasons.contains("UTF-16"))
    }

    @Test func aLineThatIsNoPathDoesNotStopTheRest() throws {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
        let result = try rows(long + Array("\n1.png\n".utf8) + long.prefix(5000))
        #expect(result.names == ["1.png"])
        #expect(result.reasons.split(separator: "\n").count == 2)
        #expect(result.reasons.contains("longer than any path") && result.reasons.count < 400)
    }

    @Test func aListThatIsGivenAsAFileIsCalledSo() throws {
        let folder = try TemporaryFolder()
        try folder.writeImage(grey: 90, to: "1.png")
        try folder.write("1.png\n", to: "list.txt")
        let outcome = try Program.shell("\"$0\" predict list.txt --whole-image", in: folder)
        #expect(outcome.status == 2 && outcome.output.contains("is a list of paths"))
    }

    @Test func aHomeInAListIsFound() throws {
        let folder = try TemporaryFolder()
        try folder.writeImage(grey: 90, to: "1.png")
        let outcome = try Program.shell(
            "echo '~/1.png' | HOME=\"$PWD\" \"$0\" predict - --whole-image --csv", in: folder)
        #expect(outcome.status == 0, "\(outcome.output)")
    }
}
