import Evaluation
import Foundation
import Imaging
import Mien
import Testing
import Torch

/// What a model says of whether a crop shows a face: fitted, kept in its file, put out.
@Suite(.serialized)
struct FaceEvidenceTests {
    /// Two clouds that overlap in all directions but the first; the second never changes.
    private static func clouds(_ count: Int, apart: Float) -> (rows: [[Float]], isFace: [Bool]) {
        var state: UInt64 = 7
        func uniform() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24) - 0.5
        }
        let isFace = (0 ..< count).map { $0 % 3 == 0 }
        let rows = isFace.map { isFace in
            (0 ..< 512).map { column -> Float in
                let noise = uniform()
                return switch column {
                case 0: noise + (isFace ? apart : 0)
                case 1: 4
                default: noise
                }
            }
        }
        return (rows, isFace)
    }

    private static func made(_ bias: Float = 0.25) -> FaceEvidence {
        FaceEvidence(
            weights: (0 ..< 512).map { Float($0 % 7) / 64 - 0.05 }, bias: bias, faces: 3, others: 4,
            auc: Estimate(0.9, 0.8 ... 1))
    }

    @Test func theFitIsWhereTheObjectiveHasNoSlope() throws {
        let (rows, isFace) = Self.clouds(300, apart: 0.3)
        let evidence = try FaceEvidence(fitting: rows, isFace: isFace)
        #expect(evidence.faces == 100 && evidence.others == 200)
        // The fit itself, before its share of 0.3.
        let weights = evidence.weights.map { Double($0) / 0.3 }
        let bias = Double(evidence.bias) / 0.3
        #expect(weights[1] == 0, "what never changes says nothing")
        func slope(_ column: Int) -> Double {
            let values = rows.map { Double($0[column]) }
            let mean = values.reduce(0, +) / 300
            let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300).squareRoot()
            var slope = 0.4 * weights[column] * deviation
            for (row, isFace) in zip(rows, isFace) {
                let odds = zip(weights, row).reduce(bias) { $0 + $1.0 * Double($1.1) }
                let error = 1 / (1 + exp(-odds)) - (isFace ? 1 : 0)
                let standardised = (Double(row[column]) - mean) / deviation
                slope += error * standardised / (isFace ? 200 : 400)
            }
            return slope
        }
        // Of slopes near 0.1 at the start: the steps end with a thousandth of that left.
        for column in [0, 2, 100, 511] { #expect(abs(slope(column)) < 1e-4) }
        #expect(weights[0] > 10 * abs(weights[2]))
    }

    @Test func crossValidationDoesNotSeeWhatItJudges() throws {
        // One direction of 512, whose weight the ridge holds down.
        let apart = Self.clouds(300, apart: 1.5)
        let clear = try FaceEvidence(fitting: apart.rows, isFace: apart.isFace)
        #expect(clear.auc.value ?? 0 > 0.8)
        // 512 directions tell 300 rows of noise apart that were fitted, and no others.
        let noise = Self.clouds(300, apart: 0)
        let none = try FaceEvidence(fitting: noise.rows, isFace: noise.isFace)
        #expect(abs((none.auc.value ?? 0) - 0.5) < 0.12)
    }

    /// Log-odds of 0.25 are -1.0986: less 2 they are 0.0432, with 2 more 0.7112.
    @Test func doubtIsWhatEvidenceCanDecide() {
        let doubt = FaceEvidence.doubt(about: 0.25)
        #expect(abs(doubt.lowerBound - 0.0432) < 1e-4 && abs(doubt.upperBound - 0.7112) < 1e-4)
        #expect(abs(FaceEvidence.confidence(0.25, with: 50) - 0.7112) < 1e-4)
        #expect(abs(FaceEvidence.confidence(0.5, with: -1) - 0.2689) < 1e-4)
        #expect(FaceEvidence.confidence(0, with: 1) == 0)
        #expect(FaceEvidence.confidence(1, with: -1) == 1)
        #expect(FaceEvidence.doubt(about: 0).isEmpty && FaceEvidence.doubt(about: 1).isEmpty)
    }

    @Test(arguments: [false, true])
    func itIsAnOutputBesideTheClasses(mirrored: Bool) throws {
        var model = try FusedInferenceTests.model()
        model.card.averagesMirrorImage = mirrored
        let data = try Dataset.load(data: "synthetic:seed=3,train=0,valid=0,test=5")
        let faces = try FusedInferenceTests.faces(5, size: model.card.imageSize)
        let plain = model.outputs(of: faces, precision: .float32)
        #expect(plain.allSatisfy { $0.evidence == nil })
        let evidence = Self.made()
        model.card.faceEvidence = evidence
        let outputs = model.outputs(of: faces, precision: .float32)
        #expect(outputs.map(\.logits) == plain.map(\.logits))
        let images = data.samples.indices.map { data.image(at: $0) }
        let features = try #require(model.features(of: images, batchSize: 2))
        for (output, features) in zip(outputs, features) {
            let expected = zip(evidence.weights, features).reduce(evidence.bias) {
                $0 + $1.0 * $1.1
            }
            // 512 products in float32, in another order and in batches of another size.
            #expect(abs((output.evidence ?? 0) - expected) < 1e-3 * max(1, abs(expected)))
        }
        #expect(outputs[0].evidence != outputs[1].evidence)
    }

    @Test func aModelFileKeepsIt() throws {
        let folder = try TemporaryFolder()
        let file = URL(fileURLWithPath: folder.path + "/model.safetensors")
        var model = try FusedInferenceTests.model()
        model.card.faceEvidence = Self.made()
        try model.write(to: file)
        let read = try Model(contentsOf: file)
        #expect(read.card.faceEvidence == Self.made())
        #expect(read.card.markdown().contains("AUC 0.900 (0.800 to 1.000)"))
        // Too few weights, and one that is no number.
        for weights in [
            Array(Self.made().weights.dropLast()), [.nan] + Self.made().weights.dropLast(),
        ] {
            model.card.faceEvidence = FaceEvidence(
                weights: weights, bias: 0, faces: 1, others: 1, auc: .missing("made up"))
            try model.write(to: file)
            let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: file) }
            #expect(error?.reason.contains("card cannot be read") == true)
        }
    }

    @Test func foldersWithTooFewCropsAreRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write(noise(48, 48, seed: 1).encoded(as: .png), to: "faces/1.png")
        let faces = URL(fileURLWithPath: folder.path + "/faces")
        let error = #expect(throws: DataError.self) {
            try FaceEvidenceFitter().evidence(
                of: FusedInferenceTests.model(), faces: faces, others: faces)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("1 images"))
    }
}
