import Evaluation
import Foundation
import Mien
import Testing
import Torch

/// Short runs on faces that Mien draws.
struct ClassicalTrainerTests {
    private static let faces = Dataset.synthetic(
        {
            var options = SyntheticOptions()
            (options.seed, options.train, options.valid, options.test) = (4, 240, 0, 80)
            return options
        }())

    /// The model as it comes back from its file.
    private func trained(
        _ recipe: Recipe, on dataset: Dataset = faces,
        observe: (ClassicalTrainingEvent) -> Disposition = { _ in .proceed }
    ) throws -> Model? {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        let start = RunConfiguration(
            recipe: recipe, data: "synthetic", votes: nil, skipBadRows: false,
            initialWeights: "none", threads: 1, device: "cpu", sources: dataset.sources)
        let folder = try RunFolder.create(at: url, start)
        let trainer = try ClassicalTrainer(start, dataset: dataset, folder: folder)
        guard let model = try trainer.run(observe) else {
            #expect(!FileManager.default.fileExists(atPath: folder.modelURL.path))
            return nil
        }
        let read = try Model(contentsOf: folder.modelURL)
        #expect(read.card == model.card)
        let rows = Array(dataset.samples.indices)
        #expect(
            try read.probabilities(of: rows, in: dataset, precision: .float64)
                == model.probabilities(of: rows, in: dataset, precision: .float64))
        return read
    }

    /// Small enough for a test.
    private func recipe(_ kind: ClassicalSettings.Kind) throws -> Recipe {
        var recipe = try #require(Recipe.named.first { $0.name == kind.rawValue })
        recipe.labels = .fer2013
        recipe.classical?.costs = [kind == .svm ? 10 : 0.01]
        recipe.classical?.gammas = [1]
        recipe.classical?.components = kind == .svm ? 20 : nil
        recipe.classical?.folds = 3
        recipe.classical?.trees = 30
        return recipe
    }

    @Test(arguments: ClassicalSettings.Kind.allCases)
    func eachKindLearnsDrawnFacesAndComesBackFromItsFile(kind: ClassicalSettings.Kind) throws {
        let model = try #require(try trained(try recipe(kind)))
        #expect(!model.card.isNetwork && model.card.architecture == nil)
        #expect(model.parameterCount > 0)
        let outcome = try EvaluationSession().evaluate(model, on: Self.faces, modelSHA256: "")
        let auc = try #require(outcome?.report.metrics.auc.value)
        // A few drawn faces and trees: chance is 0.5.
        #expect(auc > 0.6, "\(auc)")
        #expect(outcome?.report.precision == "float64")
        let fit = try #require(model.card.fit)
        #expect(fit.features == 900 && fit.peakMemoryBytes > 0)
        #expect((fit.supportVectors != nil) == (kind == .svm))
        #expect((fit.trees == 30) == (kind == .forest))
        // A forest is not fitted again for its left-out rows.
        #expect((model.card.validation != nil) == (kind != .forest))
    }

    @Test(arguments: ClassicalSettings.Kind.allCases)
    func severalClassesAreLearntAndComeBackFromTheirFile(kind: ClassicalSettings.Kind) throws {
        var recipe = try recipe(kind)
        recipe.head = .emotions
        let model = try #require(try trained(recipe))
        #expect(model.card.classes == Emotion.fer2013Classes.map(\.name))
        let rows = Array(Self.faces.samples.indices)
        let answers = try #require(
            try model.probabilities(of: rows, in: Self.faces, precision: .float64))
        for row in answers { #expect(abs(row.reduce(0, +) - 1) < 1e-5) }
        let outcome = try EvaluationSession().evaluate(model, on: Self.faces, modelSHA256: "")
        let decision = try #require(outcome?.report.emotions)
        // Seven classes occur.
        let accuracy = try #require(decision.accuracy.value)
        #expect(accuracy > 0.3, "\(accuracy)")
        let validation = model.card.validation
        #expect((validation == nil) == (kind == .forest))
        #expect(validation == nil || validation?.emotionAccuracy ?? 0 > 0.3)
    }

    @Test func aMappingOfSeveralClassesIsChosenAfterTraining() throws {
        var recipe = try recipe(.linearSVM)
        recipe.head = .emotions
        let model = try #require(try trained(recipe))
        var evaluator = EvaluationSession()
        evaluator.positive = try LabelMapping(parsing: "happy", among: Emotion.allCases)
        let outcome = try evaluator.evaluate(model, on: Self.faces, modelSHA256: "")
        #expect(outcome?.report.positive.name == "happy")
    }

    @Test func oneSeedGivesOneModel() throws {
        func tensors(_ seed: UInt64) throws -> [RawTensor] {
            var recipe = try recipe(.forest)
            recipe.seed = seed
            return try #require(try trained(recipe)?.classifier).state.tensors.map(\.tensor)
        }
        let first = try tensors(3)
        #expect(try tensors(3) == first)
        #expect(try tensors(4) != first)
    }

    @Test func innerFoldsChooseAmongCosts() throws {
        var recipe = try recipe(.linearSVM)
        recipe.classical?.costs = [1e-7, 0.01]
        let fit = try #require(try trained(recipe)?.card.fit)
        #expect(fit.candidates.count == 2)
        let best = fit.candidates.max { $0.auc < $1.auc }
        #expect(fit.cost == best?.cost)
        #expect(fit.searchRows == 240)
    }

    @Test func aChoiceOnFewRowsIsFittedOnAll() throws {
        var recipe = try recipe(.svm)
        recipe.classical?.gammas = [0.25, 1]
        recipe.classical?.searchRows = 120
        let model = try #require(try trained(recipe))
        #expect(model.card.fit?.searchRows == 120)
        #expect(model.card.validation?.n == 240)
    }

    @Test func heldOutRowsAreLeftAlone() throws {
        var recipe = try recipe(.linearSVM)
        recipe.validationSplit = 0.25
        let model = try #require(try trained(recipe))
        #expect(model.card.trainingSamples + (model.card.validation?.n ?? 0) == 240)
        #expect(model.card.fit?.validatesByFolds == false)
        var evaluator = EvaluationSession()
        evaluator.split = EvaluationSession.heldOut
        let outcome = try evaluator.evaluate(model, on: Self.faces, modelSHA256: "")
        #expect(outcome?.report.metrics.n == model.card.validation?.n)
        let all = try #require(try trained(try self.recipe(.linearSVM)))
        #expect(throws: UsageError.self) {
            try evaluator.evaluate(all, on: Self.faces, modelSHA256: "")
        }
    }

    @Test func whoSaysStopGetsNothing() throws {
        let stopped = try trained(try recipe(.svm)) { event in
            if case .fitting = event { .stop } else { .proceed }
        }
        #expect(stopped == nil)
    }

    @Test func noSubjectIsInTwoFolds() throws {
        let labelling = try Self.faces.labelled(by: .fer2013)
        let folds = try Self.faces.folds(of: labelling, count: 5, seed: 1)
        #expect(try Self.faces.folds(of: labelling, count: 5, seed: 1) == folds)
        #expect(try Self.faces.folds(of: labelling, count: 5, seed: 2) != folds)
        var foldOfSubject: [String: Int] = [:]
        for (index, fold) in zip(labelling.indices, folds) {
            let subject = try #require(Self.faces.samples[index].subject)
            #expect(foldOfSubject.updateValue(fold, forKey: subject) ?? fold == fold)
        }
        let sizes = (0 ..< 5).map { fold in folds.count { $0 == fold } }
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) < labelling.count / 10, "\(sizes)")
    }

    @Test func shuffledLabelsTeachNothing() throws {
        var generator = SeededGenerator(seed: 9)
        let order = generator.permutation(of: Self.faces.count)
        let samples = Self.faces.samples.indices.map { index in
            let sample = Self.faces.samples[index]
            return Sample(
                id: sample.id, row: sample.row, emotion: Self.faces.samples[order[index]].emotion,
                split: sample.split, subject: sample.subject)
        }
        let shuffled = Dataset(
            name: "shuffled", samples: samples,
            images: Self.faces.samples.indices.map { Self.faces.image(at: $0) })
        let model = try #require(try trained(try recipe(.linearSVM), on: shuffled))
        let auc = try #require(model.card.validation?.auc)
        #expect(abs(auc - 0.5) < 0.12, "\(auc)")
    }

    @Test func recipesThatMakeNoSenseAreRefused() throws {
        func refuses(_ kind: ClassicalSettings.Kind, _ change: (inout Recipe) -> Void) throws {
            var changed = try recipe(kind)
            try changed.validate()
            change(&changed)
            #expect(throws: UsageError.self) { try changed.validate() }
        }
        try refuses(.svm) { $0.labels = .ferplusVotes }
        try refuses(.forest) { ($0.head, $0.labels) = (.emotions, .ferplusVotes) }
        try refuses(.svm) { $0.classical?.features = [] }
        try refuses(.svm) { $0.classical?.features = [.hog, .hog] }
        try refuses(.svm) { $0.classical?.gammas = [0] }
        try refuses(.linearSVM) { $0.classical?.components = 1.5 }
        try refuses(.linearSVM) { $0.classical?.costs = [] }
        try refuses(.forest) { $0.classical?.components = 10 }
        try refuses(.forest) { $0.classWeights = .balanced }
        try refuses(.forest) { $0.classical?.trees = 0 }
        var paper = Recipe.paper
        paper.validationSplit = 0
        #expect(throws: UsageError.self) { try paper.validate() }
    }

    /// Training rows of people: how many sad and happy faces each has.
    private func people(_ counts: [(sad: Int, happy: Int)]) -> Dataset {
        var samples: [Sample] = []
        for (person, count) in counts.enumerated() {
            for number in 0 ..< count.sad + count.happy {
                samples.append(
                    Sample(
                        id: "\(samples.count)", row: samples.count,
                        emotion: number < count.sad ? .sad : .happy, split: .train,
                        subject: "person\(person)"))
            }
        }
        return Dataset(
            name: "people", samples: samples,
            images: samples.indices.map { Self.faces.image(at: $0) })
    }

    private func recipeOfTwoFolds(_ head: Recipe.Head) throws -> Recipe {
        var recipe = try recipe(.linearSVM)
        recipe.head = head
        recipe.grouping?.nearDuplicates = false
        recipe.classical?.folds = 2
        return recipe
    }

    /// Folds of even size alone would put both people with happy faces into one.
    @Test(arguments: Recipe.Head.allCases)
    func aClassOfTwoPeopleIsInBothFolds(head: Recipe.Head) throws {
        let few = people([(30, 0), (9, 1), (9, 1)])
        let model = try #require(try trained(try recipeOfTwoFolds(head), on: few))
        #expect(model.card.validation?.n == 50)
    }

    @Test(arguments: Recipe.Head.allCases)
    func aClassOfOnePersonIsNamed(head: Recipe.Head) throws {
        let few = people([(30, 0), (9, 0), (9, 2)])
        let error = #expect(throws: DataError.self) {
            try trained(try recipeOfTwoFolds(head), on: few)
        }
        let text = error.map { "\($0)" } ?? ""
        let name = head == .binary ? "other" : "happy"
        #expect(text.contains("class \(name): 2 training rows in 1 group"), "\(text)")
        #expect(text.contains("other people"))
    }

    @Test func tooFewGroupsForTheFoldsAreRefused() throws {
        let samples = (0 ..< 12).map {
            Sample(
                id: "\($0)", row: $0, emotion: $0 % 2 == 0 ? .sad : .happy, split: .train,
                subject: $0 < 6 ? "a" : "b")
        }
        let few = Dataset(
            name: "few", samples: samples, images: (0 ..< 12).map { Self.faces.image(at: $0) })
        let error = #expect(throws: DataError.self) {
            try trained(try recipe(.linearSVM), on: few)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("2 groups"))
    }
}
