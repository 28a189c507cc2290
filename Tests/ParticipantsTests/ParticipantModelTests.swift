import Foundation
import Mien
import Testing

@testable import Participants

/// Models that are kept, and what they say.
@Suite struct ParticipantModelTests {
    private let table = TableMaker(
        people: 80, effects: [.voice: 2, .text: 1], missing: [.text: 0.2]
    ).table()

    private func fitted() throws -> ParticipantModel {
        try ParticipantModel(fitting: table, name: "made.csv", sha256: "0")
    }

    @Test func aModelIsWrittenAndReadBack() throws {
        let model = try fitted()
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: url) }
        try model.data.write(to: url)
        let read = try ParticipantModel(contentsOf: url)
        let first = try model.predict(table, name: "made.csv")
        let second = try read.predict(table, name: "made.csv")
        for (one, other) in zip(first, second) {
            #expect(abs((one.probability ?? 0) - (other.probability ?? 1)) < 1e-12)
        }
        #expect("\(read)".contains("80 participants") && "\(read)".contains("no verdict"))
        for text in ["", "{}", "{\"format\":1,\"kind\":\"mien participant model\"}"] {
            try Data(text.utf8).write(to: url)
            #expect(throws: DataError.self) { try ParticipantModel(contentsOf: url) }
        }
        let whole = String(decoding: try model.data, as: UTF8.self)
        let broken = whole.replacingOccurrences(of: "\"c5\"", with: "\"c5\",\"c6\"")
            .replacingOccurrences(of: "\"flagged\" : [", with: "\"flagged\" : [99")
        try Data(broken.utf8).write(to: url)
        #expect(throws: DataError.self) { try ParticipantModel(contentsOf: url) }
    }

    @Test func contributionsAddUp() throws {
        let predictions = try fitted().predict(table, name: "made.csv")
        for row in predictions {
            let probability = try #require(row.probability)
            let sum = row.contributions.values.compactMap(\.self).reduce(row.base, +)
            #expect(abs(log(probability / (1 - probability)) - sum) < 1e-9)
            let points = row.scoreContributions.values.compactMap(\.self).reduce(0, +)
            #expect(abs(points - (try #require(row.score))) < 1e-9)
            #expect(row.isKnown && row.abstention == nil)
        }
        #expect(predictions.contains { ($0.contributions["text"] ?? nil) == nil })
        let positive = zip(predictions, table.participants).filter { $1.label == true }
            .compactMap { $0.0.probability }
        #expect(positive.reduce(0, +) / Double(positive.count) > 0.5)
    }

    @Test func theModelAbstainsAndSaysWhy() throws {
        let model = try fitted()
        var other = table
        other.values[0] = other.values[0].map { _ in .nan }
        for column in 0 ..< 14 { other.values[1][column] = .nan }
        other.participants[2] = Participant(id: "new", corpus: "made")
        let predictions = try model.predict(other, name: "other.csv", abstainingBelow: 0.99)
        #expect(predictions[0].abstention == "no values of the model's modalities")
        #expect(predictions[0].score == nil && predictions[0].probability == nil)
        #expect(predictions[1].abstention == "more than half of the columns are missing")
        #expect(predictions[2].abstention == "confidence below 0.99" && !predictions[2].isKnown)
        let csv = model.csv(predictions).split(separator: "\n").map(String.init)
        #expect(csv[0].hasPrefix("participant,corpus,phq_like_score,"))
        #expect(csv[1].hasPrefix("300,made,,,,,yes,no values"))
    }

    @Test func aTableWithoutTheColumnsIsRefused() throws {
        let model = try fitted()
        let kept = table.columns.indices.filter { table.columns[$0].name != "c2" }
        let other = ParticipantTable(
            participants: table.participants, columns: kept.map { table.columns[$0] },
            values: table.values.map { row in kept.map { row[$0] } })
        #expect(throws: DataError.self) { try model.predict(other, name: "other.csv") }
        let voice = table.positions(of: .voice)
        let alone = ParticipantTable(
            participants: table.participants, columns: voice.map { table.columns[$0] },
            values: table.values.map { row in voice.map { row[$0] } })
        let predictions = try model.predict(alone, name: "voice.csv")
        #expect(predictions.allSatisfy { $0.probability != nil })
        // Two of three modalities are missing.
        #expect(predictions.allSatisfy { $0.abstention != nil })
    }
}
