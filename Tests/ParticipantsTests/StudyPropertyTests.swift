import Evaluation
import Foundation
import Mien
import Testing

@testable import Participants

/// Effects and leaks that are planted in files of drawn participants, through reading, features and
/// evaluation. The runs of 60 people take minutes: `make participants-check`, or `MIEN_SLOW_TESTS`.
struct StudyPropertyTests {
    private static let isSlow = ProcessInfo.processInfo.environment["MIEN_SLOW_TESTS"] != nil

    /// The table of a study that was written as files.
    /// - Parameter seconds: of a recording; sound is cut to a fifth of a second below 30 s.
    private func table(
        _ layout: Corpus.Form, people: Int = 60, seed: UInt64, seconds: Double = 30,
        _ change: (inout SyntheticStudy) -> Void = { _ in }
    ) throws -> ParticipantTable {
        var study = SyntheticStudy(layout: layout, people: people, seed: seed)
        study.seconds = seconds
        change(&study)
        return try withFolder { folder in
            let url = folder.appendingPathComponent("study")
            try study.write(to: url)
            if seconds < 30 {
                for file in try FileManager.default.subpathsOfDirectory(atPath: url.path)
                where file.hasSuffix(".wav") {
                    try waveFile([Int16](repeating: 9, count: 3200), rate: 16_000)
                        .write(to: url.appendingPathComponent(file))
                }
            }
            let extraction = FeatureExtractor().table(of: [try Corpus.read(url.path)])
            let csv = try #require(extraction).table.csv()
            return try withFile(csv, named: "table.csv") { try ParticipantTable(contentsOf: $0) }
        }
    }

    private func areas(_ part: ParticipantReport.Part, _ names: [String]) -> String {
        names.map { String(format: "%@ %.3f", $0, part.auc($0)) }.joined(separator: ", ")
    }

    private func note(_ text: String) {
        if Self.isSlow { FileHandle.standardError.write(Data("property: \(text)\n".utf8)) }
    }

    // MARK: - Quick

    @Test func plantedPromptsAndGapsShowInTheirProbes() throws {
        let made = try table(.daicWoz, people: 30, seed: 4, seconds: 15) {
            $0.leaks = [.prompt, .missing]
        }
        let part = try evaluate(made, .quick { $0.folds = 3 })
        let found = areas(part, ["interviewer only", "missingness only", "text", "late fusion"])
        #expect(part.auc("interviewer only") >= 0.9, "\(found)")
        #expect(part.auc("missingness only") > 0.7, "\(found)")
        #expect(part.auc("text") < 0.8, "\(found)")
    }

    @Test func aLargeEffectOfTheVoiceIsFoundThere() throws {
        let made = try table(.eDaic, people: 30, seed: 2, seconds: 15) {
            $0.effects = [.voice: 3]
        }
        let part = try evaluate(made, .quick { $0.folds = 3 })
        let found = areas(part, ["voice", "face", "late fusion"])
        #expect(part.auc("voice") > 0.85 && part.auc("face") < 0.8, "\(found)")
        #expect(part.auc("late fusion") > 0.8, "\(found)")
    }

    /// Two recordings of a person are one row; a table with a row each is refused.
    @Test func recordingsOfOnePersonStandOnOneSide() throws {
        let made = try table(.manifest, people: 10, seed: 3, seconds: 15) {
            $0.leaks = [.identity]
        }
        #expect(made.participants.count == 10)
        var twice = made
        twice.participants += made.participants
        twice.values += made.values
        #expect(throws: DataError.self) {
            try ParticipantEvaluation(
                twice, name: "t.csv", sha256: "0", options: .quick { $0.folds = 2 })
        }
    }

    // MARK: - 60 people

    @Test(.enabled(if: isSlow), arguments: [Corpus.Form.daicWoz, .eDaic, .manifest])
    func withoutAnEffectAreasAreAtChance(layout: Corpus.Form) throws {
        let names = ["face", "voice", "text", "timing", "late fusion"]
        var found: [Double] = []
        for seed in UInt64(1) ... 12 {
            let part = try evaluate(try table(layout, seed: seed, seconds: 20))
            found += names.dropLast().map(part.auc)
        }
        let mean = found.reduce(0, +) / Double(found.count)
        let spread =
            (found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(found.count - 1))
            .squareRoot()
        note(
            String(
                format: "%@, nothing planted: mean AUC %.3f, SD %.3f (n = %d)", layout.rawValue,
                mean, spread, found.count))
        #expect(abs(mean - 0.5) < 0.05 && spread < 0.13, "\(found)")
    }

    @Test(.enabled(if: isSlow)) func pValuesOfFilesAreUniform() throws {
        var values: [Double] = []
        for seed in UInt64(101) ... 120 {
            let made = try table(.eDaic, people: 60, seed: seed, seconds: 20)
            let part = try evaluate(
                made,
                .quick {
                    $0.permutations = 39
                    $0.folds = 3
                    $0.innerFolds = 2
                })
            values += ["face", "voice", "text", "timing"].compactMap {
                part.row($0)?.permutationPValue
            }
        }
        let sorted = values.sorted()
        let count = Double(sorted.count)
        let above = sorted.enumerated().map { Double($0 + 1) / count - $1 }.max() ?? 1
        let small = Double(sorted.count { $0 <= 0.1 }) / count
        note(
            String(
                format: "uniform p: %d values, %.3f of them at most .1, distance above %.3f",
                sorted.count, small, above))
        // One-sided Kolmogorov-Smirnov at 1 %: 1.52 / sqrt(80).
        #expect(sorted.count == 80 && above < 0.17, "\(sorted)")
    }

    @Test(.enabled(if: isSlow), arguments: [Corpus.Form.daicWoz, .eDaic])
    func effectsAreFoundInTheirModality(layout: Corpus.Form) throws {
        var sums: [String: Double] = [:]
        let names = ["voice", "text", "face", "timing", "late fusion"]
        let runs = UInt64(1) ... 6
        for seed in runs {
            let part = try evaluate(
                try table(layout, seed: seed, seconds: 20) {
                    $0.effects = [.voice: 1, .text: 1.2]
                })
            for name in names { sums[name, default: 0] += part.auc(name) / Double(runs.count) }
        }
        note(
            "\(layout.rawValue), voice=1, text=1.2 (ideal .760, .802), mean of \(runs.count): "
                + names.map { String(format: "%@ %.3f", $0, sums[$0] ?? 0) }
                .joined(separator: ", "))
        let (voice, text) = (sums["voice"] ?? 0, sums["text"] ?? 0)
        #expect(voice > 0.64 && text > 0.68, "\(sums)")
        #expect(abs((sums["face"] ?? 0) - 0.5) < 0.1, "\(sums)")
        #expect((sums["late fusion"] ?? 0) >= max(voice, text) - 0.02, "\(sums)")
    }

    @Test(.enabled(if: isSlow), arguments: [Corpus.Form.daicWoz, .eDaic])
    func promptsAreCaught(layout: Corpus.Form) throws {
        let part = try evaluate(
            try table(layout, seed: 5, seconds: 20) { $0.leaks = [.prompt] })
        let found = areas(part, ["interviewer only", "text", "late fusion"])
        note("\(layout.rawValue), prompt leak: \(found)")
        #expect(part.auc("interviewer only") >= 0.9, "\(found)")
        #expect(part.auc("text") < 0.72, "\(found)")
    }

    @Test(.enabled(if: isSlow)) func genderIsCaught() throws {
        let part = try evaluate(
            try table(.daicWoz, seed: 6, seconds: 30) { $0.leaks = [.gender] })
        let within = part.row("voice")?.aucWithinGender.value ?? .nan
        note(
            "gender leak: \(areas(part, ["gender only", "voice"])), "
                + String(format: "voice within gender %.3f", within))
        #expect(part.auc("gender only") > 0.8 && part.auc("voice") > 0.7)
        #expect(abs(within - 0.5) < 0.3)
        let voice = try #require(part.row("voice"))
        #expect(voice.comparisons.contains { $0.probe == "gender only" && !$0.isBeaten })
    }

    @Test(.enabled(if: isSlow), arguments: [Corpus.Form.daicWoz, .manifest])
    func missingFilesAreCaught(layout: Corpus.Form) throws {
        let part = try evaluate(
            try table(layout, seed: 7, seconds: 20) { $0.leaks = [.missing] })
        note("\(layout.rawValue), missing leak: \(areas(part, ["missingness only", "face"]))")
        #expect(part.auc("missingness only") > 0.75)
    }
}
