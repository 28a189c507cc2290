import Foundation
import Mien
import Networks
import Testing
import Torch

/// Files that earlier versions wrote are read: recipes, cards of models, checkpoints. Their texts
/// are those of Golden/make_formats.py, by the commit that first wrote them so.
struct EarlierFormatsTests {
    private static func text(_ name: String) throws -> Data {
        try Data(
            contentsOf: try #require(
                Bundle.module.url(forResource: "Golden/Formats/\(name)", withExtension: nil)))
    }

    @Test(arguments: ["d9b8774", "8f229d0", "4a3c309", "f92a2a5", "22b9ea8", "e63dce0"])
    func recipesAreRead(commit: String) throws {
        let start = try JSONDecoder().decode(
            RunConfiguration.self, from: try Self.text("recipe-\(commit).json"))
        let recipe = start.recipe
        try recipe.validate()
        // Splits were made without groups then, and are to stay as they were.
        #expect(recipe.grouping == nil && start.normalization == nil)
        #expect(recipe.architecture == .resnet18 && recipe.imageSize == 32)
        #expect(recipe.emaDecay == 0.9 && recipe.batchSize == 16 && recipe.epochs == 2)
        #expect(recipe.augmentation == Augmentation())
        #expect(recipe.warmRestarts?.first?.distillationWeight == (commit == "22b9ea8" ? 0.5 : nil))
        #expect(recipe.progressiveResizing?.imageSize == (commit == "4a3c309" ? 32 : nil))
        // It is written as it was read.
        let again = try JSONDecoder().decode(Recipe.self, from: try JSONEncoder().encode(recipe))
        #expect(again == recipe)
    }

    @Test(arguments: ["ee37232", "42def27", "73bf9a8", "c0f4700", "3194eca"])
    func cardsAreRead(commit: String) throws {
        let card = try JSONDecoder().decode(
            ModelCard.self, from: try Self.text("card-\(commit).json"))
        #expect(card.format == 1 && card.architecture == .resnet18 && card.classes.count == 8)
        #expect(card.weightType == .float16 && card.averagesMirrorImage == true)
        #expect(card.calibration?.n == 1249 && card.validation?.n == 1249 && card.seen == nil)
        // The first lines looked at the last stage of the network and are of no use now.
        #expect((card.faceEvidence != nil) == (commit == "3194eca"))
    }

    /// The tensors' names and shapes, and how far the run had come.
    @Test func checkpointsAreRead() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "mien-\(UUID().uuidString)")
        let run = RunFolder(folder)
        try FileManager.default.createDirectory(
            at: run.checkpointsURL, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var state = StateDict()
        state["model.fc.bias"] = RawTensor([0, 0], shape: [2])
        state.metadata["mien.progress"] = String(
            decoding: try Self.text("progress-e63dce0.json"), as: UTF8.self)
        try state.writeSafetensors(
            to: run.checkpointsURL.appendingPathComponent("step-00000008.safetensors"))
        #expect(run.hasCheckpoint)

        let lines = String(decoding: try Self.text("checkpoint-e63dce0.txt"), as: UTF8.self)
        let network = NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1)
        func line(_ name: String, _ tensor: Tensor) -> String {
            "\(name) \(tensor.shape.map(String.init).joined(separator: "x"))"
        }
        let model = network.namedTensors
        let expected =
            model.map { line("model.\($0.path)", $0.tensor) }
            + model.map { line("average.\($0.path)", $0.tensor) }
            + Adam(network.namedParameters).state.map { line("optimizer.\($0.name)", $0.tensor) }
        #expect(
            Set(lines.split(separator: "\n").map(String.init)) == Set(expected),
            "a checkpoint of an earlier version does not fit the trainer")
    }
}
