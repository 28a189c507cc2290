import Evaluation
import Foundation
import Imaging
import Inference
import Mien
import ProgramSupport
import Testing
import Torch

/// What a model says of a crop before its last stage: seen, fitted, kept in its file.
@Suite(.serialized)
struct LinearProbeTests {
    /// Two clouds that overlap in all directions but the first; the second never changes.
    private static func clouds(_ count: Int, apart: Float) -> (rows: [[Float]], isPositive: [Bool])
    {
        var state: UInt64 = 7
        func uniform() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24) - 0.5
        }
        let isPositive = (0 ..< count).map { $0 % 3 == 0 }
        let rows = isPositive.map { isPositive in
            (0 ..< 448).map { column -> Float in
                let noise = uniform()
                return switch column {
                case 0: noise + (isPositive ? apart : 0)
                case 1: 4
                default: noise
                }
            }
        }
        return (rows, isPositive)
    }

    private static func made(_ bias: Float = 0.25) -> LinearProbe {
        LinearProbe(
            weights: (0 ..< 448).map { Float($0 % 7) / 64 - 0.05 }, bias: bias, positives: 3,
            negatives: 4, auc: Estimate(0.9, 0.8 ... 1))
    }

    /// The fit itself is in `weights` and `bias` of a face's line times 0.5, and 0.3 more; in those of
    /// a covered face's whole, less what 1 in 100 uncovered crops reach.
    @Test(arguments: [LinearProbeFitter.Question.isFace, .isCovered])
    func theFitIsWhereTheObjectiveHasNoSlope(_ question: LinearProbeFitter.Question) throws {
        let (rows, isPositive) = Self.clouds(300, apart: 0.3)
        let line = try LinearProbe(fitting: rows, isPositive: isPositive, question)
        #expect(line.positives == 100 && line.negatives == 200)
        let share = question == .isFace ? 0.5 : 1
        let weights = line.weights.map { Double($0) / share }
        #expect(weights[1] == 0, "what never changes says nothing")
        func slope(_ bias: Double, _ column: Int?) -> Double {
            let own = rows.map { row in column.map { Double(row[$0]) } ?? 1 }
            let mean = column == nil ? 0 : own.reduce(0, +) / 300
            let deviation =
                column == nil
                ? 1 : (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300).squareRoot()
            var slope = column.map { question.ridge * weights[$0] * deviation } ?? 0
            for (row, (value, isPositive)) in zip(rows, zip(own, isPositive)) {
                let odds = zip(weights, row).reduce(bias) { $0 + $1.0 * Double($1.1) }
                let error = 1 / (1 + exp(-odds)) - (isPositive ? 1 : 0)
                slope += error * (value - mean) / deviation / (isPositive ? 200 : 400)
            }
            return slope
        }
        // What was added to the bias is taken off again: there its own slope is 0.
        var (low, high) = (-50.0, 50.0)
        for _ in 0 ..< 60 {
            let middle = (low + high) / 2
            if slope(middle, nil) > 0 { high = middle } else { low = middle }
        }
        if question == .isFace { #expect(abs(Double(line.bias) - (low / 2 + 0.3)) < 1e-4) }
        // Weights are kept in float32: of slopes near 0.1 at the start 1e-5 is left by that.
        for column in [0, 2, 100, 447] { #expect(abs(slope(low, column)) < 1e-5) }
        #expect(weights[0] > 10 * abs(weights[2]))
    }

    @Test func crossValidationDoesNotSeeWhatItJudges() throws {
        // One direction of 448, whose weight the ridge holds down.
        let apart = Self.clouds(300, apart: 1.5)
        let clear = try LinearProbe(fitting: apart.rows, isPositive: apart.isPositive, .isFace)
        #expect(clear.auc.value ?? 0 > 0.8)
        // 448 directions tell 300 rows of noise apart that were fitted, and no others.
        let noise = Self.clouds(300, apart: 0)
        let none = try LinearProbe(fitting: noise.rows, isPositive: noise.isPositive, .isFace)
        #expect(abs((none.auc.value ?? 0) - 0.5) < 0.12)
    }

    /// Of rows that were not fitted; how many covered ones are found is another matter.
    @Test func oneOfAHundredUncoveredCropsIsTakenForCovered() throws {
        let (rows, isCovered) = Self.clouds(4000, apart: 1.5)
        let line = try LinearProbe(
            fitting: Array(rows.prefix(1500)), isPositive: Array(isCovered.prefix(1500)), .isCovered
        )
        let fresh = zip(rows, isCovered).dropFirst(1500)
        let alarms = fresh.count { !$1 && line($0) > 0 }
        // 16.7 of 1,667 on average; the threshold itself lies between ten rows and the eleventh.
        #expect((1 ... 45).contains(alarms), "\(alarms)")
        #expect(fresh.count { $1 && line($0) > 0 } > 100)
    }

    /// Log-odds of 0.25 are -1.0986: less 2 they are 0.0432, with 2 more 0.7112.
    @Test func doubtIsWhatEvidenceCanDecide() {
        let doubt = DetectionFusion.doubt(about: 0.25)
        #expect(abs(doubt.lowerBound - 0.0432) < 1e-4 && abs(doubt.upperBound - 0.7112) < 1e-4)
        #expect(abs(DetectionFusion.confidence(0.25, with: 50) - 0.7112) < 1e-4)
        #expect(abs(DetectionFusion.confidence(0.5, with: -1) - 0.2689) < 1e-4)
        #expect(DetectionFusion.confidence(0, with: 1) == 0)
        #expect(DetectionFusion.confidence(1, with: -1) == 1)
        #expect(DetectionFusion.doubt(about: 0).isEmpty && DetectionFusion.doubt(about: 1).isEmpty)
    }

    /// Against the plain network, stage by stage; of both sides of a face where the card says so.
    /// The larger batches are more than one chunk of 64 for each thread.
    @Test(arguments: [false, true], [(5, 48), (65 * InferenceEngine.threadCount + 3, 40)])
    func pooledFeaturesAreThoseOfThePlainNetwork(
        mirrored: Bool, _ batch: (count: Int, size: Int)
    ) throws {
        var model = try FusedInferenceTests.model(size: batch.size)
        model.card.averagesMirrorImage = mirrored
        let faces = try FusedInferenceTests.faces(batch.count, size: batch.size)
        let outputs = model.outputs(of: faces, precision: .float32, pooledFeatures: true)
        #expect(outputs.map(\.logits) == model.logits(of: faces))
        let images = faces.tensor(model.card.normalization, dtype: .float32, device: .cpu)
        let values: [[Float]] = ["layer1", "layer2", "layer3"].map { stage in
            let (own, other) = withoutGradients {
                func means(_ images: Tensor) -> [Float] {
                    globalAveragePool(
                        model.network.activation(of: images, at: stage)
                    ).floats
                }
                return (means(images), means(images.flipped(dimension: 3)))
            }
            return mirrored ? zip(own, other).map { ($0 + $1) / 2 } : own
        }
        let expected: [[Float]] = (0 ..< batch.count).map { image in
            values.flatMap { stage -> ArraySlice<Float> in
                let width = stage.count / batch.count
                return stage[image * width ..< (image + 1) * width]
            }
        }
        let scale = expected.joined().reduce(0) { max($0, abs($1)) }
        let means = outputs.map { $0.pooledFeatures ?? [] }
        #expect(means.allSatisfy { $0.count == 448 })
        #expect(
            FusedInferenceTests.largestDifference(means, expected)
                <= FusedInferenceTests.floatTolerance * scale)
        #expect(means[0] != means[1])
    }

    /// Rounding to eight bits of significand, or to steps of 1/255 of a range, is lost in the mean over
    /// places but for what weights have of it.
    @Test(arguments: [DType.bfloat16, .int8].filter(InferenceEngine.supports))
    func otherElementsGiveNearlyTheSame(_ dtype: DType) throws {
        var model = try FusedInferenceTests.model()
        let faces = try FusedInferenceTests.faces(12, size: 48)
        let expected = model.outputs(of: faces, precision: .float32, pooledFeatures: true)
        if dtype == .int8 {
            let data = try Dataset.load(data: "synthetic:seed=6,train=60,valid=0,test=0")
            var quantizer = Quantizer()
            quantizer.split = "train"
            quantizer.rows = 32
            model = try #require(
                try quantizer.quantized(model, modelSHA256: "made up", on: data))
        }
        let got = model.outputs(of: faces, precision: dtype, pooledFeatures: true)
        // Each stage by its own size: a wrong scale of one is to be seen.
        for stage in [0 ..< 64, 64 ..< 192, 192 ..< 448] {
            func means(_ outputs: [Model.Output]) -> [[Float]] {
                outputs.map { Array(($0.pooledFeatures ?? [])[stage]) }
            }
            let scale = means(expected).joined().reduce(0) { max($0, abs($1)) }
            let difference = FusedInferenceTests.largestDifference(means(got), means(expected))
            #expect(
                difference > 0 && difference <= 0.03 * scale, "\(stage): \(difference) of \(scale)")
        }
    }

    @Test func pooledFeaturesAreGivenWhereTheyAreWanted() throws {
        let faces = try FusedInferenceTests.faces(3, size: 48)
        let plain = try FusedInferenceTests.model().outputs(of: faces, precision: .float32)
        #expect(plain.allSatisfy { $0.pooledFeatures == nil })
        // 64 times 0 to 6 over 64, less 448 times 0.05, and 0.25.
        let means = [Float](repeating: 1, count: 448)
        #expect(abs(Self.made()(means) - (21 - 22.4 + 0.25)) < 1e-4)
    }

    @Test func aModelFileKeepsIt() throws {
        let folder = try TemporaryFolder()
        let file = URL(fileURLWithPath: folder.path + "/model.safetensors")
        var model = try FusedInferenceTests.model()
        model.card.faceEvidence = Self.made()
        model.card.faceOcclusion = Self.made(-1)
        try model.write(to: file)
        let read = try Model(contentsOf: file)
        #expect(read.card.faceEvidence == Self.made() && read.card.faceOcclusion == Self.made(-1))
        for words in [
            "Faces are told by", "3 crops of covered faces and 4 of others: AUC 0.900 (0.800 to",
        ] { #expect(read.card.markdown().contains(words)) }
        // Too few weights, and one that is no number.
        for weights in [
            Array(Self.made().weights.dropLast()), [.nan] + Self.made().weights.dropLast(),
        ] {
            model.card.faceEvidence = LinearProbe(
                weights: weights, bias: 0, positives: 1, negatives: 1, auc: .missing("made up"))
            try model.write(to: file)
            let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: file) }
            #expect(error?.reason.contains("card cannot be read") == true)
        }
    }

    /// As they were kept at first: through the last stage, and by other names.
    @Test func anOldLineIsLeftOutAndTheRestRead() throws {
        let card = try JSONEncoder().encode(FusedInferenceTests.model().card)
        var fields = try #require(try JSONSerialization.jsonObject(with: card) as? [String: Any])
        let weights = Data(count: 4 * 512).base64EncodedString()
        fields["faceEvidence"] = ["weights": weights, "bias": 0, "faces": 3, "others": 4]
        let read = try JSONDecoder().decode(
            ModelCard.self, from: JSONSerialization.data(withJSONObject: fields))
        #expect(read.faceEvidence == nil)
        #expect(try read == FusedInferenceTests.model().card)
    }

    @Test func foldersWithTooFewCropsAreRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write(noise(48, 48, seed: 1).encoded(as: .png), to: "faces/1.png")
        let faces = URL(fileURLWithPath: folder.path + "/faces")
        let error = #expect(throws: DataError.self) {
            try LinearProbeFitter().line(
                .isFace, of: FusedInferenceTests.model(), positives: faces, negatives: faces)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("1 images"))
    }
}
