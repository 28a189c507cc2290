import Evaluation
import Foundation
import Mien
import Testing
import Torch

/// Model files of classical classifiers that were altered.
struct ClassicalFileTests {
    /// Writes a model with other tensors than its own, its checksum made anew, and reads it.
    private func read(
        _ classifier: ClassicalClassifier, _ kind: ClassicalSettings.Kind,
        head: Recipe.Head = .binary, changing change: (inout StateDict) -> Void
    ) throws -> Model {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try Model(classifier, card: try classicalCard(kind, classifier, head)).write(to: url)
        var state = try StateDict(safetensors: url)
        change(&state)
        state.metadata[Model.digestKey] = Model.digest(of: state)
        try state.writeSafetensors(to: url)
        return try Model(contentsOf: url)
    }

    private let machine = ClassicalClassifier(
        features: [.hog],
        transform: FeatureTransform(
            scale: Standardization(
                mean: .init(repeating: 0, count: 900), deviation: .init(repeating: 1, count: 900)),
            components: nil),
        decision: LinearDecision(weights: .init(repeating: 0.5, count: 900), bias: 1),
        sigmoid: PlattScaling(slope: -1, intercept: 0))

    /// One tree of one split.
    private let forest = ClassicalClassifier(
        features: [.hog], transform: nil,
        decision: RandomForest(
            roots: [0], splitColumns: [3, -1, -1], thresholds: [0.1, 0, 0], left: [1, -1, -1],
            right: [2, -1, -1], votes: [0, 0, 1], columns: 900), sigmoid: nil)

    @Test func whatIsUnchangedIsRead() throws {
        let model = try read(machine, .linearSVM) { _ in }
        #expect(model.card.title == "linear SVM on HOG")
        #expect(try read(forest, .forest) { _ in }.parameterCount == 3)
    }

    @Test func aTensorThatIsMissingOrOfAnotherShapeIsNamed() throws {
        for name in ["standardization.deviation", "sigmoid", "linear.weights"] {
            let error = #expect(throws: ModelFileError.self) {
                try read(machine, .linearSVM) { $0[name] = nil }
            }
            #expect(error?.reason.contains(name) == true)
        }
        let error = #expect(throws: ModelFileError.self) {
            try read(machine, .linearSVM) { $0["linear.weights"] = RawTensor([1, 2], shape: [2]) }
        }
        #expect(error?.reason.contains("linear.weights") == true)
    }

    /// Two of three classes of which rows were seen.
    private let several = ClassicalClassifier(
        features: FeatureSet([.hog], equalizesHistogram: true), transform: nil,
        decision: LinearDecision(weights: .init(repeating: 0.5, count: 1800), biases: [1, 2]),
        calibration: DecisionCalibration(
            outputCount: 8, outputs: [1, 3],
            sigmoids: [
                PlattScaling(slope: -1, intercept: 0), PlattScaling(slope: -2, intercept: 1),
            ]))

    /// As files of earlier versions have them.
    @Test func twoClassesKeepTheFormOfTheirFile() throws {
        func shapes(_ classifier: ClassicalClassifier) -> [String: [Int]] {
            Dictionary(
                uniqueKeysWithValues: classifier.state.tensors.map { ($0.name, $0.tensor.shape) })
        }
        #expect(
            shapes(machine) == [
                "standardization.mean": [900], "standardization.deviation": [900],
                "sigmoid": [2], "linear.weights": [901],
            ])
        let kernel = ClassicalClassifier(
            features: [.hog], transform: nil,
            decision: KernelDecision(
                vectors: FeatureMatrix([Float](repeating: 0, count: 1800), columns: 900),
                coefficients: [1, -1], gamma: 0.5, biases: [0.25]),
            sigmoid: PlattScaling(slope: -1, intercept: 0))
        #expect(
            shapes(kernel) == [
                "sigmoid": [2], "svm.vectors": [2, 900], "svm.coefficients": [2],
                "svm.kernel": [2],
            ])
        #expect(try read(kernel, .svm) { _ in }.parameterCount == 1803)
        #expect(shapes(forest)["forest.votes"] == [3] && shapes(forest)["machine.outputs"] == nil)
    }

    @Test func severalClassesComeBackFromTheirFile() throws {
        let read = try #require(
            try read(several, .linearSVM, head: .emotions) { _ in }.classifier
                as? ClassicalClassifier)
        #expect(read.calibration == several.calibration && read.features == several.features)
        #expect(read.decision as? LinearDecision == several.decision as? LinearDecision)
    }

    @Test(arguments: [[3, 1], [1, 8], [1], [-1, 3], [1, 1]])
    func outputsThatNoClassifierCanHaveAreRefused(outputs: [Int]) throws {
        let bytes = outputs.map { Int32($0) }.withUnsafeBytes { Data($0) }
        let tensor = RawTensor(dtype: .int32, shape: [outputs.count], bytes: bytes)
        let error = #expect(throws: ModelFileError.self) {
            try read(several, .linearSVM, head: .emotions) { $0["machine.outputs"] = tensor }
        }
        #expect(error?.reason.contains("machine.outputs") == true)
    }

    @Test func aVoteForNoClassIsRefused() throws {
        let error = #expect(throws: ModelFileError.self) {
            try read(forest, .forest) {
                $0["forest.votes"] = RawTensor(
                    dtype: .uint8, shape: [3], bytes: Data([0, 2, 1] as [UInt8]))
            }
        }
        #expect(error?.reason.contains("votes for no class") == true)
    }

    @Test func anotherKindThanTheRecipeIsRefused() throws {
        #expect(throws: ModelFileError.self) { try read(machine, .forest) { _ in } }
    }

    @Test(arguments: [
        ("forest.left", [0, -1, -1]), ("forest.right", [9, -1, -1]),
        ("forest.columns", [900, -1, -1]), ("forest.roots", [-1]),
    ])
    func treesThatLeadNowhereAreRefused(name: String, nodes: [Int]) throws {
        let bytes = nodes.map { Int32($0) }.withUnsafeBytes { Data($0) }
        let tensor = RawTensor(dtype: .int32, shape: [nodes.count], bytes: bytes)
        let error = #expect(throws: ModelFileError.self) {
            try read(forest, .forest) { $0[name] = tensor }
        }
        #expect(error?.reason.contains("forest") == true)
    }

    @Test func whatNeedsANetworkSaysSo() throws {
        let model = try read(machine, .linearSVM) { _ in }
        let error = #expect(throws: ModelFileError.self) {
            try model.onnx(Model.OnnxOptions(), path: "m")
        }
        #expect(error?.description.contains("needs a network") == true)
        let faces = Dataset.synthetic()
        #expect(throws: UsageError.self) {
            try Quantizer().quantized(model, modelSHA256: "", on: faces)
        }
        var evaluator = EvaluationSession()
        evaluator.device = .cuda
        #expect(throws: UsageError.self) {
            try evaluator.evaluate(model, on: faces, modelSHA256: "")
        }
    }
}
