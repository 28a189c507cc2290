import Foundation
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// `--model` takes a model file, the folder of a run or the word released, and says of another file
/// what it is and how it can be used.
@Suite(.serialized)
struct ModelPlaceTests {
    @Test func theFolderOfARunStandsForItsModel() throws {
        let folder = try TemporaryFolder()
        let run = try ShortRun.train(in: folder)
        let out = folder.path("out.safetensors")
        let released = ["MIEN_MODEL": RunFolder(URL(fileURLWithPath: run)).modelURL.path]
        for model in [run, "released"] {
            for arguments in [
                ["evaluate", "--model", model] + ShortRun.data + ["--labels", "fer2013"],
                ["convert", "--model", model, "--mirror", "--out", out],
                ["benchmark", "infer", "--model", model, "--batch", "2", "--repetitions", "1"],
                ["compare", model] + ShortRun.data + ["--labels", "fer2013"],
            ] {
                let outcome = try Program.run(Program.url, arguments, environment: released)
                #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
            }
        }
        let longer = try Program.run(
            Program.url,
            ["train", "--init", run, "--out", folder.path("longer")] + ShortRun.small)
        #expect(longer.status == 0, "\(longer.errors)")
        #expect(longer.errors.contains("All weights are from model.safetensors"))
    }

    @Test func aFolderWithoutAModelSaysWhatItIs() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("empty")
        try folder.write("{}", to: "run/recipe.json")
        for (name, words) in [("empty", "recipe.json"), ("run", "no model yet")] {
            let outcome = try Program.run(
                Program.url,
                ["evaluate", "--model", folder.path(name)] + ShortRun.data)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    private func refusal(_ path: String) throws -> String {
        let outcome = try Program.run(
            Program.url, ["evaluate", "--model", path] + ShortRun.data)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.count < 600, "\(outcome.errors)")
        return outcome.errors
    }

    @Test func otherFilesAreCalledByTheirName() throws {
        let folder = try TemporaryFolder()
        let files: [(String, [UInt8], String)] = [
            ("photos.zip", [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18), "zip archive"),
            ("weights.h5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0], "HDF5"),
            ("network.onnx", [8, 7, 0x12, 7] + Array("pytorch".utf8), "ONNX"),
            ("network.tflite", [28, 0, 0, 0] + Array("TFL3".utf8), "TensorFlow Lite"),
            ("rows.csv", Array("emotion,pixels\n0,1 2 3\n".utf8), "a text file"),
            ("pointer.pth", Array("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS"),
            ("nothing.safetensors", [], "an empty file"),
        ]
        for (name, bytes, word) in files {
            let errors = try refusal(try folder.write(bytes, to: name))
            #expect(errors.contains(word), "\(name): \(errors)")
        }
    }

    @Test func weightsOfPyTorchSayHowToUseThem() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("weights.safetensors")
        try StateDict(NetworkModule(Architecture.resnet18.network(outputs: 7), seed: 1))
            .writeSafetensors(to: url)
        let errors = try refusal(url.path)
        #expect(errors.contains("resnet18 with 7 outputs"), "\(errors)")
        #expect(errors.contains("mien import \(url.path) --classes"), "\(errors)")
        #expect(errors.contains("mien train --init"), "\(errors)")
        let checkpoint = try #require(
            Bundle.module.url(forResource: "Golden/Checkpoints/ema.pth", withExtension: nil))
        let other = try refusal(checkpoint.path)
        #expect(other.contains("PyTorch checkpoint of 2 tensors (head.weight, head.bias)"))
    }

    @Test func aCheckpointOfARunIsNotItsModel() throws {
        let folder = try TemporaryFolder()
        let run = try ShortRun.train(in: folder)
        let checkpoints = RunFolder(URL(fileURLWithPath: run)).checkpointsURL
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: checkpoints.path).first)
        let errors = try refusal(checkpoints.appendingPathComponent(name).path)
        #expect(errors.contains("checkpoint of a run") && errors.contains("--resume \(run)"))
    }

    @Test func anImportedNetworkScoresAsItDidBefore() throws {
        let folder = try TemporaryFolder()
        let network = NetworkModule(Architecture.resnet18.network(outputs: 7), seed: 4)
        var state = StateDict()
        for (name, tensor) in StateDict(network).tensors { state["model." + name] = tensor }
        let url = folder.url.appendingPathComponent("weights.safetensors")
        try state.writeSafetensors(to: url)
        let out = folder.path("model.safetensors")
        let classes = "angry,disgust,fear,happy,neutral,sad,surprise"
        let imported = try Program.run(
            "import", url.path, "--classes", classes, "--image-size", "40", "--out", out)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(imported.errors.contains("took off the prefix \"model.\""), "\(imported.errors)")
        let model = try Model(contentsOf: URL(fileURLWithPath: out))
        #expect(model.card.classes == classes.split(separator: ",").map(String.init))
        #expect(model.card.normalization == .imageNet && model.card.imageSize == 40)
        #expect(model.network.head.weight.floats == network.head.weight.floats)
        let evaluated = try Program.run(
            Program.url, ["evaluate", "--model", out, "--labels", "fer2013"] + ShortRun.data)
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        for (wrong, word) in [
            ("sad,neutral", "7, one for each output"), (classes + "x", "surprisex"),
            ("angry,angry,fear,happy,neutral,sad,surprise", "once"),
        ] {
            let outcome = try Program.run(
                "import", url.path, "--classes", wrong, "--out", folder.path("wrong"))
            #expect(outcome.status == 2 && outcome.errors.contains(word), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.path("wrong")))
        }
    }
}
