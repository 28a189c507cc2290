import Evaluation
import Foundation
import Imaging
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// Evaluations of a network that took one step, on 32 x 32 faces that Mien draws.
@Suite(.serialized)
struct EvaluationSessionTests {
    private static let words = "synthetic:seed=4,train=300,valid=0,test=60"

    private static func trained(_ head: Recipe.Head, _ words: String = words) throws -> Model {
        var recipe = Recipe.paper
        recipe.labels = .fer2013
        recipe.imageSize = 32
        recipe.precision = .float32
        recipe.head = head
        recipe.maxSteps = 1
        let data = try Dataset.load(data: words)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let start = RunConfiguration(
            recipe: recipe, data: words, votes: nil, skipBadRows: false,
            initialWeights: "scratch", threads: 1, device: "cpu", sources: data.sources)
        let outputs = try recipe.classes(for: data).count
        return try Trainer(
            start, dataset: data,
            initial: InitialNetwork(
                scratch: Architecture.resnet18.network(outputs: outputs), seed: 1),
            folder: RunFolder.create(at: folder, start), resume: false
        ).run { _ in .proceed }
    }

    private static func calibration(_ temperature: Double, rows: String = "valid") throws
        -> Calibration
    {
        let json = """
            {"temperature": \(temperature), "n": 80, "loss_before": 1, "loss_after": 0.9, \
            "rows": "\(rows)"}
            """
        return try JSONDecoder().decode(Calibration.self, from: Data(json.utf8))
    }

    private func evaluator(_ change: (inout EvaluationSession) -> Void = { _ in })
        -> EvaluationSession
    {
        var evaluator = EvaluationSession()
        evaluator.labels = .fer2013
        evaluator.precision = .float32
        evaluator.bootstrap = Bootstrap(resamples: 60, seed: 7)
        change(&evaluator)
        return evaluator
    }

    private func outcome(
        _ model: Model, _ data: Dataset? = nil,
        _ change: (inout EvaluationSession) -> Void = { _ in }
    ) throws -> EvaluationSession.Outcome {
        let data = try data ?? Dataset.load(data: Self.words)
        return try #require(
            try evaluator(change).evaluate(
                model, on: data, modelSHA256: String(repeating: "0", count: 64)))
    }

    @Test(arguments: [Recipe.Head.binary, .emotions])
    func aTrainedModelHoldsItsTemperature(head: Recipe.Head) throws {
        let model = try Self.trained(head)
        let stored = try #require(model.card.calibration)
        #expect(stored.rows == Calibration.heldOut)
        #expect(stored.n == model.card.validation?.n)
        #expect(stored.lossAfter <= stored.lossBefore)
        // The loss of the validation is the one before.
        #expect(abs(stored.lossBefore - (model.card.validation?.loss ?? 0)) < 1e-6)

        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("model.safetensors")
        try model.write(to: url)
        let read = try Model(contentsOf: url)
        #expect(read.card.calibration == stored && read.card.temperature == stored.temperature)

        // The calibrator finds the same on the same rows.
        var calibrator = Calibrator()
        calibrator.precision = .float32
        let found = try #require(
            try calibrator.calibration(of: read, on: Dataset.load(data: Self.words)))
        #expect(found.n == stored.n && found.dataSHA256 == stored.dataSHA256)
        // Batches of another size may take other kernels: float32 sums in another order.
        #expect(abs(found.temperature - stored.temperature) < 1e-3 * stored.temperature)
    }

    @Test func theCalibratorNamesWhatItCannotUse() throws {
        let model = try Self.trained(.binary)
        let data = try Dataset.load(data: Self.words)
        var calibrator = Calibrator()
        #expect(throws: UsageError.self) {
            try calibrator.calibration(
                of: model, on: Dataset.load(data: "synthetic:seed=5,train=300,valid=0,test=60"))
        }
        calibrator.labels = .fer2013
        #expect(throws: UsageError.self) { try calibrator.calibration(of: model, on: data) }
        calibrator.split = "test"
        let onTest = try #require(try calibrator.calibration(of: model, on: data))
        #expect(onTest.n == 60 && onTest.rows == "test")
        let few = try Dataset.load(data: "synthetic:seed=5,train=60,valid=0,test=20")
        let error = #expect(throws: DataError.self) {
            try calibrator.calibration(of: model, on: few)
        }
        #expect(error?.found == "20 labelled rows")
        #expect(try calibrator.calibration(of: model, on: data) { _, _ in false } == nil)
        // Too few held-out rows: the trainer leaves the model as it is.
        #expect(
            try Self.trained(.binary, "synthetic:seed=4,train=96,valid=0,test=0")
                .card.calibration == nil)
    }

    @Test(arguments: [Recipe.Head.binary, .emotions])
    func theTemperatureDividesTheLogits(head: Recipe.Head) throws {
        var model = try Self.trained(head)
        model.card.calibration = nil
        let plain = try outcome(model)
        #expect(plain.report.calibration.fit == nil)
        #expect(plain.report.calibration.before.ece == plain.report.calibration.after.ece)
        model.card.calibration = try Self.calibration(0.5)
        let sharp = try outcome(model)
        for (before, after) in zip(plain.probabilities, sharp.probabilities) {
            // Dividing logits by a half squares the probabilities.
            let squares = before.map { $0 * $0 }
            let sum = squares.reduce(0, +)
            for (square, value) in zip(squares, after) { #expect(abs(square / sum - value) < 1e-5) }
        }
        let calibration = sharp.report.calibration
        #expect(calibration.temperature == 0.5 && calibration.note == nil)
        #expect(
            abs(
                (calibration.before.logLoss.value ?? 0)
                    - (plain.report.metrics.logLoss.value ?? 1)) < 1e-5)
        #expect(calibration.after.logLoss == sharp.report.metrics.logLoss)
        if head == .binary {
            #expect(sharp.report.metrics.confusion == plain.report.metrics.confusion)
            #expect(sharp.report.mappings.rows.isEmpty && sharp.report.mappings.reason != nil)
        } else {
            #expect(sharp.report.emotions?.confusion == plain.report.emotions?.confusion)
        }
    }

    @Test func aTemperatureOfTheRowsThatAreTestedIsSaid() throws {
        var model = try Self.trained(.binary)
        var calibrator = Calibrator()
        calibrator.split = "test"
        calibrator.labels = .fer2013
        model.card.calibration = try calibrator.calibration(
            of: model, on: Dataset.load(data: Self.words))
        #expect(try outcome(model).report.calibration.note?.contains("very rows") == true)
    }

    @Test func mappingsAreOfTheSameRows() throws {
        let report = try outcome(try Self.trained(.emotions)).report
        let used = try #require(report.mappings.rows.first)
        #expect(used.isUsed && used.positive == .paper)
        #expect(used.accuracy == report.metrics.accuracy && used.auc == report.metrics.auc)
        #expect(report.mappings.rows.count == 5 && report.mappings.rows.allSatisfy { $0.n == 60 })
        // Sad and neutral together are the paper's positives.
        let rows = report.mappings.rows
        let sad = try #require(rows.first { $0.positive.emotions == [.sad] })
        let neutral = try #require(rows.first { $0.positive.emotions == [.neutral] })
        #expect(sad.positives + neutral.positives == used.positives)
        #expect(
            report.neutralShareOfPositives
                == .proportion(neutral.positives, of: used.positives, emptyReason: ""))
        #expect(report.baseline.positives == used.positives)
        #expect(report.human == nil)
    }

    @Test func groupsComeFromColumnsOrAFile() throws {
        let model = try Self.trained(.binary)
        let drawn = try Dataset.load(data: "synthetic:seed=4,train=0,valid=0,test=60")
        #expect(
            try outcome(model, drawn).report.groups.reason?.contains("no attributes") == true)
        let samples = drawn.samples.map {
            Sample(
                id: $0.id, row: $0.row, emotion: $0.emotion, split: .test,
                attributes: ["side": $0.row % 2 == 0 ? "left" : "right", "n": "\($0.row)"])
        }
        let data = Dataset(
            name: "made", form: .manifest, samples: samples,
            images: samples.indices.map { drawn.image(at: $0) })
        let own = try outcome(model, data).report.groups
        #expect(own.attributes.map(\.attribute) == ["n", "side"])
        #expect(own.attributes[0].groups.isEmpty && own.attributes[0].reason != nil)
        #expect(own.attributes[1].groups.map(\.metrics.n) == [30, 30])
        #expect(own.attributes[1].gaps.contains { $0.adjustedPValue != nil })

        let folder = try TemporaryFolder()
        let rows = (0 ..< 50).map { "\(samples[$0].id),\($0 < 25 ? "x" : "y")\n" }.joined()
        let file = try GroupTable(path: folder.write("id,band\n" + rows, to: "groups.csv"))
        let given = try outcome(model, data) { $0.groups = file }.report.groups
        #expect(given.attributes.map(\.attribute) == ["band"] && given.unknownIDs == 0)
        #expect(given.attributes[0].withoutValue == 10)

        let stray = try GroupTable(
            path: folder.write("id,band\n" + rows + "nobody,x\n", to: "stray.csv"))
        let error = #expect(throws: DataError.self) {
            try outcome(model, data) { $0.groups = stray }
        }
        #expect(error?.line == 52 && error?.found.contains("nobody") == true)
        let passed = try outcome(model, data) {
            $0.groups = stray
            $0.skipsUnknownIDs = true
        }
        #expect(passed.report.groups.unknownIDs == 1)
    }

    @Test func corruptionsAreOfASeededPart() throws {
        let model = try Self.trained(.binary)
        var seen: [Int] = []
        let data = try Dataset.load(data: Self.words)
        let all = try #require(
            try evaluator {
                $0.corruptions = [.noise, .occlusion]
                $0.corruptionLimit = 20
            }.evaluate(model, on: data, modelSHA256: "") { done, total in
                seen.append(done)
                #expect(total == 60 + 2 * 5 * 20)
                return true
            })
        let corruptions = try #require(all.report.corruptions)
        #expect(corruptions.n == 20 && corruptions.rows.count == 10)
        #expect(corruptions.rows.map(\.severity) == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
        #expect(corruptions.rows[5].corruption == .occlusion)
        #expect(seen.last == 260 && seen == seen.sorted())
        #expect(all.figures.contains { $0 is CorruptionFigure })
        let again = try outcome(model) {
            $0.corruptions = [.noise, .occlusion]
            $0.corruptionLimit = 20
        }
        #expect(again.report.corruptions == corruptions)
        let stopped = try evaluator { $0.corruptions = [.blur] }
            .evaluate(model, on: data, modelSHA256: "") { done, _ in done <= 60 }
        #expect(stopped == nil)
        #expect(all.report.metrics == (try outcome(model)).report.metrics)
    }

    @Test(arguments: [Recipe.Head.binary, .emotions])
    func aReportSurvivesJSON(head: Recipe.Head) throws {
        let outcome = try outcome(try Self.trained(head)) {
            $0.abstainBelow = 0.55
            $0.corruptions = head == .binary ? [.contrast] : []
            $0.corruptionLimit = 10
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(outcome.report)
        let decoded = try JSONDecoder().decode(EvaluationReport.self, from: data)
        #expect(try encoder.encode(decoded) == data)
        #expect("\(decoded)" == "\(outcome.report)")

        let abstention = try #require(outcome.report.selective.abstention)
        let lines = outcome.predictionsCSV.split(separator: "\n")
        #expect(lines[0].hasSuffix(",answered"))
        #expect(lines.count { $0.hasSuffix(",1") && $0 != lines[0] } >= abstention.answered)
        let names = outcome.figures.map(\.fileName)
        #expect(Set(names).count == names.count)
    }

    @Test func aConfidenceOutOfRangeIsNamed() throws {
        let model = try Self.trained(.binary)
        for confidence in [0.4, 1.1, .nan] {
            let error = #expect(throws: UsageError.self) {
                try outcome(model) { $0.abstainBelow = confidence }
            }
            #expect(error?.subject == "\(setting: "abstain-below")")
        }
    }
}
