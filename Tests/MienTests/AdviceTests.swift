import Foundation
import Mien
import Testing

/// Texts of the library name settings; how these are written is the reader's choice.
struct AdviceTests {
    private let error = UsageError(
        setting: "batch-size", found: "0", expected: "1 to 4096",
        advice: "Leave \(setting: "batch-size") out.")

    @Test func settingsHaveTheirPlainNames() {
        let advice: Advice = "Leave \(setting: "votes") out, " + "or give \("one") file."
        #expect(advice.description == "Leave votes out, or give one file.")
        #expect(advice.text { "[\($0)]" } == "Leave [votes] out, or give one file.")
        #expect(
            advice.parts == [.text("Leave "), .setting("votes"), .text(" out, or give one file.")])
        #expect(Advice("").isEmpty && !advice.isEmpty)
    }

    @Test func anErrorNamesSettingsWithoutHyphens() {
        let said = "\(error)"
        #expect(said == "batch-size: found 0, expected 1 to 4096. Leave batch-size out.")
        #expect(error.message.text { "--" + $0 }.components(separatedBy: "--batch-size").count == 3)
        #expect(
            UsageError("a.csv", found: "b", expected: "c").message == "a.csv: found b, expected c.")
    }

    @Test func anErrorInsideAnotherTextKeepsItsSettings() {
        let unknown: any Error = error
        for outer: Advice in ["Refused: \(error)", "Refused: \(unknown)"] {
            #expect(outer.text { "--" + $0 }.hasPrefix("Refused: --batch-size: found 0"))
        }
        let plain = DataError(.request, found: "a", expected: "b", advice: "\(error)")
        #expect(plain.message.parts.contains(.setting("batch-size")))
    }

    @Test func jsonHasPlainNamesUnlessItIsTheCommandLines() throws {
        let advice: [Advice] = ["Take \(setting: "split") test."]
        func json(_ encoder: JSONEncoder) throws -> String {
            String(decoding: try encoder.encode(advice), as: UTF8.self)
        }
        #expect(try json(JSONEncoder()) == #"["Take split test."]"#)
        #expect(try json(JSONEncoder().writingOptions) == #"["Take --split test."]"#)
        let read = try JSONDecoder().decode([Advice].self, from: Data(#"["a --b"]"#.utf8))
        #expect(read == ["a --b"])
    }
}
