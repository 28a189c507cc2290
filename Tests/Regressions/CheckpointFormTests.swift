import Foundation
import ProgramSupport
import Testing
import Torch

/// Checkpoints as training programs write them (Golden/make_checkpoints.py): the weights are found,
/// whatever lies beside them, and nothing is run.
struct CheckpointFormTests {
    private func state(_ name: String) throws -> StateDict {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/Checkpoints/\(name)", withExtension: nil))
        return try StateDict(contentsOf: url)
    }

    @Test(arguments: [
        "meters.pth", "meters-legacy.pth", "ema.pth", "model-and-ema.pth", "nested.pth",
        "attributes.pth",
    ])
    func theWeightsOfACheckpointAreFound(_ name: String) throws {
        let state = try state(name)
        #expect(state.names == ["head.weight", "head.bias"])
        #expect(state["head.weight"]?.floats == [0, 1, 2, 3, 4, 5])
        #expect(state["head.weight"]?.shape == [2, 3])
        #expect(state["head.bias"]?.floats == [0.5, -0.25])
    }

    @Test func objectsBesideTheWeightsArePassedOverAndSaid() throws {
        let notes = try state("meters.pth").notes.joined()
        #expect(notes.hasPrefix("passed over objects of "), "\(notes)")
        #expect(notes.contains("__main__.RecorderMeter") || notes.contains("more classes"))
    }

    @Test func ofACopyBesideTheWeightsItIsSaidThatItIsLeft() throws {
        let notes = try state("model-and-ema.pth").notes
        #expect(notes == ["took the entry \"model\"; left ema"])
    }

    @Test func anAveragedModelKeepsItsCounterApart() throws {
        #expect(
            try state("averaged.pth").names == [
                "n_averaged", "module.head.weight", "module.head.bias",
            ])
    }

    @Test func partsInTheirOwnEntriesKeepTheNamesOfThese() throws {
        #expect(
            try state("parts.pth").names == [
                "backbone.weight", "head.head.weight", "head.head.bias",
            ])
    }

    @Test(arguments: [
        ("whole-network.pth", "__main__.Net"), ("torchscript.pt", "TorchScript"),
        ("command.pth", "system"),
    ])
    func theRestIsRefusedByNameWithAWayOut(_ name: String, _ word: String) throws {
        let error = #expect(throws: StateDictError.self) { try state(name) }
        #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "")")
        #expect(error?.reason.contains("state_dict()") == true, "\(error?.reason ?? "")")
        #expect((error?.reason.count ?? 0) < 400)
    }

    @Test func viewsOfOneStorageAndElementsOfAllKindsAreRead() throws {
        let state = try state("views.pth")
        #expect(state["head.weight"]?.floats == [0, 1, 2, 3, 4, 5])
        #expect(state["head.weight"]?.shape == [2, 3])
        #expect(state["head.bias"]?.floats == [0.5, -0.25])
        #expect(state["head.num_batches_tracked"]?.shape == [])
    }

    @Test func thePrefixOfParallelTrainingIsSaid() throws {
        let state = try state("parallel.pth")
        #expect(state.names == ["head.weight", "head.bias"])
        #expect(state["head.bias"]?.floats == [0.5, -0.25])
        #expect(state.notes == ["took off the prefix \"module.\""])
    }

    /// Files beside an index that names them, as Hugging Face writes large models.
    @Test func weightsInSeveralFilesAreReadByTheirIndex() throws {
        let folder = try TemporaryFolder()
        let whole = try state("ema.pth")
        for (number, name) in whole.names.enumerated() {
            var part = StateDict()
            part[name] = whole[name]
            try part.writeSafetensors(
                to: folder.url.appendingPathComponent("\(number).safetensors"))
        }
        func read(_ map: String) throws -> StateDict {
            let path = try folder.write(
                "{\"metadata\":{\"total_size\":32},\"weight_map\":\(map)}",
                to: "model.safetensors.index.json")
            return try StateDict(contentsOf: URL(fileURLWithPath: path))
        }
        let map = #"{"head.weight":"0.safetensors","head.bias":"1.safetensors"}"#
        let state = try read(map)
        #expect(Set(state.names) == ["head.weight", "head.bias"])
        #expect(state["head.weight"] == whole["head.weight"])
        #expect(state.notes == ["read 2 tensors of 2 files"])
        for (wrong, word) in [
            (#"{"head.weight":"1.safetensors"}"#, "which it does not"),
            (#"{"head.weight":"2.safetensors"}"#, "cannot be read"),
            (#"{"head.weight":"../0.safetensors"}"#, "lie beside it"),
            (#"{"head.weight":"model.safetensors.index.json"}"#, "lie beside it"),
            ("{}", "no index of tensors"), ("[1]", "no index of tensors"),
        ] {
            let error = #expect(throws: StateDictError.self) { try read(wrong) }
            #expect(error?.reason.contains(word) == true, "\(error?.reason ?? "")")
        }
    }
}
