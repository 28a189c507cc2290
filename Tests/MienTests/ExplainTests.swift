import Foundation
import Imaging
import Mien
import Networks
import Testing
import Torch

/// What Golden/explain.py wrote.
private struct ExplainGolden: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
        let head: String
        let layer: String
        let `class`: String
        let values: [Double]
        let maps: [String: [[Float]]]

        var testDescription: String { "\(head), \(layer), \(`class`)" }
    }
    let cases: [Case]
    let occlusion: [[Float]]
    let resized: [[Float]]
    let spearman: Double
    let ssim: Double
    let imputed: [Float]
    let removed: [Int]

    static func read() throws -> ExplainGolden {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/explain", withExtension: "json"))
        return try JSONDecoder().decode(ExplainGolden.self, from: Data(contentsOf: url))
    }
}

/// One channel after the other, given to a rule as it is.
private func map(
    _ rule: some ActivationWeighting, _ activations: [Float], _ gradients: [Float],
    channels: Int, height: Int = 1
) -> [Float] {
    activations.withUnsafeBufferPointer { activations in
        gradients.withUnsafeBufferPointer { gradients in
            rule.map(
                activations: activations, gradients: gradients, channels: channels,
                height: height, width: activations.count / channels / height)
        }
    }.values
}

/// Hand-computed values: two channels of two places.
@Suite struct ExplainWeightingTests {
    static let activations: [Float] = [1, 2, 3, 1]
    static let gradients: [Float] = [2, 0, -1, 3]

    /// Means 1 and 1: 1 + 3, 2 + 1.
    @Test func theLayerOfAMapHasSixteenPlacesOrMore() throws {
        func layer(_ architecture: Architecture, _ size: Int) throws -> String {
            try architecture.network(outputs: 2).lastMappable(imageSize: size)
        }
        for (size, expected) in [
            (224, "layer4"), (112, "layer4"), (96, "layer3"), (64, "layer3"), (48, "layer2"),
            (32, "layer2"),
        ] {
            #expect(try layer(.resnet18, size) == expected, "\(size)")
            #expect(try layer(.resnet50, size) == expected, "\(size)")
        }
        // 7 x 7 after the last pooling, 3 x 3 there and 6 x 6 before it, 8 x 8.
        #expect(try layer(.vgg16, 224) == "features")
        #expect(try layer(.vgg16, 96) == "features.29")
        #expect(try layer(.inceptionV3, 299) == "Mixed_7c")
        #expect(try layer(.inceptionV3, 96) == "Mixed_6e")
        #expect(try layer(.shallowCNN, 48) == "features")
    }

    @Test func gradCAM() {
        #expect(map(GradCAM(), Self.activations, Self.gradients, channels: 2) == [4, 3])
        // Means -1 and 0.5: -1 + 1.5, -2 + 0.5, of which the second is cut.
        #expect(map(GradCAM(), Self.activations, [-2, 0, 0, 1], channels: 2) == [0.5, 0])
    }

    /// Own gradients: 2 - 3 cut to 0, 0 + 3.
    @Test func hiResCAM() {
        #expect(map(HiResCAM(), Self.activations, Self.gradients, channels: 2) == [0, 3])
    }

    /// Own positive gradients: 2 + 0, 0 + 3.
    @Test func layerCAM() {
        #expect(map(LayerCAM(), Self.activations, Self.gradients, channels: 2) == [2, 3])
    }

    /// Channel 1 adds up to 3: 2^2 / (2 * 2^2 + 3 * 2^3) * 2 = 0.25. Channel 2 adds up to 4:
    /// 3^2 / (2 * 3^2 + 4 * 3^3) * 3 = 3 / 14; its negative gradient weighs nothing.
    @Test func gradCAMPlusPlus() {
        let values = map(GradCAMPlusPlus(), Self.activations, Self.gradients, channels: 2)
        let expected: [Float] = [0.25 + 3 * 3 / 14, 0.5 + 3 / 14]
        // A few operations in float32.
        for (a, b) in zip(values, expected) { #expect(abs(a - b) < 1e-6) }
    }

    @Test func emptyMapsAreSaid() {
        func emptiness(_ values: [Float]) -> HeatMap.Emptiness? {
            HeatMap(width: values.count, height: 1, values: values).emptiness
        }
        #expect(emptiness([-1, -2]) == .nothingPositive)
        #expect(emptiness([0, 0]) == .nothingPositive)
        #expect(emptiness([3, 3]) == .constant)
        #expect(emptiness([3, .nan]) == .notFinite)
        #expect(emptiness([3, .infinity]) == .notFinite)
        #expect(emptiness([3, 2]) == nil)
        #expect(HeatMap(width: 2, height: 1, values: [-1, 2]).values == [0, 2])
    }

    @Test func anEmptyMapIsNeverColoured() {
        let face = plainDataset([(100, Sample(id: "a", row: 0))]).image(at: 0)
        let empty = HeatMap(width: 2, height: 2, values: [5, 5, 5, 5])
        #expect(Set(empty.overlay(on: face, inputSize: 32).pixels) == [100])
        #expect(empty.shares(side: 4, inputSize: 32) == [Float](repeating: 0, count: 16))
        let map = HeatMap(width: 2, height: 2, values: [0, 5, 0, 5])
        #expect(Set(map.overlay(on: face, inputSize: 32).pixels).count > 10)
    }

    @Test func resizingEqualsPyTorchs() throws {
        let golden = try ExplainGolden.read()
        let small = try #require(golden.cases[1].maps["gradcam"])[0]
        let resized = HeatMap(width: 8, height: 8, values: small).resized(width: 20, height: 13)
        let largest = small.max() ?? 0
        for (a, b) in zip(resized.values, golden.resized.joined()) {
            // Golden values have seven digits, the arithmetic is float32.
            #expect(abs(a - b) <= 2e-6 * largest)
        }
    }

    @Test func theCSVIsTheGrid() {
        #expect(HeatMap(width: 2, height: 2, values: [1, 0.5, 0, 2]).csv == "1.0,0.5\n0.0,2.0\n")
    }
}

/// All methods through the whole ResNet-18 against PyTorch's hooks and autograd.
@Suite struct ExplainOracleTests {
    /// The largest difference allowed, relative to the largest value of a map. Sums over up to
    /// 512 channels that partly cancel, in float32, against float64.
    static let tolerance: Float = 1e-4

    @Test func mapsEqualPyTorchs() throws {
        let golden = try ExplainGolden.read()
        for expected in golden.cases {
            let model = try ExplainSupport.model(emotions: expected.head == "emotions")
            var explainer = ExplanationSession()
            explainer.layer = expected.layer
            explainer.target = try ClassTarget(parsing: expected.class, of: model.card)
            for (name, maps) in expected.maps {
                explainer.method = try #require(ExplanationMethod(rawValue: name))
                let got = explainer.explanations(by: model, of: ExplainSupport.planes(), size: 64)
                for (image, explanation) in got.enumerated() {
                    let case_ = "\(name), \(expected.testDescription), image \(image)"
                    #expect(abs(explanation.value - expected.values[image]) < 1e-4, "\(case_)")
                    expect(explanation.map.values, maps[image], case_)
                }
            }
        }
    }

    @Test func occlusionEqualsPyTorchs() throws {
        let model = try ExplainSupport.model(emotions: true)
        var explainer = ExplanationSession()
        explainer.method = .occlusion
        #expect(explainer.occlusion.starts(size: 64).side == 11)
        #expect(
            explainer.occlusion.starts(size: 64).starts == [0, 6, 12, 18, 24, 30, 36, 42, 48, 53])
        let golden = try ExplainGolden.read().occlusion
        let got = explainer.explanations(by: model, of: ExplainSupport.planes(), size: 64)
        for (image, explanation) in got.enumerated() {
            #expect(explanation.map.width == 64 && explanation.map.height == 64)
            // The golden file keeps the means of 8 x 8 pixels.
            var means = [Float](repeating: 0, count: 64)
            for (index, value) in explanation.map.values.enumerated() {
                means[index / 64 / 8 * 8 + index % 64 / 8] += value / 64
            }
            expect(means, golden[image], "occlusion, image \(image)")
        }
    }

    /// After layer4 come a mean and a linear map, so that the gradient is the same at all places:
    /// there Grad-CAM, equation 1, is HiRes-CAM, as Draelos and Carin show.
    @Test func gradCAMIsHiResCAMAtTheLastLayer() throws {
        let model = try ExplainSupport.model(emotions: false)
        var explainer = ExplanationSession()
        let first = explainer.explanations(by: model, of: ExplainSupport.planes(), size: 64)
        explainer.method = .hiResCAM
        let second = explainer.explanations(by: model, of: ExplainSupport.planes(), size: 64)
        for (a, b) in zip(first, second) { expect(a.map.values, b.map.values, "layer4") }
    }

    /// Nothing of training is touched: no gradients in parameters, no statistics moved.
    @Test func theModelIsLeftAlone() throws {
        let model = try ExplainSupport.model(emotions: false)
        let before = model.network.namedTensors.map(\.tensor.bytes)
        _ = ExplanationSession().explanations(by: model, of: ExplainSupport.planes(), size: 64)
        #expect(model.network.namedTensors.map(\.tensor.bytes) == before)
        #expect(model.network.namedParameters.allSatisfy { $0.tensor.gradient == nil })
    }

    private func expect(
        _ got: [Float], _ expected: [Float], _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(got.count == expected.count, "\(name)", sourceLocation: sourceLocation)
        let largest = expected.max() ?? 0
        #expect(largest > 0, "\(name)", sourceLocation: sourceLocation)
        let worst = zip(got, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(
            worst <= Self.tolerance * largest, "\(name): off by \(worst) of \(largest)",
            sourceLocation: sourceLocation)
    }
}

/// Deletion, insertion, imputation and likeness.
@Suite struct ExplainTrustTests {
    @Test func imputationEqualsTheDirectSolution() throws {
        let golden = try ExplainGolden.read()
        let plane = ExplainSupport.grey("plane", count: 36)
        let got = Perturbation.imputed(
            plane, size: 6, removed: golden.removed, tolerance: 1e-4)
        for (index, expected) in zip(golden.removed, golden.imputed) {
            // The solver stops when no pixel moves by more than 1e-4 grey levels.
            #expect(abs(got[index] - expected) < 1e-2)
        }
        for index in plane.indices where !golden.removed.contains(index) {
            #expect(got[index] == plane[index])
        }
    }

    /// A pixel amid a constant area gets its value; all pixels removed leave the plane.
    @Test func imputationOfAConstantIsTheConstant() {
        let plane = [Float](repeating: 90, count: 25)
        #expect(Perturbation.imputed(plane, size: 5, removed: [0, 12, 13]) == plane)
    }

    @Test func likenessEqualsScipysAndScikitImages() throws {
        let golden = try ExplainGolden.read()
        let a = ExplainSupport.shares("a", count: 144)
        let b = zip(a, ExplainSupport.shares("b", count: 144)).map { ($0 + $1) / 2 }
        func coarse(_ values: [Float]) -> [Float] {
            values.map { ($0 * 10).rounded(.toNearestOrEven) / 10 }
        }
        let rank = try #require(MapSimilarity.spearman(coarse(a), coarse(b)))
        #expect(abs(rank - golden.spearman) < 1e-9)
        // Values are float32 here and float64 there.
        #expect(abs(MapSimilarity.structural(a, b, side: 12) - golden.ssim) < 1e-6)
        #expect(MapSimilarity.structural(a, a, side: 12) == 1)
        #expect(MapSimilarity.spearman([1, 1, 1], [1, 2, 3]) == nil)
        #expect(MapSimilarity.spearman([1, 2, 3], [9, 5, 1]) == -1)
    }

    @Test func areaIsTheTrapezoidalRule() {
        #expect(PerturbationCurves.area([1, 0.5, 0]) == 0.5)
        #expect(PerturbationCurves.area([1, 1, 0]) == 0.75)
        #expect(PerturbationCurves.area([0.25, 0.25]) == 0.25)
    }

    /// An edge between 0 and 100 gives 4 * 100 on both sides of it and 0 elsewhere.
    @Test func sobelFindsTheEdge() {
        let line: [Float] = [0, 0, 100, 100]
        let strength = BaselineMaps.sobel(line + line + line + line, size: 4)
        #expect(Array(strength[4 ..< 8]) == [0, 400, 400, 0])
    }

    /// Two of 2304 pixels hold the map's total, one in the mouth, one outside.
    @Test func pointingCountsSharesAndTheLargestValue() {
        let parts: [SyntheticFaces.Rectangle] = [
            .init(left: 0, top: 0, width: 10, height: 2),
            .init(left: 0, top: 1, width: 10, height: 2),
            .init(left: 20, top: 30, width: 8, height: 6),
        ]
        var values = [Float](repeating: 0, count: 48 * 48)
        values[31 * 48 + 21] = 3
        values[40 * 48 + 40] = 1
        let pointed = PointedAt(HeatMap(width: 48, height: 48, values: values), parts)
        #expect(pointed.energies == [0, 0, 0.75] && pointed.energy == 0.75 && pointed.hits)
        let pixels = 48.0 * 48
        #expect(pointed.areas == [20 / pixels, 20 / pixels, 48 / pixels])
        // Brows and eyes share a row of 10.
        #expect(pointed.area == 78 / pixels)
    }

    /// With the mean grey value of one half of the image as the "model", a map of that half loses
    /// more when its pixels go first than a map of the other half.
    @Test func perturbationTellsAGoodMapFromABad() {
        let size = 12
        let plane = (0 ..< size * size).map { (index: Int) -> Float in
            index % size < 6 ? Float(200 + index % 3) : 20
        }
        func half(_ left: Float, _ right: Float) -> HeatMap {
            HeatMap(width: 2, height: 1, values: [left, right])
        }
        var generator = ExplainSupport.generator
        let curves = PerturbationCurves(
            of: Perturbation(plane: plane, size: size), by: [half(1, 0), half(0, 1)],
            using: &generator
        ) { planes in
            stride(from: 0, to: planes.count, by: size * size).map { (start: Int) -> Double in
                var sum = 0.0
                for index in 0 ..< size * size where index % size < 6 {
                    sum += Double(planes[start + index])
                }
                return sum / (72 * 255)
            }
        }
        #expect(curves.deletion[0] < curves.deletion[1])
        #expect(curves.insertion[0] > curves.insertion[1])
        #expect(curves.road[0] > curves.road[1])
    }

    @Test func trustOfDrawnFacesIsComplete() throws {
        let dataset = try Dataset.load(data: "synthetic:seed=3,train=0,valid=0,test=6")
        let rows = try dataset.labelled(by: .fer2013)
        var measurement = TrustMeasurement()
        measurement.explainer.layer = "layer2"
        measurement.limit = 5
        let model = try ExplainSupport.model(emotions: true)
        func measured() throws -> ExplanationFaithfulness {
            try #require(
                try measurement.measure(model, on: dataset, rows: rows, modelSHA256: "0"))
        }
        let trust = try measured()
        #expect(trust.n == 5 && trust.isSynthetic && trust.grid == [8, 8])
        #expect(trust.deletion.n == 5 - trust.emptyMaps)
        #expect(
            trust.randomization.map(\.part) == [
                "fc", "layer4", "layer3", "layer2", "layer1", "stem", "other image",
            ])
        let pointing = try #require(trust.pointing)
        #expect(pointing.n == 5 - trust.emptyMaps)
        #expect(pointing.parts.map(\.name) == ["brows", "eyes", "mouth"])
        // The same seed gives the same numbers, also by way of JSON.
        let copy = try JSONDecoder().decode(
            ExplanationFaithfulness.self, from: JSONEncoder().encode(trust))
        #expect(copy == trust)
        #expect(try measured() == trust)
        let stopped = try measurement.measure(
            model, on: dataset, rows: rows, modelSHA256: "0", progress: { done, _ in done < 7 })
        #expect(stopped == nil)
    }
}
