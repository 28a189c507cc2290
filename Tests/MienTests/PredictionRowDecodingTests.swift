import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

/// Rows of an earlier run, read again.
struct PredictionRowDecodingTests {
    private func rows() async throws -> [PredictionRow] {
        var options = PredictionOptions()
        options.precision = .float32
        options.scoresLowQuality = true
        let predictor = Predictor(
            try ExplainSupport.model(emotions: true),
            faceExtractor: FaceExtractor(options: options) {
                FakeFinder { _ in [face(10, 10), face(150, 150, side: 6)] }
            })
        let image = try await predictor.predict(noise(200, 200, seed: 1))
        let name = FileName(bytes: Array("a\n\"b".utf8) + [0xFF])
        return PredictionRow.rows(name, image, predictor.card)
            + [.unreadable(FileName("b"), "is a text", predictor.card)]
    }

    @Test func aRowIsTheRowThatWasWritten() async throws {
        let rows = try await rows()
        #expect(rows.map(\.status) == [.ok, .lowQuality, .unreadable])
        for row in rows {
            let read = try JSONDecoder().decode(
                PredictionRow.self, from: Data(try row.json().utf8))
            #expect(try read.json() == row.json())
            #expect(read.csv == row.csv)
        }
    }

    @Test func whatIsNoRowIsRefused() async throws {
        let text = try #require(try await rows().first).json()
        for (part, other) in [
            ("\"schema\":2", "\"schema\":9"), ("\"left\":", "\"l\":"), ("\"yaw\":", "\"y\":"),
            ("\"status\":\"ok\"", "\"status\":\"good\""), ("\"nose_x\":", "\"n\":"),
        ] {
            let changed = text.replacingOccurrences(of: part, with: other)
            #expect(changed != text)
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(PredictionRow.self, from: Data(changed.utf8))
            }
        }
    }
}
