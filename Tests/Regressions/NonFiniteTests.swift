import Foundation
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// Numbers that are not finite reach no model and no score: they are refused by the tensor's name.
@Suite(.serialized)
struct NonFiniteTests {
    @Test(arguments: [
        ("layer2.0.conv1.weight", Float.nan, "is nan"), ("bn1.running_mean", .infinity, "is inf"),
        ("layer1.0.bn1.running_var", -0.5, "is -0.5, expected 0 or more"),
    ])
    func aCheckpointIsRefusedByTheNameOfItsTensor(
        _ name: String, _ value: Float, _ words: String
    ) throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("weights.safetensors")
        try Self.changed(
            StateDict(NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1)), name,
            value
        )
        .writeSafetensors(to: url)
        let run = folder.path("run")
        let outcome = try Program.run(
            Program.url, ["train", "--init", url.path, "--out", run] + ShortRun.small)
        #expect(outcome.status == 2)
        #expect(
            outcome.errors.contains("tensor \(name): element 5 \(words)"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: run))
    }

    @Test func aModelIsRefusedByTheNameOfItsTensor() throws {
        let folder = try TemporaryFolder()
        let model = RunFolder(URL(fileURLWithPath: try ShortRun.train(in: folder))).modelURL
        var state = Self.changed(
            try StateDict(safetensors: model), "layer4.1.bn2.running_var", -.infinity)
        state.metadata[Model.digestKey] = Model.digest(of: state)
        let broken = folder.url.appendingPathComponent("broken.safetensors")
        try state.writeSafetensors(to: broken)
        let photo = try folder.writeImage(grey: 90, to: "photo.png")
        let out = folder.path("out.safetensors")
        for arguments in [
            ["evaluate", "--labels", "fer2013"] + ShortRun.data,
            ["predict", "--whole-image", photo], ["convert", "--mirror", "--out", out],
            ["calibrate", "--out", out] + ShortRun.data,
            ["quantize", "--out", out] + ShortRun.data,
            ["evidence", "--faces", folder.path, "--others", folder.path, "--out", out],
        ] {
            let outcome = try Program.run(
                Program.url, arguments + ["--model", broken.path])
            #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
            #expect(
                outcome.errors.contains("tensor layer4.1.bn2.running_var: element 5 is -inf"),
                "\(arguments): \(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func weightsTooLargeForFloat16KeepTheirFloat32() throws {
        let folder = try TemporaryFolder()
        var model = try Model(
            contentsOf: RunFolder(URL(fileURLWithPath: try ShortRun.train(in: folder))).modelURL)
        model.network.head.weight.assign(.full([2, 512], 70_000))
        let url = folder.url.appendingPathComponent("large.safetensors")
        model.card.weightType = .float16
        let error = #expect(throws: StateDictError.self) { try model.write(to: url) }
        #expect(
            error?.reason.contains("tensor fc.weight: element 0 is inf") == true
                && error?.reason.contains("65504") == true, "\(error?.reason ?? "")")
        #expect(!FileManager.default.fileExists(atPath: url.path))
    }

    @Test func aCardWithATemperatureOfNothingIsRefused() throws {
        let folder = try TemporaryFolder()
        let model = RunFolder(URL(fileURLWithPath: try ShortRun.train(in: folder))).modelURL
        for (text, new, words) in [
            (#""imageSize":32,"#, #""imageSize":0,"#, "image size of 0"),
            (
                #""imageSize":32,"#,
                #""calibration":{"temperature":0,"n":50,"loss_before":1,"loss_after":1,"rows":"x"},"imageSize":32,"#,
                "temperature of 0"
            ),
            (#""format":1,"#, #""format":7,"#, "its format is 7"),
            (#""positive":"#, #""positives":"#, "positive is missing"),
        ] {
            var state = try StateDict(safetensors: model)
            let card = try #require(state.metadata["mien.card"])
            #expect(card.contains(text), "\(card)")
            state.metadata["mien.card"] = card.replacing(text, with: new, maxReplacements: 1)
            state.metadata[Model.digestKey] = Model.digest(of: state)
            let url = folder.url.appendingPathComponent("changed.safetensors")
            try state.writeSafetensors(to: url)
            let error = #expect(throws: ModelFileError.self) { try Model(contentsOf: url) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    /// Finite weights whose sums of products are not.
    @Test func scoresThatAreNotFiniteAreNamed() throws {
        let folder = try TemporaryFolder()
        let model = try Model(
            contentsOf: RunFolder(URL(fileURLWithPath: try ShortRun.train(in: folder))).modelURL)
        let head = model.network.head.weight
        head.assign(.full(head.shape, 3e38))
        let url = folder.url.appendingPathComponent("large.safetensors")
        try Model(network: model.network, card: model.card).write(to: url)
        let photo = try folder.writeImage(grey: 90, to: "photo.png")
        for arguments in [
            ["evaluate", "--labels", "fer2013"] + ShortRun.data,
            ["predict", "--whole-image", photo],
        ] {
            let outcome = try Program.run(Program.url, arguments + ["--model", url.path])
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains("is not a finite number"), "\(outcome.errors)")
        }
    }

    /// ReLU makes 0 of the NaN that an overflow leaves: the logits would be finite and wrong.
    @Test(arguments: ["layer2.0.conv1.weight", "layer3.1.bn2.weight"])
    func hugeWeightsBelowAReLUAreRefusedByTensor(name: String) throws {
        let state = StateDict(NetworkModule(Architecture.resnet18.network(outputs: 2), seed: 1))
        #expect(Self.changed(state, name, 1e6).firstUnusable == nil)
        let unusable = try #require(Self.changed(state, name, -1e30).firstUnusable)
        #expect(unusable.name == name)
        #expect(unusable.reason == "element 5 is -1e+30, expected less than 2^40")
    }

    @Test(arguments: ["1e18", "1e30"])
    func aRunThatDivergesSaysWhereAndWritesNoModel(_ rate: String) throws {
        let folder = try TemporaryFolder()
        let run = RunFolder(URL(fileURLWithPath: folder.path("run")))
        let outcome = try Program.run(
            Program.url,
            ["train", "--out", run.url.path, "--optimizer", "sgd", "--checkpoint-every", "1"]
                + ShortRun.small + ["--max-steps", "6", "--learning-rate", rate])
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("Training diverged at step "), "\(outcome.errors)")
        #expect(outcome.errors.contains("at a learning rate of "), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: run.modelURL.path))
        let names = try FileManager.default.contentsOfDirectory(atPath: run.checkpointsURL.path)
        for name in names {
            let state = try StateDict(
                safetensors: run.checkpointsURL.appendingPathComponent(name))
            #expect(state.firstUnusable == nil, "\(name)")
        }
    }

    /// The fifth element of a tensor is another.
    private static func changed(_ state: StateDict, _ name: String, _ value: Float) -> StateDict {
        var state = state
        if let tensor = state[name] {
            var values = tensor.floats
            values[5] = value
            state[name] = RawTensor(values, shape: tensor.shape)
        }
        return state
    }
}
