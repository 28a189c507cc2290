import Foundation
import Mien
import Networks
import TestSupport
import Testing
import Torch

/// Parts of batches, and steps that several processes take together: here threads of one.
@Suite(.serialized)
struct SharedTrainingTests {
    private let faces: Dataset

    init() throws {
        faces = .synthetic(
            try SyntheticOptions(parsing: "synthetic:seed=4,train=72,valid=0,test=0") ?? .init())
    }

    private static func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
        var recipe = Recipe.paper
        recipe.labels = .fer2013
        recipe.imageSize = 32
        recipe.batchSize = 24
        recipe.precision = .float32
        change(&recipe)
        return recipe
    }

    @Test func partsLieOneAfterTheOther() {
        for count in [0, 1, 7, 100, 101, 103] {
            for size in 1 ... 6 {
                let parts = (0 ..< size).map {
                    TrainingWorld.part(of: count, rank: $0, size: size)
                }
                #expect(parts.flatMap { Array($0) } == Array(0 ..< count))
                let lengths = parts.map(\.count)
                #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) <= 1)
            }
        }
        #expect(TrainingWorld.part(of: 100, rank: 1, size: 2) == 50 ..< 100)
    }

    @Test(arguments: [(100, 3, "99 or 102"), (4, 3, "6"), (10, 8, "16"), (2, 2, "4")])
    func numbersOfProcessesThatDoNotDivideTheBatchAreRefused(
        _ batch: Int, _ size: Int, _ advice: String
    ) {
        let error = #expect(throws: UsageError.self) {
            try TrainingWorld.requireShares(of: batch, size: size)
        }
        #expect(
            error?.message.description.contains("Take \(advice)") == true,
            "\(error.debugDescription)")
    }

    @Test(arguments: [(100, 1), (100, 2), (100, 50), (3, 1)])
    func othersAreNot(_ batch: Int, _ size: Int) throws {
        try TrainingWorld.requireShares(of: batch, size: size)
    }

    @Test func sharedStatisticsAreOfProcessorsAlone() throws {
        let port = try freePort()
        let results = onThreads(2) { rank in
            let group = try ProcessGroup.join(
                ProcessPlace(rank: rank, size: 2, host: "127.0.0.1", port: port, launcher: "test"))
            try group.barrier()
            return [(true, "cpu"), (false, "cuda"), (true, "cuda")].map { shares, device in
                Result {
                    try TrainingWorld(group).requireShares(
                        of: RunConfiguration(
                            recipe: Self.recipe { $0.syncBatchNorm = shares }, data: "", votes: nil,
                            skipBadRows: false, initialWeights: "scratch", threads: 1,
                            device: device, sources: []))
                }
            }
        }
        for result in results {
            let found = try result.get()
            try found[0].get()
            try found[1].get()
            let error = #expect(throws: UsageError.self) { try found[2].get() }
            #expect(
                error?.message.description.hasPrefix("sync-batch-norm: found it on GPUs") == true,
                "\(error.debugDescription)")
        }
    }

    /// A step's loss, gradients and running statistics.
    private struct Outcome: Sendable {
        var loss = 0.0
        var correct = 0.0
        var values: [String: [Float]] = [:]
    }

    /// One step from random weights on the first batch of an epoch.
    /// - Parameter first: the row that the batch begins with; those before it follow the last.
    private static func step(
        _ recipe: Recipe, _ kind: Kind, _ faces: Dataset, _ group: ProcessGroup?, first: Int = 0
    ) throws -> (outcome: Outcome, planes: [Float]) {
        let rows = try TrainingData(recipe, faces)
        let world = TrainingWorld(group)
        let network = NetworkModule(
            try kind.changed(recipe.network(outputs: rows.classes.count)), seed: 3)
        let weights = rows.classWeights(recipe.classWeights)
        let step = TrainingStep(recipe, network: network, classWeights: weights, device: .cpu)
        let batches = rows.batches(of: faces, recipe, epoch: 0, from: 0, count: 1, in: world)
        let batch = try #require(batches.next())
        let images = turned(batch.tensor(.grey, dtype: .float32, device: .cpu), by: first)
        let target = turned(rows.target(of: batch), by: first)
        var outcome = Outcome()
        func count(_ logits: Tensor) -> Double {
            let answers = turned(logits, by: -first).argmax(dimension: 1).integers
            return Double(zip(answers, batch.positions).count { $0 == rows.classNumbers[$1] })
        }
        if let group {
            let part = try #require(batch.part)
            let (loss, sums) = try step(
                images, target, learningRate: 0.1, seed: 5, rows: part.place,
                share: rows.lossShare(of: part, target, weights), in: group
            ) { [count($0)] }
            (outcome.loss, outcome.correct) = (loss, sums[0])
            // No process goes before the other is done.
            try group.barrier()
        } else {
            let (logits, loss) = step(images, target, learningRate: 0.1, seed: 5)
            (outcome.loss, outcome.correct) = (loss, count(logits))
        }
        for (path, role, tensor) in network.namedTensors {
            outcome.values[path] =
                role == .parameter ? tensor.gradient?.floats : tensor.floats
        }
        return (outcome, batch.planes)
    }

    private static func turned(_ rows: Tensor, by count: Int) -> Tensor {
        let length = rows.shape[0]
        let first = (count + length) % length
        return first == 0
            ? rows
            : .concatenated([
                rows.narrowed(dimension: 0, to: first ..< length),
                rows.narrowed(dimension: 0, to: 0 ..< first),
            ])
    }

    /// Recipes that have something to share.
    enum Kind: String, CaseIterable, Sendable {
        case smooth, statistics, mixedImages, dropout

        /// Without ReLUs, which a rounding opens or closes, gradients depend on it smoothly.
        func changed(_ network: Network) throws -> Network {
            guard self == .smooth else { return network }
            func text(_ value: some Encodable) throws -> String {
                String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
            }
            // The mean over a window of one value is that value.
            let identity = Networks.Operation.averagePool(Window(1, stride: 1), countsPadding: true)
            let encoded = try text(network)
            let changed = encoded.replacing(
                try text(Networks.Operation.relu), with: try text(identity))
            #expect(changed != encoded)
            return try JSONDecoder().decode(Network.self, from: Data(changed.utf8))
        }

        func apply(to recipe: inout Recipe) {
            switch self {
            case .smooth, .statistics: recipe.syncBatchNorm = true
            case .mixedImages:
                recipe.syncBatchNorm = true
                recipe.augmentation.mixing = 0.4
                recipe.classWeights = .balanced
                recipe.gradientClip = 0.5
            case .dropout:
                recipe.architecture = .shallowCNN
                recipe.imageSize = 48
                recipe.classWeights = .balanced
                recipe.head = .emotions
            }
        }
    }

    /// The norm of the difference of all values, by the norm of the second.
    private static func distance(_ a: [String: [Float]], _ b: [String: [Float]]) -> Float {
        var (difference, norm): (Float, Float) = (0, 0)
        for (path, values) in b {
            for (one, other) in zip(a[path] ?? values.map { _ in .infinity }, values) {
                difference += (one - other) * (one - other)
                norm += other * other
            }
        }
        return (difference / norm).squareRoot()
    }

    @Test(arguments: Kind.allCases)
    func twoProcessesHaveTheGradientsOfOne(_ kind: Kind) throws {
        var recipe = Self.recipe { $0.architecture = .tiny }
        kind.apply(to: &recipe)
        recipe.optimizer = .sgd
        let (faces, shared) = (faces, recipe)
        let whole = try Self.step(shared, kind, faces, nil)
        let port = try freePort()
        let parts = try onThreads(2) { rank in
            var place = ProcessPlace(
                rank: rank, size: 2, host: "127.0.0.1", port: port, launcher: "test")
            place.timeout = 60
            return try Self.step(shared, kind, faces, try ProcessGroup.join(place))
        }.map { try $0.get() }
        #expect(parts[0].planes + parts[1].planes == whole.planes, "\(kind)")
        // Two processes change the order of sums alone, and so does another order of the rows, but for
        // dropout. One ReLU that a rounding opens moves the gradients by 3e-4 of their norm.
        var orders: [Float] = []
        if kind != .dropout {
            orders = try [1, 7, 12, 17].map {
                let turned = try Self.step(shared, kind, faces, nil, first: $0)
                return Self.distance(turned.outcome.values, whole.outcome.values)
            }
        }
        // A few such ReLUs may open here and not in another order of the rows.
        let tolerance: Float =
            switch kind {
            case .smooth: 1e-6
            case .dropout: 1e-5
            case .statistics, .mixedImages: max(1e-3, 2 * (orders.max() ?? 0))
            }
        for (part, _) in parts {
            #expect(abs(part.loss - whole.outcome.loss) < 1e-5)
            #expect(part.correct == whole.outcome.correct)
            #expect(part.values.keys == whole.outcome.values.keys)
            let distance = Self.distance(part.values, whole.outcome.values)
            #expect(distance < tolerance, "\(kind), orders of rows: \(orders)")
        }
        for (path, values) in parts[0].outcome.values {
            #expect(
                values == parts[1].outcome.values[path], "\(path) differs between the processes")
        }
    }

    @Test func aLastBatchThatIsTooSmallForAllIsLeftOut() throws {
        // 72 rows, of which a quarter is held out.
        let recipe = Self.recipe()
        let rows = try TrainingData(recipe, faces)
        let rest = rows.training.count % 24
        #expect(rest >= 2)
        let whole = rows.training.count / 24
        #expect(rows.batchCount(24) == whole + 1)
        let port = try freePort()
        let faces = faces
        let counts = try onThreads(2) { rank in
            let place = ProcessPlace(
                rank: rank, size: 2, host: "127.0.0.1", port: port, launcher: "test")
            let group = try ProcessGroup.join(place)
            try group.barrier()
            let rows = try TrainingData(recipe, faces)
            return [24, rows.training.count - 3, rows.training.count - 4].map {
                rows.batchCount($0, in: TrainingWorld(group))
            }
        }.map { try $0.get() }
        #expect(counts[0] == counts[1])
        #expect(counts[0] == [whole + (rest >= 4 ? 1 : 0), 1, 2])
    }
}
