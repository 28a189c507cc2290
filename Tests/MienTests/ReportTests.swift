import Evaluation
import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

@Suite struct PairedComparisonTests {
    private struct Golden: Decodable {
        struct Pair: Decodable {
            let accuracy, mcnemar, auc, half, delong, mcnemar_holm, delong_holm: Double
            let only: [Int]
        }
        let labels: [Bool]
        let scores: [[Double]]
        let pairs: [Pair]
    }

    private func golden() throws -> Golden {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/comparison", withExtension: "json"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    /// Against statsmodels (McNemar, Holm) and DeLong's variance over all pairs with scipy.
    @Test func allPairsAgreeWithTheOracle() throws {
        let golden = try golden()
        let pairs = try PairedComparison.all(
            ["a", "b", "c"], scores: golden.scores, labels: golden.labels)
        #expect(pairs.map { $0.first + $0.second } == ["ab", "ac", "bc"])
        // Sums of 80 terms in another order, and p values down to 1e-8: relative, near the last
        // digits of a Double.
        func isNear(_ found: Double?, _ wanted: Double) -> Bool {
            found.map { abs($0 - wanted) <= 1e-9 * max(abs(wanted), 1e-3) } ?? false
        }
        for (pair, wanted) in zip(pairs, golden.pairs) {
            #expect(pair.n == 80)
            #expect([pair.onlyFirstRight, pair.onlySecondRight] == wanted.only)
            #expect(isNear(pair.accuracyDifference.value, wanted.accuracy))
            #expect(isNear(pair.mcNemar.pValue, wanted.mcnemar))
            #expect(isNear(pair.mcNemar.adjusted, wanted.mcnemar_holm))
            #expect(isNear(pair.aucDifference.value, wanted.auc))
            #expect(isNear(pair.aucDifference.high, wanted.auc + wanted.half))
            #expect(isNear(pair.deLong.pValue, wanted.delong))
            #expect(isNear(pair.deLong.adjusted, wanted.delong_holm))
            // The bootstrap's interval holds the value, and is near the normal one of McNemar's
            // variance, sqrt(b + c - (b - c)^2 / n) / n; a quarter covers skew and resampling.
            let (b, c) = (Double(wanted.only[0]), Double(wanted.only[1]))
            let half = 1.96 * (b + c - (b - c) * (b - c) / 80).squareRoot() / 80
            let high = try #require(pair.accuracyDifference.high)
            #expect(abs(high - wanted.accuracy - half) < half / 4)
        }
    }

    @Test func whatIsNotDefinedIsLeftOutOfTheCorrection() throws {
        let same = [0.9, 0.2, 0.7, 0.4]
        let pairs = try PairedComparison.all(
            ["a", "b"], scores: [same, same], labels: [true, false, true, false])
        #expect(pairs[0].mcNemar == .init(pValue: 1, adjusted: 1))
        #expect(pairs[0].deLong == .init(pValue: nil, adjusted: nil))
        #expect(
            try PairedComparison.all(["a"], scores: [same], labels: [true, false, true, false])
                .isEmpty)
        #expect(throws: MetricsError.self) {
            try PairedComparison.all(["a", "b"], scores: [same, [0.1]], labels: [true])
        }
    }
}

@Suite struct QuotedResultTests {
    private static let header = "name,source,data_set,accuracy,auc,note"

    @Test func thePapersRowsAreThereAndMarked() {
        let rows = QuotedResult.published
        #expect(rows.map(\.accuracy) == [0.892, 0.903, 0.914])
        #expect(rows.map(\.dataSet) == ["CK+", "DAIC-WOZ", "FER-2013 with FER+"])
        #expect(rows.allSatisfy { $0.note.contains("not measured here") })
        #expect(rows[2].note.contains("synthetic"))
    }

    @Test func aFileAddsRows() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "\(Self.header)\n\"Net, deep\",Someone 2020,FER+,0.875,,\nB,C,D,,0.9,theirs\n",
            to: "q.csv")
        let rows = try QuotedResult.read(path: path)
        #expect(rows.map(\.name) == ["Net, deep", "B"])
        #expect(rows[0].accuracy == 0.875 && rows[0].auc == nil && rows[1].auc == 0.9)
        #expect(rows.map(\.note) == ["not measured here", "not measured here; theirs"])
    }

    @Test(arguments: [
        ("name,source,accuracy\na,b,0.5\n", "data_set"), ("\(header)\na,b,c,91.4,,\n", "91.4"),
        ("\(header)\na,b,c,nan,,\n", "nan"), ("\(header)\na,b,c,0.5,-0.1,\n", "auc"),
        ("\(header)\na,,c,0.5,,\n", "source"), ("\(header)\na,b,c\n", "3 fields"),
        ("\(header)\n", "no rows"), ("", "empty"), ("\(header)\n\"a,b\n", "quote"),
    ])
    func whatIsWrongIsSaidWithItsPlace(text: String, word: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "q.csv")
        let error = #expect(throws: DataError.self) { try QuotedResult.read(path: path) }
        #expect("\(try #require(error))".contains(word), "\(String(describing: error))")
        #expect(error?.file == path)
    }

    /// 500 files with a few bytes changed: each is read or refused.
    @Test func damagedFilesDoNoHarm() throws {
        let folder = try TemporaryFolder()
        let whole = Array("\(Self.header)\n\"Net, deep\",Someone,FER+,0.875,0.9,x\n".utf8)
        var generator = SeededGenerator(seed: 5)
        var refused = 0
        for _ in 0 ..< 500 {
            var bytes = whole
            for _ in 0 ..< 3 {
                bytes[generator.index(below: bytes.count)] = UInt8(generator.index(below: 256))
            }
            let path = try folder.write(bytes, to: "q.csv")
            do throws(DataError) {
                let rows = try QuotedResult.read(path: path)
                #expect(rows.allSatisfy { (0 ... 1).contains($0.accuracy ?? 0) })
            } catch {
                refused += 1
            }
        }
        #expect(refused > 100)
    }
}

@Suite struct ReportWordTests {
    @Test(arguments: [
        ("plain/a-1.csv", "plain/a-1.csv"), ("two words", "'two words'"), ("", "''"),
        ("it's", "'it'\\''s'"), ("$HOME", "'$HOME'"), ("é", "'é'"),
        ("synthetic:seed=1,train=9", "synthetic:seed=1,train=9"),
    ])
    func wordsAreQuotedForAShell(word: String, quoted: String) throws {
        #expect(shellQuoted(word) == quoted)
        let shell = Process()
        let pipe = Pipe()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "printf %s \(quoted)"]
        shell.standardOutput = pipe
        try shell.run()
        shell.waitUntilExit()
        #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == word)
    }

    @Test func heldOutRowsBecomeTheOnlyValidationRows() throws {
        let splits: [Split?] = [.train, .train, .valid, .test, nil]
        let faces = splits.enumerated().map { index, split in
            (
                grey: UInt8(index),
                sample: Sample(id: "\(index)", row: index, emotion: .sad, split: split)
            )
        }
        let marked = plainDataset(faces).holdingOut([1])
        #expect(marked.samples.map(\.split) == [.train, .valid, nil, nil, nil])
        #expect(marked.image(at: 3).pixels[0] == 3)
        let unsplit = plainDataset(faces.map { ($0.grey, Sample(id: $0.sample.id, row: 0)) })
        #expect(
            unsplit.holdingOut([0, 4]).samples.map(\.split) == [
                .valid, .train, .train, .train, .valid,
            ])
    }
}

@Suite struct ModelCardTextTests {
    private func card(synthetic: Bool, _ validation: String = "null") throws -> ModelCard {
        let recipe = String(decoding: try JSONEncoder().encode(Recipe.paper), as: UTF8.self)
        let json = """
            {"format": 1, "mienVersion": "0", "created": "2020-01-02", "architecture": "resnet18", \
            "imageSize": 64, "channels": 3, "normalization": {"mean": [0.5, 0.5, 0.5], \
            "standardDeviation": [0.5, 0.5, 0.5]}, "classes": ["other", "sad-or-neutral"], \
            "head": "binary", "positive": ["neutral", "sad"], "labels": "ferplus", \
            "initialWeights": "scratch", "recipe": \(recipe), "dataSources": [{"path": "a.csv", \
            "sha256": "0123", "bytes": 7}], "trainedOnSyntheticFaces": \(synthetic), \
            "trainingSamples": 12345, "validation": \(validation), "intendedUse": "Research."}
            """
        return try JSONDecoder().decode(ModelCard.self, from: Data(json.utf8))
    }

    @Test func theTextHasWhatACardMustHave() throws {
        let text = try card(synthetic: false).markdown()
        for words in [
            "# Model card", "What it is not for", "A face is not a diagnosis", "proxy label",
            "12,345 training faces", "`0123`", "Groups of people", "not known", "Ethics",
            "How to repeat it", "Not measured.",
        ] { #expect(text.contains(words), "\(words)") }
        #expect(!text.contains("patient") && !text.contains("drew"))
    }

    /// 80 of 100 right: Wilson's interval is 0.711 to 0.867.
    @Test func validationNumbersHaveTheirInterval() throws {
        let text = try card(
            synthetic: true,
            """
            {"n": 100, "positives": 40, "loss": 0.5, "accuracy": 0.8, "auc": 0.9, \
            "aucEstimate": {"value": 0.9, "low": 0.85, "high": 0.95}}
            """
        ).markdown()
        #expect(text.contains("accuracy 0.800 (0.711 to 0.867)"))
        #expect(text.contains("AUC 0.900 (0.850 to 0.950)"))
        #expect(text.contains("Trained on faces that Mien drew"))
    }

    /// Cards of earlier versions have no interval of the AUC.
    @Test func anOlderSummaryIsRead() throws {
        let text = try card(
            synthetic: false,
            """
            {"n": 100, "positives": 40, "loss": 0.5, "accuracy": 0.8, "auc": 0.9}
            """
        ).markdown()
        #expect(text.contains("AUC 0.900 (no interval recorded)"))
    }
}
