import Foundation
import Mien
import Testing

@testable import Participants

/// Sentiment beside the package vaderSentiment, on a lexicon of these tests: Golden/make_golden.py.
struct VaderTests {
    private struct Golden: Decodable {
        let lexicon: [String: Double]
        let scores: [Score]

        struct Score: Decodable {
            let text: String
            let compound: Double

            init(from decoder: any Decoder) throws {
                var fields = try decoder.unkeyedContainer()
                text = try fields.decode(String.self)
                compound = try fields.decode(Double.self)
            }
        }
    }

    @Test func compoundIsThatOfThePackage() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/sentiment", withExtension: "json"))
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        let lines = golden.lexicon.map { "\($0.key)\t\($0.value)\t0.5\t[1]\n" }.sorted()
        let vader = try withFolder { folder in
            let file = folder.appendingPathComponent("lexicon.txt")
            try Data(lines.joined().utf8).write(to: file)
            try Data("☺\tgood face\n".utf8).write(
                to: folder.appendingPathComponent("emoji_utf8_lexicon.txt"))
            return try Vader(lexicon: file)
        }
        #expect(golden.scores.count > 400)
        for score in golden.scores {
            let found = vader.compound(of: score.text)
            #expect(abs(found - score.compound) < 1.5e-4, "\(score.text): \(found)")
        }
    }

    @Test func aLineWithoutANumberNamesItsPlace() throws {
        let error = try #require(throws: DataError.self) {
            try withFile("good\t1.9\nbad\tnone\n") { try Vader(lexicon: $0) }
        }
        #expect(error.line == 2)
    }
}
