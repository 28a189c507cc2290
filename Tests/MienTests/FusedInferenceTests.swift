import Evaluation
import Foundation
import Inference
import Mien
import Synchronization
import Testing
import Torch

/// Fused scoring against the plain network, which is tested against PyTorch.
@Suite(.serialized)
struct FusedInferenceTests {
    static func model(_ normalization: Normalization = .grey, size: Int = 48) throws -> Model {
        var model = try ExplainSupport.model(emotions: true)
        model.card.normalization = normalization
        model.card.imageSize = size
        return model
    }

    static func faces(_ count: Int, size: Int, seed: Int = 3) throws -> ImageBatch {
        let data = try Dataset.load(data: "synthetic:seed=\(seed),train=0,valid=0,test=\(count)")
        let all = Array(data.samples.indices)
        return ImageBatch(data, positions: all, samples: all, size: size) { _ in .identity }
    }

    static func largestDifference(_ a: [[Float]], _ b: [[Float]]) -> Float {
        zip(a.joined(), b.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    static func probabilities(_ model: Model, _ logits: [[Float]]) -> [[Float]] {
        logits.map { model.card.probabilities($0) }
    }

    /// Three go through one by one, so that no operations need to be made for them.
    @Test func fewImagesAreScoredAsEachAlone() throws {
        let model = try Self.model(size: 40)
        let three = try Self.faces(3, size: 40)
        let alone = (0 ..< 3).flatMap {
            model.logits(of: ImageBatch(planes: Array(three.plane($0)), size: 40))
        }
        #expect(model.logits(of: three) == alone && alone[0] != alone[1])
    }

    /// Twenty layers of sums in another order: each rounds at 6e-8 of the logits' size; what comes
    /// out is near 1e-6, and a wrong weight, border or order of channels near 1.
    static let floatTolerance: Float = 1e-4

    @Test(
        arguments: [Normalization.grey, .imageNet], [(1, 32), (3, 33), (5, 47), (70, 40)])
    func float32IsThatOfThePlainNetwork(
        _ normalization: Normalization, _ batch: (count: Int, size: Int)
    ) throws {
        let model = try Self.model(normalization, size: batch.size)
        let faces = try Self.faces(batch.count, size: batch.size)
        let plain = model.plainLogits(of: faces, precision: .float32)
        let fused = model.logits(of: faces, precision: .float32)
        #expect(fused.count == batch.count && fused.allSatisfy { $0.count == 8 })
        let scale = plain.joined().reduce(0) { max($0, abs($1)) }
        #expect(Self.largestDifference(fused, plain) <= Self.floatTolerance * scale)
        // The images must matter, or the comparison shows nothing.
        #expect(batch.count == 1 || fused[0] != fused[1])
    }

    @Test(.enabled(if: InferenceEngine.supports(.bfloat16)), arguments: [48, 96])
    func bfloat16IsNearThePlainNetwork(size: Int) throws {
        let model = try Self.model(size: size)
        let faces = try Self.faces(12, size: size)
        let plain = Self.probabilities(model, model.plainLogits(of: faces, precision: .float32))
        let fused = Self.probabilities(model, model.logits(of: faces, precision: .bfloat16))
        #expect(Self.largestDifference(fused, plain) <= 1e-2)
        #expect(Self.largestDifference(fused, plain) > 0, "this was not bfloat16")
    }

    @Test func imagesDoNotTouchEachOther() throws {
        let model = try Self.model()
        let faces = try Self.faces(11, size: 48)
        let together = model.logits(of: faces, precision: .float32)
        for index in [0, 3, 4, 10] {
            let alone = model.logits(
                of: ImageBatch(planes: Array(faces.plane(index)), size: 48), precision: .float32)
            #expect(Self.largestDifference(alone, [together[index]]) <= 1e-5)
        }
    }

    /// Batches of many sizes, more than are kept ready, from several threads at once.
    @Test func threadsShareAnEngine() throws {
        let faces = try Self.faces(40, size: 32)
        let network = try Self.model(size: 32).folded()
        let engine = try #require(InferenceEngine(network, dtype: .float32, size: 32))
        let expected = engine.logits(of: faces.planes, size: 32)
        let differences = Mutex<[Float]>([])
        DispatchQueue.concurrentPerform(iterations: 60) { index in
            let (first, count) = (index % 20, index % 19 + 1)
            let planes = Array(faces.planes[first * 1024 ..< (first + count) * 1024])
            let difference = Self.largestDifference(
                engine.logits(of: planes, size: 32), Array(expected[first ..< first + count]))
            differences.withLock { $0.append(difference) }
        }
        #expect(differences.withLock { $0.count } == 60)
        // The order of sums depends on the size of a batch.
        #expect(differences.withLock { $0.allSatisfy { $0 <= 1e-5 } })
    }

    /// Others compute on the same thread with the same OpenMP: training, between validations.
    @Test func scoringLeavesTheNumbersOfThreadsAlone() throws {
        let (before, own) = (Runtime.threadCount, InferenceEngine.threadCount)
        defer {
            Runtime.setThreadCount(before)
            InferenceEngine.setThreadCount(own)
        }
        let faces = try Self.faces(70, size: 32)
        let model = try Self.model(size: 32)
        for (tensors, scoring) in [(3, 2), (1, 3), (2, 1)] {
            Runtime.setThreadCount(tensors)
            InferenceEngine.setThreadCount(scoring)
            _ = model.logits(of: faces)
            #expect(Runtime.threadCount == tensors && InferenceEngine.threadCount == scoring)
        }
    }

    @Test func sizesOtherThanThatOfThePackingAreScored() throws {
        let model = try Self.model(size: 48)
        let engine = try #require(InferenceEngine(model.folded(), dtype: .float32, size: 48))
        for size in [32, 64, 111] {
            let faces = try Self.faces(3, size: size)
            let plain = model.plainLogits(of: faces, precision: .float32)
            #expect(
                Self.largestDifference(engine.logits(of: faces.planes, size: size), plain) <= 1e-4)
        }
        #expect(engine.logits(of: [], size: 48).isEmpty)
    }

    @Test func anotherNormalisationIsNotServedFromTheCache() throws {
        var model = try Self.model()
        let faces = try Self.faces(2, size: 48)
        let before = model.logits(of: faces, precision: .float32)
        model.card.normalization = .imageNet
        let after = model.logits(of: faces, precision: .float32)
        let plain = model.plainLogits(of: faces, precision: .float32)
        #expect(Self.largestDifference(before, after) > 1e-3)
        #expect(Self.largestDifference(after, plain) <= 1e-5)
    }

    @Suite(.enabled(if: realData != nil, "real data is not at hand: set MIEN_DATA to its folder"))
    struct RealFaces {
        @Test func precisionsAgree() throws {
            let folder = try #require(realData)
            let data = try Dataset.load(
                data: folder.appendingPathComponent("fer2013.csv.gz").path, votes: nil)
            let rows = Array(stride(from: 0, to: data.samples.count, by: 500))
            let model = try FusedInferenceTests.model()
            let faces = ImageBatch(data, positions: rows, samples: rows, size: 48) { _ in .identity
            }
            let plain = model.plainLogits(of: faces, precision: .float32)
            let fused = model.logits(of: faces, precision: .float32)
            let scale = plain.joined().reduce(0) { max($0, abs($1)) }
            #expect(
                FusedInferenceTests.largestDifference(fused, plain)
                    <= FusedInferenceTests.floatTolerance * scale)
            guard InferenceEngine.supports(.bfloat16) else { return }
            let half = model.logits(of: faces, precision: .bfloat16)
            #expect(
                FusedInferenceTests.largestDifference(
                    FusedInferenceTests.probabilities(model, half),
                    FusedInferenceTests.probabilities(model, plain)) <= 1e-2)
        }
    }
}
