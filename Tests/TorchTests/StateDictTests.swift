import Foundation
import Testing
import Torch

/// Golden files: Golden/make_state_dict_golden.py, written by PyTorch and safetensors.
@Suite struct StateDictTests {
    @Test(arguments: [
        "zip.pth", "legacy.pth", "plain.pth", "checkpoint.pth", "weights.safetensors",
    ])
    func readsWhatPyTorchWrote(_ file: String) throws {
        let state = try StateDict(contentsOf: golden(file))
        let expected = try expectedTensors()
        #expect(Set(state.names) == Set(expected.keys))
        for (name, tensor) in expected {
            #expect(state[name] == tensor, "\(file): \(name)")
        }
    }

    @Test func keepsTheOrderOfThePickle() throws {
        let names = try StateDict(pth: golden("zip.pth")).names
        #expect(names.prefix(3) == ["weight", "transposed", "half"])
        #expect(names.last == "empty")
    }

    @Test func readsMetadata() throws {
        let state = try StateDict(safetensors: golden("weights.safetensors"))
        #expect(state.metadata == ["format": "pt", "note": "ä \"quoted\""])
    }

    @Test(arguments: [
        ("evil-system.pth", "posix.system"), ("evil-eval.pth", "builtins.eval"),
        ("evil-inst.pth", "os.system"), ("evil-legacy.pth", "posix.system"),
        ("module.pth", "torch.nn.modules.linear.Linear"), ("list.pth", "a list"),
        ("beyond.pth", "[2, 9]"), ("big-endian.pth", "big-endian"),
        ("compressed.pth", "compressed"), ("wrong-crc.pth", "CRC32"),
    ])
    func refusesByName(_ file: String, _ words: String) throws {
        let error = #expect(throws: StateDictError.self) {
            try StateDict(contentsOf: golden(file))
        }
        #expect(error?.path.hasSuffix(file) == true)
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }

    @Test func missingFileAndFolderAreNamed() {
        let missing = URL(fileURLWithPath: "/nowhere/weights.pth")
        let error = #expect(throws: StateDictError.self) { try StateDict(contentsOf: missing) }
        #expect(error?.description.contains("/nowhere/weights.pth") == true)
        #expect(error?.reason.contains("No such file") == true)
        #expect(throws: StateDictError.self) {
            try StateDict(contentsOf: URL(fileURLWithPath: "/tmp"))
        }
    }

    /// Every cut of every form is refused: none is read as a smaller set of weights.
    @Test(arguments: ["zip.pth", "legacy.pth", "weights.safetensors"])
    func refusesEveryTruncation(_ file: String) throws {
        let bytes = try [UInt8](Data(contentsOf: golden(file)))
        for count in 0 ..< bytes.count {
            let part = Array(bytes.prefix(count))
            #expect(throws: StateDictError.self, "\(file), \(count) bytes") {
                _ =
                    file.hasSuffix("pth")
                    ? try StateDict(pthBytes: part, name: file)
                    : try StateDict(safetensors: Data(part), path: file)
            }
        }
    }

    @Test func writesWhatItReads() throws {
        let state = try StateDict(safetensors: golden("weights.safetensors"))
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (one, two) = (folder.appendingPathComponent("1"), folder.appendingPathComponent("2"))
        try state.writeSafetensors(to: one)
        let again = try StateDict(contentsOf: one)
        #expect(again.metadata == state.metadata)
        for name in state.names { #expect(again[name] == state[name], "\(name)") }
        #expect(again.names.count == state.names.count)
        try again.writeSafetensors(to: two)
        #expect(try Data(contentsOf: one) == Data(contentsOf: two))
    }

    /// Other readers map tensors in place, so each must lie at a multiple of its element size.
    @Test func writesWideElementsFirst() throws {
        var state = StateDict()
        state["odd"] = RawTensor(dtype: .uint8, shape: [3], bytes: [1, 2, 3])
        state["float"] = RawTensor(dtype: .float32, shape: [1], bytes: [0, 0, 128, 63])
        state["count"] = RawTensor(dtype: .int64, shape: [], bytes: [7, 0, 0, 0, 0, 0, 0, 0])
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("weights.safetensors")
        try state.writeSafetensors(to: file)
        #expect(try StateDict(safetensors: file).names == ["count", "float", "odd"])
        let bytes = try [UInt8](Data(contentsOf: file))
        #expect(bytes.count == 8 + Int(bytes[0]) + Int(bytes[1]) * 256 + 15)
        #expect(bytes[0] % 8 == 0)
    }

    @Test func refusesWrongHeaders() throws {
        func read(_ json: String, _ data: [UInt8]) throws {
            let header = Array(json.utf8)
            let length = (0 ..< 8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
            _ = try StateDict(safetensors: Data(length + header + data), path: "x")
        }
        let four: [UInt8] = [1, 2, 3, 4]
        try read(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, four)
        for wrong in [
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#,
            #"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}"#,
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#,
            #"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,8]}}"#,
            #"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
            #"{"a":7}"#, #"[]"#, #"{"#, "",
        ] {
            #expect(throws: StateDictError.self, "\(wrong)") { try read(wrong, four) }
        }
    }

    /// Golden files with random bytes changed, removed or doubled, and checksums not looked at so
    /// that the pickle is reached: whatever happens, it is a result or an error.
    @Test(arguments: [
        "zip.pth", "legacy.pth", "checkpoint.pth", "evil-legacy.pth", "weights.safetensors",
    ])
    func survivesMutations(_ file: String) throws {
        let original = try [UInt8](Data(contentsOf: golden(file)))
        var generator = SplitMix(state: UInt64(original.count))
        var refused = 0
        let rounds = 2000
        for _ in 0 ..< rounds {
            var bytes = original
            for _ in 0 ... Int.random(in: 0 ..< 4, using: &generator) {
                let place = Int.random(in: 0 ..< bytes.count, using: &generator)
                switch Int.random(in: 0 ..< 8, using: &generator) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(bytes[place], at: place)
                case 2: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                default: bytes[place] = UInt8.random(in: 0 ... 255, using: &generator)
                }
            }
            do {
                _ =
                    file.hasSuffix("pth")
                    ? try StateDict(pthBytes: bytes, name: file, verifyingChecksums: false)
                    : try StateDict(safetensors: Data(bytes), path: file)
            } catch {
                refused += 1
            }
        }
        // Some changes only touch values or names, so not all are refused.
        #expect(refused > rounds / 10)
    }

    /// Lists inside lists, a list that holds itself, and a list copied again and again: freed
    /// without recursion, refused without taking memory.
    @Test func survivesDeepAndCyclicPickles() throws {
        let head: [UInt8] = [
            0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
            0x80, 2, 0x4D, 0xE9, 0x03, 0x2E, 0x80, 2, 0x7D, 0x2E,
        ]
        let deepLists =
            [UInt8](repeating: 0x5D, count: 200_000)
            + [UInt8](repeating: 0x61, count: 199_999)
        let deepTuples = [UInt8(ascii: "N")] + [UInt8](repeating: 0x85, count: 500_000)
        let cyclic = Array("]q\u{0}h\u{0}a".utf8)
        let pairs =
            Array("]q\u{0}(".utf8)
            + Array(
                repeating: Array("NN\u{86}".unicodeScalars.map { UInt8($0.value) }), count: 5000
            ).joined() + Array("e0".utf8)
        let copies =
            pairs
            + Array(
                repeating: Array("ccollections\nOrderedDict\nh\u{0}".utf8) + [0x85, 0x52],
                count: 5000
            ).joined()
        for body in [deepLists, deepTuples, cyclic, copies] {
            #expect(throws: StateDictError.self) {
                try StateDict(pthBytes: head + [0x80, 2] + body + [0x2E], name: "deep")
            }
        }
    }

    private func golden(_ name: String) throws -> URL {
        try #require(
            Bundle.module.url(forResource: "Golden/StateDict/\(name)", withExtension: nil))
    }

    private func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("state-dict-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func expectedTensors() throws -> [String: RawTensor] {
        struct Expected: Decodable {
            let dtype: String
            let shape: [Int]
            let hex: String
        }
        let data = try Data(contentsOf: golden("expected.json"))
        return try JSONDecoder().decode([String: Expected].self, from: data).mapValues { value in
            let dtype = try #require(DType.allCases.first { "\($0)" == value.dtype })
            let digits = Array(value.hex)
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0 ..< $0 + 2]), radix: 16)
            }
            return RawTensor(dtype: dtype, shape: value.shape, bytes: bytes)
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
