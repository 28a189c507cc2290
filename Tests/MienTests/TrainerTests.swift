import Foundation
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// Short runs of the trainer itself, on 32 x 32 faces that Mien draws.
@Suite(.serialized)
struct TrainerTests {
    private func run(
        _ name: String = "scratch", _ change: (inout Recipe) -> Void,
        initial: InitialNetwork? = nil, observe: (TrainingEvent) -> Disposition = { _ in .proceed }
    ) throws -> Model {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try trainer(in: folder, name, change: change, initial: initial).run(observe)
    }

    private func recipe(_ change: (inout Recipe) -> Void) -> Recipe {
        var recipe = Recipe.paper
        recipe.labels = .fer2013
        recipe.imageSize = 32
        recipe.precision = .float32
        change(&recipe)
        return recipe
    }

    private let faces: Dataset

    init() throws {
        faces = .synthetic(
            try SyntheticOptions(parsing: "synthetic:seed=4,train=96,valid=0,test=0") ?? .init())
    }

    private func trainer(
        in folder: URL, _ name: String = "scratch", change: (inout Recipe) -> Void,
        initial: InitialNetwork? = nil, resume: Bool = false
    ) throws -> Trainer {
        let recipe = recipe(change)
        let start = RunConfiguration(
            recipe: recipe, data: "synthetic", votes: nil, skipBadRows: false,
            initialWeights: name, threads: 1, device: "cpu", sources: faces.sources)
        let outputs = try recipe.classes(for: faces).count
        return try Trainer(
            start, dataset: faces,
            initial: initial
                ?? InitialNetwork(scratch: Architecture.resnet18.network(outputs: outputs), seed: 1),
            folder: resume ? RunFolder(folder) : RunFolder.create(at: folder, start),
            resume: resume)
    }

    @Test func aNetworkLearnsAFewFacesByHeart() throws {
        var losses: [Double] = []
        _ = try run {
            $0.epochs = 12
            $0.batchSize = 38
            $0.learningRate = 2e-3
            $0.augmentation = .none
        } observe: { event in
            if case .epoch(let report) = event { losses.append(report.trainingLoss) }
            return .proceed
        }
        #expect(losses.count == 12)
        // From about log 2, what knowing nothing costs, to next to nothing; the constant rate of
        // this run lets single epochs jump.
        #expect(losses[0] > 0.4 && (losses.min() ?? 1) < 0.1, "\(losses)")
    }

    @Test func frozenPartsKeepTheirWeights() throws {
        let initial = InitialNetwork(scratch: Architecture.resnet18.network(outputs: 2), seed: 7)
        let before = Dictionary(
            uniqueKeysWithValues: initial.network.namedParameters.map {
                ($0.path, $0.tensor.floats)
            })
        let model = try run(
            "scratch",
            {
                $0.maxSteps = 2
                $0.batchSize = 16
                $0.freeze = ["stem", "layer1", "layer2"]
            }, initial: initial)
        for (path, tensor) in model.network.namedParameters {
            let frozen = ["stem", "layer1", "layer2"].contains(
                Architecture.resnet18.network(outputs: 2).part(of: path))
            #expect((tensor.floats == before[path]) == frozen, "\(path)")
        }
    }

    @Test func partsThatAreFrozenAtFirstLearnLater() throws {
        let frozen: Set<String> = ["stem", "layer1", "layer2", "layer3", "layer4"]
        let initial = InitialNetwork(scratch: Architecture.resnet18.network(outputs: 2), seed: 7)
        func changed(from before: [String: [Float]]) -> Set<String> {
            Set(
                initial.network.namedParameters.filter { $0.tensor.floats != before[$0.path] }
                    .map { Architecture.resnet18.network(outputs: 2).part(of: $0.path) })
        }
        func values() -> [String: [Float]] {
            .init(
                uniqueKeysWithValues: initial.network.namedParameters.map {
                    ($0.path, $0.tensor.floats)
                })
        }
        let before = values()
        var learnt: [Set<String>] = []
        _ = try run(
            "scratch",
            {
                $0.epochs = 2
                $0.batchSize = 32
                $0.freeze = Array(frozen)
                $0.freezeEpochs = 1
            }, initial: initial
        ) { event in
            if case .epoch = event { learnt.append(changed(from: before)) }
            return .proceed
        }
        #expect(learnt == [["fc"], frozen.union(["fc"])])
    }

    @Test(arguments: [false, true])
    func aRunStoppedWhereTheOptimizerBeginsAnewGoesOnExactly(warmRestart: Bool) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func recipe(_ recipe: inout Recipe) {
            recipe.batchSize = 32
            if warmRestart {
                recipe.epochs = 1
                recipe.emaDecay = 0.9
                recipe.warmRestarts = [.init(epochs: 1, imageSize: 40, learningRate: 1e-3)]
            } else {
                recipe.epochs = 2
                recipe.freeze = ["stem", "layer1"]
                recipe.freezeEpochs = 1
            }
        }
        #expect(throws: TrainingError.self) {
            try trainer(in: folder, change: recipe).run { event in
                if case .epoch = event { return .stop }
                return .proceed
            }
        }
        let resumed = try trainer(in: folder, change: recipe, resume: true).run { _ in .proceed }
        let whole = try run("scratch", recipe)
        for (one, other) in zip(resumed.network.namedTensors, whole.network.namedTensors) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
    }

    /// The sizes of the batches themselves: TrainingTests.
    @Test func aModelIsOfTheLastSize() throws {
        var epochs = 0
        let model = try run {
            $0.epochs = 2
            $0.batchSize = 48
            $0.imageSize = 40
            $0.progressiveResizing = .init(epochs: 1, imageSize: 32)
            $0.warmRestarts = [.init(epochs: 1, imageSize: 36, learningRate: 1e-4)]
        } observe: { event in
            if case .epoch = event { epochs += 1 }
            return .proceed
        }
        #expect(epochs == 3 && model.card.imageSize == 36)
        // One that ends in the first cycle was never trained or validated at the size of the next.
        let early = try run {
            $0.maxSteps = 1
            $0.imageSize = 40
            $0.warmRestarts = [.init(epochs: 1, imageSize: 36, learningRate: 1e-4)]
        }
        #expect(early.card.imageSize == 40)
    }

    @Test func aCycleBeginsFromTheAverage() throws {
        func trained(_ cycles: [Recipe.WarmRestart]?) throws -> Model {
            try run {
                $0.batchSize = 16
                $0.emaDecay = 0.5
                $0.epochs = 1
                $0.warmRestarts = cycles
            }
        }
        // With a rate of nothing it ends where it began.
        let first = try trained(nil)
        let both = try trained([.init(epochs: 1, imageSize: 32, learningRate: 1e-30)])
        for (one, other) in zip(first.network.namedParameters, both.network.namedParameters) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
    }

    /// Statistics that fit the weights: with them the images look in scoring as they do in training,
    /// where batch normalisation takes those of the batch itself.
    @Test func anAverageHasStatisticsOfItsOwn() throws {
        func renewed(batchSize: Int) throws -> (network: NetworkModule, count: Int, images: Tensor)
        {
            let recipe = recipe { $0.batchSize = batchSize }
            let rows = try TrainingData(recipe, faces)
            let network = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 2)
            let (count, batches) = rows.plainBatches(of: faces, recipe, epoch: 0)
            var seen: [Int] = []
            let finished = try network.recalibrateBatchNorm(
                over: batches, .grey, precision: .float32, device: .cpu
            ) {
                seen.append($0)
                return true
            }
            #expect(finished && seen == Array(1 ... count))
            let first = try #require(
                rows.plainBatches(of: faces, recipe, epoch: 0).batches.next())
            return (network, count, first.tensor(.grey, dtype: .float32, device: .cpu))
        }
        func distance(_ network: NetworkModule, _ images: Tensor) -> Double {
            withoutGradients {
                let scored = network(images)
                let copy = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: nil)
                copy.copyTensors(from: network)
                return Double(
                    (scored - copy.trained(on: images, seed: 0).logits).floats.map(abs).max()
                        ?? .nan)
            }
        }
        let fresh = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 2)
        // All rows in one batch: what is left is n / (n - 1) in the variances.
        let one = try renewed(batchSize: 128)
        #expect(one.count == 1)
        #expect(distance(one.network, one.images) < 0.1 * distance(fresh, one.images))
        // Of batches of 30, 30 and the rest it is the mean by images: in the stem, which sees the
        // images alone, that of all rows.
        let several = try renewed(batchSize: 30)
        #expect(several.count == 3)
        func stemMeans(_ network: NetworkModule) -> [Float] {
            network.namedTensors.first { $0.path == "bn1.running_mean" }?.tensor.floats ?? []
        }
        // But for the order of float32 sums.
        let pairs = Array(zip(stemMeans(several.network), stemMeans(one.network)))
        #expect(pairs.count == 64 && pairs.allSatisfy { abs($0 - $1) < 1e-5 * max(1, abs($1)) })
        // Nothing else changes.
        for (before, after) in zip(fresh.namedTensors, several.network.namedTensors)
        where before.role == .parameter || before.path.hasSuffix("num_batches_tracked") {
            #expect(before.tensor.bytes == after.tensor.bytes, "\(before.path)")
        }
    }

    @Test func aModelHasTheStatisticsOfItsLastSize() throws {
        func recipe(_ recipe: inout Recipe) {
            recipe.epochs = 2
            recipe.batchSize = 38
            recipe.imageSize = 40
            recipe.progressiveResizing = .init(epochs: 1, imageSize: 32)
            recipe.emaDecay = 0.5
        }
        let model = try run("scratch", recipe)
        let copy = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: nil)
        copy.copyTensors(from: model.network)
        let rows = try TrainingData(self.recipe(recipe), faces)
        let batches = rows.plainBatches(of: faces, self.recipe(recipe), epoch: 1).batches
        _ = try copy.recalibrateBatchNorm(over: batches, .grey, precision: .float32, device: .cpu) {
            _ in
            true
        }
        for (one, other) in zip(copy.namedTensors, model.network.namedTensors) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
    }

    @Test func aRunStoppedAmongStatisticsGoesOnExactly() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func recipe(_ recipe: inout Recipe) {
            recipe.batchSize = 32
            recipe.epochs = 1
            recipe.emaDecay = 0.9
        }
        #expect(throws: TrainingError.self) {
            try trainer(in: folder, change: recipe).run { event in
                if case .renewing(done: 1, _) = event { return .stop }
                return .proceed
            }
        }
        let resumed = try trainer(in: folder, change: recipe, resume: true).run { _ in .proceed }
        let whole = try run("scratch", recipe)
        for (one, other) in zip(resumed.network.namedTensors, whole.network.namedTensors) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
    }

    /// A recipe whose second of two epochs is taught by what the model answered after the first.
    private func taught(_ share: Double) -> (inout Recipe) -> Void {
        return {
            $0.epochs = 1
            $0.batchSize = 16
            $0.emaDecay = 0.5
            $0.warmRestarts = [
                .init(epochs: 1, imageSize: 32, learningRate: 1e-3, distillationWeight: share)
            ]
        }
    }

    @Test func aCycleIsTaughtByTheModelThatBeginsIt() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var (answered, checkpoint) = (0, URL?.none)
        do {
            _ = try trainer(in: folder, change: taught(0.5)).run { event in
                if case .teaching(let done, _) = event { answered = done }
                if case .step(let report) = event, report.step == 7 { return .stop }
                return .proceed
            }
        } catch TrainingError.interrupted(_, let file) { checkpoint = file }
        let rows = try TrainingData(recipe(taught(0.5)), faces)
        #expect(answered == rows.training.count)
        // The same first epoch alone, and what its model answers.
        var model = try run {
            taught(0)(&$0)
            $0.warmRestarts = nil
        }
        model.card.averagesMirrorImage = true
        let expected = try #require(
            try model.probabilities(
                of: rows.training.indices, in: faces, batchSize: 16, precision: .float32))
        let saved = try StateDict(safetensors: try #require(checkpoint))
        #expect(saved["answers"]?.tensor.floats == expected.flatMap { $0 })
    }

    @Test func aTaughtRunStoppedInItsCycleGoesOnExactly() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: TrainingError.self) {
            try trainer(in: folder, change: taught(0.5)).run { event in
                if case .step(let report) = event, report.step == 7 { return .stop }
                return .proceed
            }
        }
        var answeredAgain = false
        let resumed = try trainer(in: folder, change: taught(0.5), resume: true).run { event in
            if case .teaching = event { answeredAgain = true }
            return .proceed
        }
        #expect(!answeredAgain)
        let whole = try run("scratch", taught(0.5))
        for (one, other) in zip(resumed.network.namedTensors, whole.network.namedTensors) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
        let untaught = try run("scratch", taught(0))
        #expect(untaught.network.head.weight.bytes != whole.network.head.weight.bytes)
    }

    @Test func aRunStoppedWhileItsModelAnswersGoesOnExactly() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        // Two cycles that are taught, and one that is not.
        func recipe(_ recipe: inout Recipe) {
            taught(0.5)(&recipe)
            recipe.warmRestarts? += [
                .init(epochs: 1, imageSize: 40, learningRate: 1e-3, distillationWeight: 0.25),
                .init(epochs: 1, imageSize: 32, learningRate: 1e-3),
            ]
        }
        var answered: [Int] = []
        func observe(_ event: TrainingEvent) -> Disposition {
            if case .teaching(let done, let total) = event {
                answered.append(done)
                // In the middle of the second time.
                return answered.filter({ $0 == total }).count == 1 && done > 16 && done < total
                    ? .stop : .proceed
            }
            return .proceed
        }
        #expect(throws: TrainingError.self) {
            try trainer(in: folder, change: recipe).run(observe)
        }
        let resumed = try trainer(in: folder, change: recipe, resume: true).run { _ in .proceed }
        var times = 0
        let whole = try run("scratch", recipe) {
            if case .teaching(let done, let total) = $0, done == total { times += 1 }
            return .proceed
        }
        #expect(times == 2)
        for (one, other) in zip(resumed.network.namedTensors, whole.network.namedTensors) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
    }

    /// Two epochs that another model teaches, and its file.
    private func distilled(
        in folder: URL, weight: Double = 0.5, change: (inout Recipe) -> Void = { _ in }
    ) throws -> (recipe: (inout Recipe) -> Void, teacher: Model) {
        let teacher = try run {
            $0.epochs = 1; $0.seed = 9; change(&$0)
        }
        let file = folder.appendingPathComponent("teacher.safetensors")
        try teacher.write(to: file)
        return (
            {
                $0.epochs = 2
                $0.batchSize = 16
                $0.teacher = .init(model: file.path, weight: weight)
            }, teacher
        )
    }

    @Test func aTeachersAnswersArePartOfTheTargetsAndARunGoesOnExactly() throws {
        let folder = try TemporaryFolder()
        let (recipe, teacher) = try distilled(in: folder.url)
        let place = folder.url.appendingPathComponent("run")
        var (times, checkpoint) = (0, URL?.none)
        do {
            _ = try trainer(in: place, change: recipe).run { event in
                if case .teaching(let done, let total) = event, done == total { times += 1 }
                if case .step(let report) = event, report.step == 7 { return .stop }
                return .proceed
            }
        } catch TrainingError.interrupted(_, let file) { checkpoint = file }
        // Once for all epochs, with the mirror image.
        #expect(times == 1)
        var mirrored = teacher
        mirrored.card.averagesMirrorImage = true
        let rows = try TrainingData(self.recipe(recipe), faces)
        let expected = try #require(
            try mirrored.probabilities(
                of: rows.training.indices, in: faces, batchSize: 16, precision: .float32))
        let saved = try StateDict(safetensors: try #require(checkpoint))
        #expect(saved["answers"]?.tensor.floats == expected.flatMap { $0 })

        let resumed = try trainer(in: place, change: recipe, resume: true).run { _ in .proceed }
        let whole = try run("scratch", recipe)
        let alone = try run("scratch") {
            recipe(&$0); $0.teacher = nil
        }
        for (one, other) in zip(resumed.network.namedTensors, whole.network.namedTensors) {
            #expect(one.tensor.bytes == other.tensor.bytes, "\(one.path)")
        }
        #expect(alone.network.head.weight.bytes != whole.network.head.weight.bytes)
        // What the teacher has seen counts as seen.
        #expect(whole.seen.map { $0.earlier.count > 0 } == true)
        #expect(alone.seen?.earlier == [])
        #expect(whole.card.markdown().contains("Distillation: 0.5"))
    }

    @Test func aTeacherOfOtherClassesAndAWeightOfNothingAreRefused() throws {
        let folder = try TemporaryFolder()
        let (recipe, _) = try distilled(in: folder.url) { $0.head = .emotions }
        let error = #expect(throws: UsageError.self) {
            try trainer(in: folder.url.appendingPathComponent("run"), change: recipe)
        }
        #expect(error?.expected.contains("other, ") == true, "\(String(describing: error))")
        for weight in [0, -0.5, 1.5, Double.nan] {
            var wrong = self.recipe { _ in }
            wrong.teacher = .init(model: "released", weight: weight)
            #expect(throws: UsageError.self) { try wrong.validate() }
        }
    }

    @Test func aRunPastTheEndOfItsRecipeIsRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try trainer(in: folder, change: taught(0)).run { _ in .proceed }
        #expect(throws: FileError.self) {
            try trainer(
                in: folder,
                change: {
                    taught(0)(&$0)
                    $0.warmRestarts = nil
                }, resume: true)
        }
    }

    @Test func aCheckpointWithoutTheAnswersOfItsCycleIsRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: TrainingError.self) {
            try trainer(in: folder, change: taught(0)).run { event in
                if case .step(let report) = event, report.step == 7 { return .stop }
                return .proceed
            }
        }
        let error = #expect(throws: FileError.self) {
            try trainer(in: folder, change: taught(0.5), resume: true)
        }
        #expect(error?.reason.contains("does not fit") == true)
    }

    @Test func aStoppedRunSaysWhereItIsSaved() throws {
        do {
            _ = try run {
                $0.batchSize = 16
            } observe: { event in
                if case .step(let report) = event, report.step == 3 { return .stop }
                return .proceed
            }
            Issue.record("the run was not stopped")
        } catch TrainingError.interrupted(let step, let checkpoint) {
            #expect(step == 3 && checkpoint.lastPathComponent.contains("00000003"))
        }
    }

    @Test func aModelFileIsUsedAlone() throws {
        let model = try run {
            $0.maxSteps = 1
            $0.head = .emotions
        }
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try model.write(to: url)
        let read = try Model(contentsOf: url)
        #expect(read.card == model.card)
        #expect(read.card.classes == Emotion.fer2013Classes.map(\.name))
        #expect(read.card.trainedOnSyntheticFaces)
        for (one, other) in zip(read.network.namedTensors, model.network.namedTensors) {
            #expect(one.path == other.path && one.tensor.bytes == other.tensor.bytes)
        }
        // The same head is kept, another one is replaced, the rest is taken over.
        let same = try InitialNetwork(
            weights: url, of: Architecture.resnet18.network(outputs: model.card.classes.count),
            classes: model.card.classes, seed: 5)
        #expect(same.network.head.weight.floats == model.network.head.weight.floats)
        let other = try InitialNetwork(
            weights: url, of: Architecture.resnet18.network(outputs: 2),
            classes: ["other", "sad-or-neutral"], seed: 5)
        #expect(other.network.head.weight.shape == [2, 512])
        #expect(other.notes.joined().contains("replaced"))
        // Outputs of emotions that are asked for again keep their weights, wherever they come.
        let mixed = try InitialNetwork(
            weights: url, of: Architecture.resnet18.network(outputs: 3),
            classes: ["sad", "contempt", "neutral"], seed: 5)
        let (old, fresh) = (
            model.network.head,
            NetworkModule(Architecture.resnet18.network(outputs: 3), seed: 5).head
        )
        let places = try ["sad", "neutral"].map {
            try #require(model.card.classes.firstIndex(of: $0))
        }
        func row(_ head: Linear, _ row: Int) -> [Float] {
            Array(head.weight.floats[row * 512 ..< (row + 1) * 512]) + [head.bias.floats[row]]
        }
        #expect(
            (0 ..< 3).map { row(mixed.network.head, $0) }
                == [row(old, places[0]), row(fresh, 1), row(old, places[1])])
        #expect(mixed.notes.joined().contains("keeps those for sad, neutral; 1 new"))
        // Beside "other" an emotion means something else.
        let sad = try InitialNetwork(
            weights: url, of: Architecture.resnet18.network(outputs: 2), classes: ["other", "sad"],
            seed: 5)
        #expect(sad.notes.joined().contains("replaced"))
        let new = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 5).head
        #expect(row(sad.network.head, 1) == row(new, 1))
        #expect(throws: StateMismatch.self) {
            try InitialNetwork(
                weights: url, of: Architecture.resnet34.network(outputs: 2),
                classes: ["other", "sad-or-neutral"], seed: 5)
        }
    }

    @Test func valuesThatMakeNoSenseAreNamed() {
        let changes: [(String, (inout Recipe) -> Void)] = [
            ("epochs", { $0.epochs = 0 }), ("batch-size", { $0.batchSize = 1 }),
            ("learning-rate", { $0.learningRate = .nan }),
            ("validation-split", { $0.validationSplit = 1 }), ("max-steps", { $0.maxSteps = 0 }),
            ("freeze", { $0.freeze = ["head"] }), ("average-decay", { $0.emaDecay = 1 }),
            ("freeze-epochs", { $0.freezeEpochs = 3 }),
            ("smaller-epochs", { $0.progressiveResizing = .init(epochs: 3, imageSize: 64) }),
            ("cycle", { $0.warmRestarts = [.init(epochs: 0, imageSize: 64, learningRate: 1)] }),
            ("cycle", { $0.warmRestarts = [.init(epochs: 1, imageSize: 16, learningRate: 1)] }),
            ("cycle", { $0.warmRestarts = [.init(epochs: 1, imageSize: 64, learningRate: 0)] }),
            (
                "cycle",
                {
                    $0.warmRestarts = [
                        .init(epochs: 1, imageSize: 64, learningRate: 1, distillationWeight: 1.5)
                    ]
                }
            ),
            (
                "early-stopping",
                {
                    $0.warmRestarts = [.init(epochs: 1, imageSize: 64, learningRate: 1)]
                    $0.earlyStoppingPatience = 2
                }
            ),
            ("smaller-size", { $0.progressiveResizing = .init(epochs: 1, imageSize: 256) }),
            ("gradient-clip", { $0.gradientClip = 0 }), ("momentum", { $0.momentum = 1 }),
        ]
        for (field, change) in changes {
            var recipe = Recipe.paper
            change(&recipe)
            let error = #expect(throws: UsageError.self) { try recipe.validate() }
            #expect(error?.subject == Advice(field))
        }
    }
}
