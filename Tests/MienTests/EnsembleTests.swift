import Evaluation
import Foundation
import Mien
import Networks
import Testing
import Torch

/// Models that average others.
struct EnsembleTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-ensemble-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// A support vector machine that gives every face one probability of the positive class.
    private func constant(_ probability: Double, _ name: String) throws -> URL {
        let classifier = ClassicalClassifier(
            features: [.hog],
            transform: FeatureTransform(
                scale: Standardization(
                    mean: .init(repeating: 0, count: 900),
                    deviation: .init(repeating: 1, count: 900)),
                components: nil),
            decision: LinearDecision(
                weights: .init(repeating: 0, count: 900),
                bias: log(probability / (1 - probability))),
            sigmoid: PlattScaling(slope: -1, intercept: 0))
        let url = folder.appendingPathComponent(name)
        try Model(classifier, card: try classicalCard(.linearSVM, classifier, .binary)).write(
            to: url)
        return url
    }

    private func network(_ name: String, imageSize: Int, seed: UInt64) throws -> URL {
        var card = try Model(untrained: .tiny, imageSize: imageSize).card
        card.head = .binary
        card.classes = ["other", "sad-or-neutral"]
        let url = folder.appendingPathComponent(name)
        try Model(network: NetworkModule(card.network, seed: seed), card: card).write(to: url)
        return url
    }

    private let faces = Dataset.synthetic()

    private func scores(_ model: Model, precision: DType = .float32) throws -> [Double] {
        let rows = try #require(
            try model.probabilities(of: [0, 1, 2, 3], in: faces, precision: precision))
        return rows.map { model.score($0) }
    }

    @Test func probabilitiesAreAveragedByTheirWeights() throws {
        let files = [try constant(0.8, "a"), try constant(0.4, "b")]
        let equal = try Model(averaging: files)
        #expect(try scores(equal).allSatisfy { abs($0 - 0.6) < 1e-6 })
        // (3 * 0.8 + 0.4) / 4
        let weighted = try Model(averaging: files, weights: [3, 1])
        #expect(try scores(weighted).allSatisfy { abs($0 - 0.7) < 1e-6 })
        #expect(equal.parameterCount == 2 * 901)
        #expect(equal.card.title == "mean of 2 models" && equal.card.kind == .ensemble)
    }

    /// A network at 64 pixels and a machine at 48 see one crop; the file says what memory says.
    @Test func membersOfOtherKindsAndSizesShareACrop() throws {
        let files = [
            try network("network", imageSize: 64, seed: 3), try constant(0.25, "machine"),
        ]
        let alone = try files.map { try scores(try Model(contentsOf: $0)) }
        let url = folder.appendingPathComponent("both")
        let made = try Model(averaging: files)
        try made.write(to: url)
        let read = try Model(contentsOf: url)
        #expect(read.card == made.card && read.card.imageSize == 48)
        for (index, score) in try scores(read).enumerated() {
            #expect(abs(score - (alone[0][index] + alone[1][index]) / 2) < 1e-6)
        }
        #expect(Set(try scores(read)).count > 1)
        // Written again from what was read, the tensors are equal.
        let again = folder.appendingPathComponent("again")
        try read.write(to: again)
        #expect(try Data(contentsOf: again) == Data(contentsOf: url))
    }

    @Test func anEnsembleIsEvaluatedAndHasMapsByOcclusionAlone() throws {
        let files = [try network("one", imageSize: 48, seed: 1), try constant(0.5, "two")]
        let url = folder.appendingPathComponent("both")
        try Model(averaging: files).write(to: url)
        let model = try Model(contentsOf: url)
        let outcome = try #require(
            try EvaluationSession().evaluate(model, on: faces, modelSHA256: ""))
        #expect(outcome.report.metrics.n > 0)
        #expect(ExplanationSession(for: model.card).method == .occlusion)
        let error = #expect(throws: ModelFileError.self) {
            try model.onnx(Model.OnnxOptions(), path: "m")
        }
        #expect(error?.description.contains("a mean of 2 models cannot") == true)
        #expect(model.card.markdown().contains("Member one"))
    }

    @Test func modelsThatCannotBeAveragedAreRefused() throws {
        let (a, b) = (try constant(0.8, "a"), try constant(0.4, "b"))
        #expect(throws: UsageError.self) { try Model(averaging: [a]) }
        for weights in [[1.0], [1, 0], [1, -1], [1, .infinity]] {
            #expect(throws: UsageError.self) { try Model(averaging: [a, b], weights: weights) }
        }
        var other = try Model(contentsOf: b)
        other.card.classes = ["sad-or-neutral", "other"]
        let turned = folder.appendingPathComponent("turned")
        try other.write(to: turned)
        let error = #expect(throws: UsageError.self) { try Model(averaging: [a, turned]) }
        #expect(error?.description.contains("turned: found classes sad-or-neutral,other") == true)
        let both = folder.appendingPathComponent("both")
        try Model(averaging: [a, b]).write(to: both)
        #expect(throws: UsageError.self) { try Model(averaging: [a, both]) }
    }

    /// Each change keeps the checksum right.
    @Test(arguments: ["missing", "stranger", "share", "member", "kind"])
    func damagedFilesAreRefused(_ change: String) throws {
        let url = folder.appendingPathComponent("both")
        try Model(averaging: [try constant(0.8, "a"), try constant(0.4, "b")]).write(to: url)
        var state = try StateDict(safetensors: url)
        let key = "mien.card"
        let text = Data(try #require(state.metadata[key]).utf8)
        var card = try #require(
            try JSONSerialization.jsonObject(with: text) as? [String: Any])
        var members = try #require(card["members"] as? [[String: Any]])
        switch change {
        case "missing": state["members.1.sigmoid"] = nil
        case "stranger": state["members.2.sigmoid"] = RawTensor([1, 2], shape: [2])
        case "share": members[0]["share"] = 0.75
        case "member": members.removeLast()
        default: card["kind"] = "svm"
        }
        card["members"] = members
        state.metadata[key] = String(
            decoding: try JSONSerialization.data(withJSONObject: card), as: UTF8.self)
        state.metadata[Model.digestKey] = Model.digest(of: state)
        try state.writeSafetensors(to: url)
        let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: url) }
        let words = [
            "missing": "sigmoid", "stranger": "members.2.sigmoid", "share": "shares",
            "member": "members 1", "kind": "members",
        ]
        let word = try #require(words[change])
        #expect(error?.reason.contains(word) == true, "\(error as Any)")
    }
}
