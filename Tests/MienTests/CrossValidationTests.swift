import Evaluation
import Foundation
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// Whole cross-validations on a few drawn faces.
@Suite(.serialized)
struct CrossValidationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let data = "synthetic:seed=4,train=96,valid=0,test=0"
    private static let faces = Dataset.synthetic(
        {
            var options = SyntheticOptions()
            (options.seed, options.train, options.valid, options.test) = (4, 96, 0, 0)
            return options
        }())

    private func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

    /// A network that takes a moment.
    private static var network: Recipe {
        var recipe = Recipe.paper
        recipe.labels = .fer2013
        recipe.architecture = .tiny
        recipe.head = .emotions
        recipe.imageSize = 32
        recipe.precision = .float32
        recipe.batchSize = 16
        recipe.epochs = 2
        return recipe
    }

    private static var machine: Recipe {
        var recipe = Recipe.linearSVM
        recipe.labels = .fer2013
        recipe.classical?.costs = [0.01]
        recipe.classical?.folds = 2
        return recipe
    }

    private func options(_ recipe: Recipe, folds: Int = 2) -> CrossValidationSession.Options {
        var options = CrossValidationSession.Options(.recipe(recipe), data: Self.data)
        options.folds = folds
        return options
    }

    /// What figures rest on.
    private func answers(_ name: String) throws -> [[[Float]]] {
        struct File: Decodable { let probabilities: [[Float]] }
        return try (1 ... 2).map { fold in
            let file = url(name).appendingPathComponent("fold-0\(fold)/test.json")
            return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).probabilities
        }
    }

    @Test func everyRowIsTestedOnceByAModelThatNeverSawItsPerson() throws {
        let session = try CrossValidationSession(
            options(Self.machine, folds: 3), on: Self.faces, in: url("svm"))
        let folds = session.folds.folds(round: 0, seed: 0)
        for fold in 0 ..< 3 {
            let test = folds.indices.filter { folds[$0] == fold }
            let data = session.training(without: test, FoldNumber(round: 1, fold: fold + 1))
            func people(_ split: Split) -> Set<String> {
                Set(data.samples.filter { $0.split == split }.compactMap(\.subject))
            }
            #expect(people(.train).isDisjoint(with: people(.test)))
            #expect(people(.train).union(people(.test)).count == 12)
        }
        let report = try #require(try session.run { _ in .proceed })
        #expect(report.pooled.n == 96 && report.pooled.groups == 12 && report.unit == .image)
        #expect(report.folds.map(\.metrics.n).reduce(0, +) == 96)
        #expect(report.pooled.decision == nil)
        #expect(report.pooled.binary.clusters == 12)
        #expect(report.csv.split(separator: "\n").count == 5)
        #expect(report.html.contains("No training") == false && report.html.contains("SHA-256"))
        #expect(report.description.contains("always") || report.description.contains("never"))
        #expect(report.figures.map(\.fileName) == ["folds-auc", "folds-accuracy"])
        // The model's own data is told from the whole.
        let model = try Model(contentsOf: url("svm/fold-01/model.safetensors"))
        #expect(model.card.dataSources.count == 2)
        #expect(model.card.trainingSamples + report.folds[0].metrics.n == 96)
    }

    @Test func anInterruptedFoldGoesOnToEqualResults() throws {
        let whole = try #require(
            try CrossValidationSession(options(Self.network), on: Self.faces, in: url("whole"))
                .run { _ in .proceed })
        #expect(whole.pooled.decision?.metrics.n == 96)
        var begun = 0
        let stopped = try CrossValidationSession(
            options(Self.network), on: Self.faces, in: url("parts")
        ).run { event in
            if case .fold = event { begun += 1 }
            if begun == 2, case .training(.step(let step)) = event, step.step == 3 {
                return .stop
            }
            return .proceed
        }
        #expect(stopped == nil && begun == 2)
        var (reused, steps) = (0, 0)
        let report = try CrossValidationSession(
            options(Self.network), on: Self.faces, in: url("parts")
        ).run { event in
            if case .reused = event { reused += 1 }
            if case .training(.step) = event { steps += 1 }
            return .proceed
        }
        #expect(reused == 1 && steps > 0 && steps < 6)
        #expect(report?.pooled.binary == whole.pooled.binary)
        #expect(report?.pooled.decision?.metrics == whole.pooled.decision?.metrics)
        #expect(try answers("parts") == answers("whole"))
    }

    @Test func anotherPlanInTheFolderIsRefused() throws {
        _ = try CrossValidationSession(options(Self.machine), on: Self.faces, in: url("plan"))
        _ = try CrossValidationSession(options(Self.machine), on: Self.faces, in: url("plan"))
        var other = Self.machine
        other.classical?.costs = [1]
        let error = #expect(throws: UsageError.self) {
            try CrossValidationSession(options(other, folds: 3), on: Self.faces, in: url("plan"))
        }
        #expect(error?.found.contains("recipe, number of folds") == true)
        #expect(throws: UsageError.self) {
            try CrossValidationSession(
                options(Self.machine, folds: 1), on: Self.faces, in: url("one"))
        }
        #expect(throws: DataError.self) {
            try CrossValidationSession(
                options(Self.machine, folds: 13), on: Self.faces, in: url("many"))
        }
    }

    @Test func aGivenModelIsMeasuredWithoutTraining() throws {
        _ = try CrossValidationSession(options(Self.machine), on: Self.faces, in: url("own"))
            .run { _ in .proceed }
        let file = url("own/fold-01/model.safetensors")
        var options = CrossValidationSession.Options(.model(file), data: Self.data)
        options.folds = 4
        options.repeats = 2
        var trained = false
        let report = try CrossValidationSession(options, on: Self.faces, in: url("given"))
            .run { event in
                switch event {
                case .training, .classical: trained = true
                default: break
                }
                return .proceed
            }
        #expect(!trained && report?.isTrained == false && report?.folds.count == 8)
        #expect(report?.pooled.n == 192 && report?.unitCount == 96)
        #expect(report?.html.contains("Nothing is trained") == true)
        // It learnt from half of these rows.
        #expect(report?.notes.contains { $0.contains("was trained on") } == true)
    }

    @Test func anEvaluationByAProtocolCountsSequences() throws {
        let tree = url("sequences")
        #expect(try SyntheticSequences(people: 12, sequencesPerPerson: 1, seed: 2).write(to: tree))
        let data = try Dataset.load(data: tree.path)
        _ = try CrossValidationSession(options(Self.machine), on: Self.faces, in: url("own"))
            .run { _ in .proceed }
        let model = try Model(contentsOf: url("own/fold-01/model.safetensors"))
        var evaluator = EvaluationSession()
        evaluator.rules = .ck7Neutral
        let outcome = try #require(try evaluator.evaluate(model, on: data, modelSHA256: ""))
        #expect(outcome.report.metrics.n == 24 && outcome.report.interval?.clusters == 12)
        #expect(
            outcome.report.notes.contains { $0.description.contains("24 sequences, of 48 images") })
        let frames = try #require(
            try model.probabilities(of: [1, 2, 3], in: data, precision: .float64))
        let mean = frames.map { Double($0[1]) }.reduce(0, +) / 3
        #expect(abs(outcome.scores[1] - mean) < 1e-6)
        evaluator.rules = .ck7
        #expect(try evaluator.evaluate(model, on: data, modelSHA256: "")?.report.metrics.n == 12)
        evaluator.corruptions = [.noise]
        #expect(throws: UsageError.self) {
            try evaluator.evaluate(model, on: data, modelSHA256: "")
        }
    }

    @Test func shuffledLabelsGiveAnAreaOfAboutOneHalf() throws {
        var generator = SeededGenerator(seed: 9)
        let order = generator.permutation(of: Self.faces.count)
        let samples = Self.faces.samples.map { sample in
            Sample(
                id: sample.id, row: sample.row,
                emotion: Self.faces.samples[order[sample.row]].emotion, subject: sample.subject)
        }
        let shuffled = Dataset(
            name: "shuffled", samples: samples,
            images: samples.indices.map { Self.faces.image(at: $0) })
        let report = try CrossValidationSession(
            options(Self.machine, folds: 4), on: shuffled, in: url("shuffled")
        ).run { _ in .proceed }
        let auc = try #require(report?.pooled.binary.auc.value)
        #expect(0.3 ... 0.7 ~= auc, "\(auc)")
    }
}
