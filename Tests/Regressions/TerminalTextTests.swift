import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Nothing that steers a terminal gets to one, whoever wrote it.
struct TerminalTextTests {
    private static let nasty = "a\u{1B}[31m\u{7}\u{9B}2J\u{202E}gnp\u{7F}\r"

    private func steers(_ text: String) -> Bool {
        text.unicodeScalars.contains {
            ($0.value < 32 && $0 != "\n") || 0x7F ..< 0xA0 ~= $0.value
                || 0x202A ... 0x202E ~= $0.value
        }
    }

    @Test func controlsAreWrittenAsTheirNumbers() {
        #expect(
            Self.nasty.printable() == "a\\x1B[31m\\x07\\x9B2J\\u{202E}gnp\\x7F\\x0D")
        #expect("a\tb\nc\u{1B}".printable(keepingLines: true) == "a\tb\nc\\x1B")
        #expect("é 한 👩‍👧 \u{200F}".printable() == "é 한 👩‍👧 \u{200F}")
    }

    @Test func aNameWithEscapesIsShownAndKept() throws {
        let folder = try TemporaryFolder()
        let name = "a\u{1B}[31m\u{9B}2J\u{202E}gnp.png"
        try folder.writeImage(grey: 90, to: name)
        let table = try Program.shell("\"$0\" predict . --whole-image", in: folder)
        #expect(!steers(table.output) && table.output.contains("a\\x1B[31m\\x9B2J\\u{202E}gnp.png"))
        let json = try Program.shell("\"$0\" predict . --whole-image --json", in: folder)
        #expect(!steers(json.output))
        let row = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(row?["path"] as? String == "./" + name)
        let csv = try Program.shell("\"$0\" predict . --whole-image --csv", in: folder)
        #expect(csv.output.contains("./" + name))
    }

    @Test(arguments: ["path,label\n\u{1B}]0;title\u{7}.png,s\u{1B}[5mad\n", "\u{1B}[2J,x\n1,2\n"])
    func aTableWithEscapesIsQuotedWithoutThem(_ csv: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(csv, to: "m.csv")
        let outcome = try Program.shell("\"$0\" evaluate --data m.csv", in: folder)
        #expect(outcome.status == 2 && !steers(outcome.errors), "\(outcome.errors)")
    }

    @Test func anArgumentWithEscapesIsQuotedWithoutThem() throws {
        for arguments in [
            ["predict", "--model", "\u{1B}[31m.safetensors", "a.png"],
            ["predict", "a.png", "--\u{1B}[31m"], ["\u{1B}[31m"],
            ["predict", "\u{1B}[31m.png"], ["faces", "a", "--out", "/dev/null/\u{1B}[31m"],
        ] {
            let outcome = try Program.run(Program.url, arguments)
            #expect(outcome.status == 2 && !steers(outcome.errors + outcome.output))
            #expect((outcome.errors + outcome.output).contains("\\x1B[31m"))
        }
    }

    @Test func progressFitsOneLineAndHasNoEscapesOfOthers() throws {
        let outcome = try Program.terminal([
            "evaluate", "--data", "synthetic:train=4,valid=4,test=64", "--batch-size", "8",
        ])
        #expect(outcome.status == 0 && outcome.text.contains("scored 8/64"))
        #expect(outcome.text.contains("\r\u{1B}[K"))
    }
}
