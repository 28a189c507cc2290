import Foundation
import Testing

@testable import MienServer

/// QR codes beside those of qrencode, module by module: Golden/qr.py.
struct QRCodeTests {
    private struct Code: Decodable {
        let text: String
        let mask: Int
        let rows: [String]
    }

    private static func golden() throws -> [Code] {
        let url = try #require(Bundle.module.url(forResource: "Golden/qr", withExtension: "json"))
        return try JSONDecoder().decode([Code].self, from: Data(contentsOf: url))
    }

    @Test func modulesAreThoseOfAnotherEncoder() throws {
        let codes = try Self.golden()
        #expect(Set(codes.map(\.rows.count)) == [21, 25, 29, 33, 37, 41])
        #expect(Set(codes.map(\.mask)).count >= 7)
        for code in codes {
            let made = try #require(QRCode(code.text, mask: code.mask))
            let rows = made.modules.map { $0.map { $0 ? "#" : "." }.joined() }
            #expect(rows == code.rows, "\(code.text), mask \(code.mask)")
        }
    }

    @Test func theMaskIsOneOfTheEight() throws {
        let text = "https://mien.local:8443/authority.crt"
        let all = (0 ..< 8).compactMap { QRCode(text, mask: $0) }
        let chosen = try #require(QRCode(text))
        #expect(all.contains(chosen))
        let least = all.map { QRGrid.penalty($0.modules) }.min()
        #expect(QRGrid.penalty(chosen.modules) == least)
    }

    @Test func aTextThatIsTooLongHasNone() {
        #expect(QRCode(String(repeating: "a", count: 134)) != nil)
        #expect(QRCode(String(repeating: "a", count: 135)) == nil)
    }

    @Test func aLineOfTheTerminalHoldsTwoRows() throws {
        let code = try #require(QRCode("a"))
        let lines = code.terminalText.split(separator: "\n")
        #expect(lines.count == 13)
        // Four light modules around, then the finder's first two rows: dark, and dark at its ends.
        #expect(
            lines[1].hasPrefix(
                "\u{1B}[30;107m  \u{2588}\u{2580}\u{2580}\u{2580}\u{2580}\u{2580}\u{2588} "))
    }
}
