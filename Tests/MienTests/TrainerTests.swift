import Foundation
import Mien
import Testing
import Torch

/// Short runs of the trainer itself, on 32 x 32 faces that Mien draws.
@Suite(.serialized)
struct TrainerTests {
    private func run(
        _ name: String = "scratch", _ change: (inout Recipe) -> Void,
        initial: InitialNetwork? = nil, observe: (TrainingEvent) -> Disposition = { _ in .proceed }
    ) throws -> Model {
        var recipe = Recipe.paper
        recipe.labels = .fer2013
        recipe.imageSize = 32
        recipe.precision = .float32
        change(&recipe)
        let data = Dataset.synthetic(
            try SyntheticOptions(parsing: "synthetic:seed=4,train=96,valid=0,test=0") ?? .init())
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let start = RunStart(
            recipe: recipe, data: "synthetic", votes: nil, skipBadRows: false,
            initialWeights: name, threads: 1, device: "cpu", sources: data.sources)
        let outputs = try recipe.classes(for: data).count
        let first = initial ?? InitialNetwork(scratch: .resnet18, outputs: outputs, seed: 1)
        return try Trainer(
            start, dataset: data, initial: first,
            folder: RunFolder.create(at: folder, start), resume: false
        ).run(observe)
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
        let initial = InitialNetwork(scratch: .resnet18, outputs: 2, seed: 7)
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
            let frozen = ["stem", "layer1", "layer2"].contains(ResNet.part(of: path))
            #expect((tensor.floats == before[path]) == frozen, "\(path)")
        }
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
            weights: url, depth: .resnet18, classes: model.card.classes, seed: 5)
        #expect(same.network.fc.weight.floats == model.network.fc.weight.floats)
        let other = try InitialNetwork(
            weights: url, depth: .resnet18, classes: ["other", "sad-or-neutral"], seed: 5)
        #expect(other.network.fc.weight.shape == [2, 512])
        #expect(other.notes.joined().contains("replaced"))
        #expect(throws: StateMismatch.self) {
            try InitialNetwork(
                weights: url, depth: .resnet34, classes: ["other", "sad-or-neutral"], seed: 5)
        }
    }

    @Test func valuesThatMakeNoSenseAreNamed() {
        let changes: [(String, (inout Recipe) -> Void)] = [
            ("epochs", { $0.epochs = 0 }), ("batch-size", { $0.batchSize = 1 }),
            ("learning-rate", { $0.learningRate = .nan }),
            ("validation-split", { $0.validationSplit = 1 }), ("max-steps", { $0.maxSteps = 0 }),
            ("freeze", { $0.freeze = ["head"] }), ("average-decay", { $0.averageDecay = 1 }),
            ("gradient-clip", { $0.gradientClip = 0 }), ("momentum", { $0.momentum = 1 }),
        ]
        for (field, change) in changes {
            var recipe = Recipe.paper
            change(&recipe)
            let error = #expect(throws: UsageError.self) { try recipe.validate() }
            #expect(error?.subject == field)
        }
    }
}
