import Foundation
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// A ResNet is loaded from a checkpoint whatever wrapped the network and whatever its layers are
/// called.
@Suite(.serialized)
struct CheckpointNameTests {
    private static let original = StateDict(
        NetworkModule(Architecture.resnet18.network(outputs: 7), seed: 3))

    /// Writes the network's tensors under other names, and others beside them.
    private func file(
        _ folder: TemporaryFolder, others: [String: RawTensor] = [:],
        _ rename: (String) -> String?
    ) throws -> URL {
        var state = StateDict()
        for (name, tensor) in Self.original.tensors {
            if let own = rename(name) { state[own] = tensor }
        }
        for (name, tensor) in others { state[name] = tensor }
        let url = folder.url.appendingPathComponent("weights.safetensors")
        try state.writeSafetensors(to: url)
        return url
    }

    private func load(_ url: URL) throws -> InitialNetwork {
        try InitialNetwork(
            weights: url, of: Architecture.resnet18.network(outputs: 2), classes: ["other", "sad"],
            seed: 1)
    }

    private func expectSame(_ initial: InitialNetwork) {
        for (path, _, tensor) in initial.network.namedTensors where !path.hasPrefix("fc.") {
            #expect(RawTensor(tensor) == Self.original[path], "\(path)")
        }
    }

    @Test(arguments: [
        "", "module.", "_orig_mod.", "_orig_mod.module.", "model.", "net.", "backbone.",
        "encoder.", "model.backbone.", "module.encoder.",
    ])
    func prefixesAreTakenOff(_ prefix: String) throws {
        let folder = try TemporaryFolder()
        let initial = try load(try file(folder) { prefix + $0 })
        expectSame(initial)
        let notes = initial.notes.joined(separator: "\n")
        #expect(
            notes.contains("its head of 7 outputs is replaced by a new one of 2")
                || notes.contains("fc of 7 outputs is replaced"), "\(notes)")
        #expect(notes.contains("prefix \"\(prefix)\"") == !prefix.isEmpty, "\(notes)")
    }

    @Test(arguments: ["fc.1", "linear", "classifier.0", "head.fc", "last_linear"])
    func aHeadOfAnotherNameIsReplacedAndNamed(_ head: String) throws {
        let folder = try TemporaryFolder()
        let initial = try load(
            try file(folder) { $0.replacing("fc.", with: head + ".") })
        expectSame(initial)
        #expect(initial.notes[0].contains("\(head) of 7 outputs is replaced"), "\(initial.notes)")
    }

    @Test func aCheckpointWithoutAHeadIsABody() throws {
        let folder = try TemporaryFolder()
        let initial = try load(try file(folder) { $0.hasPrefix("fc.") ? nil : $0 })
        expectSame(initial)
        #expect(initial.notes[0].contains("its head of no outputs is replaced"))
    }

    @Test func theNetworkIsTakenAndNotItsAverage() throws {
        let folder = try TemporaryFolder()
        let zeros = RawTensor([Float](repeating: 0, count: 64 * 64 * 9), shape: [64, 64, 3, 3])
        let initial = try load(
            try file(
                folder,
                others: [
                    "ema.layer1.0.conv1.weight": zeros,
                    "projector.0.weight": RawTensor([1, 2], shape: [1, 2]),
                ]
            ) { "model." + $0 })
        expectSame(initial)
        let notes = initial.notes.joined(separator: "\n")
        #expect(notes.contains("Of its 124 tensors 120 were taken"), "\(notes)")
        #expect(notes.contains("left out 2 other tensors"), "\(notes)")
    }

    @Test func namesOfHuggingFaceAreKnown() throws {
        let folder = try TemporaryFolder()
        let initial = try load(try file(folder, Self.huggingFace))
        expectSame(initial)
        #expect(initial.notes.joined().contains("Hugging Face"))
    }

    /// As `transformers.ResNetForImageClassification` of layer type `basic` names them.
    private static func huggingFace(_ name: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        let last = parts.last ?? ""
        switch parts[0] {
        case "fc": return "classifier.1.\(last)"
        case "conv1": return "resnet.embedder.embedder.convolution.\(last)"
        case "bn1": return "resnet.embedder.embedder.normalization.\(last)"
        default:
            let stage = (Int(parts[0].suffix(1)) ?? 0) - 1
            let block = "resnet.encoder.stages.\(stage).layers.\(parts[1])"
            if parts[2] == "downsample" {
                let part = parts[3] == "0" ? "convolution" : "normalization"
                return "\(block).shortcut.\(part).\(last)"
            }
            let part = parts[2].hasPrefix("conv") ? "convolution" : "normalization"
            return "\(block).layer.\(parts[2].hasSuffix("1") ? 0 : 1).\(part).\(last)"
        }
    }

    @Test func numberedLayersAndShortcutsAreKnown() throws {
        let folder = try TemporaryFolder()
        let numbers = [
            "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
        ]
        let numbered = try load(
            try file(folder) { name in
                let first = String(name.prefix { $0 != "." })
                return "backbone." + (numbers[first] ?? first) + name.dropFirst(first.count)
            })
        expectSame(numbered)
        expectSame(
            try load(try file(folder) { $0.replacing("downsample", with: "shortcut") }))
    }

    @Test func aStemOfOneChannelIsSpread() throws {
        let folder = try TemporaryFolder()
        let grey = (0 ..< 64 * 49).map { Float($0 % 7) * 3 }
        let initial = try load(
            try file(folder, others: ["conv1.weight": RawTensor(grey, shape: [64, 1, 7, 7])]) {
                $0 == "conv1.weight" ? nil : $0
            })
        let stem = try #require(
            initial.network.namedTensors.first { $0.path == "conv1.weight" }
        ).tensor.floats
        #expect(Array(stem[0 ..< 49]) == grey[0 ..< 49].map { $0 / 3 })
        #expect(Array(stem[49 ..< 98]) == Array(stem[0 ..< 49]))
        #expect(initial.notes.joined().contains("from one channel over three"))
    }

    @Test func weightsOfOtherElementsAreRead() throws {
        let folder = try TemporaryFolder()
        var state = StateDict()
        for (name, tensor) in Self.original.tensors {
            let wide = tensor.dtype == .float32 ? tensor.tensor.to(dtype: .float64) : tensor.tensor
            state[name] = RawTensor(wide)
        }
        let url = folder.url.appendingPathComponent("double.safetensors")
        try state.writeSafetensors(to: url)
        expectSame(try load(url))
    }

    @Test func anotherNetworkIsRefusedInAFewWords() throws {
        let folder = try TemporaryFolder()
        func refusal(_ url: URL, _ architecture: Architecture = .resnet18) throws -> String {
            let error = #expect(throws: StateMismatch.self) {
                try InitialNetwork(
                    weights: url, of: architecture.network(outputs: 2), classes: ["other", "sad"],
                    seed: 1)
            }
            let text = try #require(error?.description)
            #expect(text.count < 700, "\(text)")
            return text
        }
        let deeper = try refusal(try file(folder) { $0 }, .resnet34)
        #expect(deeper.contains("It fits architecture resnet18."), "\(deeper)")
        // The layers of ResNet-18 are among those of ResNet-34.
        let extra = RawTensor([Float](repeating: 0, count: 64), shape: [64])
        let more = try refusal(
            try file(folder, others: ["layer1.2.bn1.weight": extra]) { $0 })
        #expect(more.contains("not known layer1.2.bn1.weight"), "\(more)")
        let strange = try refusal(try file(folder) { "blocks.\($0.utf8.count).\($0.hashValue)" })
        #expect(strange.contains("missing 120, such as conv1.weight"), "\(strange)")
        let cifar = RawTensor(
            [Float](repeating: 0, count: 64 * 27), shape: [64, 3, 3, 3])
        let small = try refusal(
            try file(folder, others: ["conv1.weight": cifar]) {
                $0 == "conv1.weight" ? nil : $0
            })
        #expect(small.contains("CIFAR"), "\(small)")
    }
}
