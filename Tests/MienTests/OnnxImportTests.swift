import Evaluation
import Foundation
import Inference
import Mien
import Networks
import ProgramSupport
import Testing
import Torch

/// ONNX files of other programs as models (Golden/onnx_files.py): PyTorch's, Keras's and CNTK's ways
/// of writing them, against ONNX Runtime.
@Suite struct OnnxImportTests {
    private static func file(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Golden/\(name)", withExtension: nil))
    }

    private static func work(_ classes: [String] = ["sad", "happy", "neutral"]) -> ModelImport {
        var work = ModelImport()
        work.classes = classes
        return work
    }

    /// Two images of (row * 7 + column * 3 + image * 50) modulo 256.
    private static var images: ImageBatch {
        var planes: [Float] = []
        for image in 0 ..< 2 {
            for row in 0 ..< 32 {
                for column in 0 ..< 32 {
                    let value: Int = row * 7 + column * 3 + image * 50
                    planes.append(Float(value % 256))
                }
            }
        }
        return ImageBatch(planes: planes, size: 32)
    }

    @Test(arguments: ["pytorch", "keras", "cntk", "preactivated", "covering", "decomposed"])
    func logitsAreThoseOfOnnxRuntime(_ form: String) throws {
        let golden = try JSONDecoder().decode(
            [String: [[Float]]].self, from: Data(contentsOf: Self.file("onnx_files.json")))
        let expected = try #require(golden[form])
        let url = try Self.file("onnx_\(form).onnx")
        let (model, notes) = try Self.work().model(of: url)
        #expect(
            model.card.architecture == nil
                && model.card.layers?.inputChannels == (form == "preactivated" ? 3 : 1))
        #expect(notes.isEmpty == (form != "keras"), "\(notes)")
        // Sums in another order.
        let scale: Float = expected.joined().reduce(0) { max($0, abs($1)) }
        func expectGolden(_ model: Model) {
            let logits = model.logits(of: Self.images)
            for (got, want) in zip(Array(logits.joined()), Array(expected.joined())) {
                #expect(abs(got - want) <= 1e-5 * scale, "\(got), \(want)")
            }
            let plain = model.plainLogits(of: Self.images, precision: .float32)
            for (got, want) in zip(Array(plain.joined()), Array(expected.joined())) {
                #expect(abs(got - want) <= 1e-5 * scale, "\(got), \(want)")
            }
        }
        expectGolden(model)
        // The file brings its layers with it.
        let folder = try TemporaryFolder()
        let copy = folder.url.appendingPathComponent("model.safetensors")
        try model.write(to: copy)
        let read = try Model(contentsOf: copy)
        #expect(read.card == model.card)
        expectGolden(read)
        // And is a network like any other: it can be explained and exported again.
        let maps = ExplanationSession(for: read.card).explanations(
            by: read, of: Self.images.planes, size: 32)
        #expect(maps.count == 2 && maps.allSatisfy { $0.map.width >= 4 })
        #expect(try !read.folded().layers.isEmpty)
        #expect(try !read.onnx(.init(), path: copy.path).isEmpty)
    }

    @Test func whatMienWritesItReads() throws {
        let model = try ExplainSupport.model(emotions: true)
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("own.onnx")
        try Data(try model.onnx(.init(), path: "own")).write(to: url)
        var work = Self.work(model.card.classes)
        work.normalization = model.card.normalization
        let (read, _) = try work.model(of: url)
        let batch = ImageBatch(planes: ExplainSupport.planes(), size: 64)
        let (own, other) = (model.logits(of: batch), read.logits(of: batch))
        let scale: Float = own.joined().reduce(0) { max($0, abs($1)) }
        for (a, b) in zip(Array(own.joined()), Array(other.joined())) {
            #expect(abs(a - b) <= 1e-4 * scale)
        }
    }

    private func refusal(_ change: (inout [UInt8]) -> Void) throws -> String {
        var bytes = [UInt8](try Data(contentsOf: Self.file("onnx_pytorch.onnx")))
        change(&bytes)
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("changed.onnx")
        try Data(bytes).write(to: url)
        let error = #expect(throws: (any Error).self) { try Self.work().model(of: url) }
        return String(describing: try #require(error))
    }

    @Test func anOperatorThatIsNotKnownIsNamedWithItsNode() throws {
        // Of the same length.
        let old = Array("Relu".utf8)
        let reason = try refusal { bytes in
            for start in bytes.indices.dropLast(4) where Array(bytes[start ..< start + 4]) == old {
                bytes.replaceSubrange(start ..< start + 4, with: "Selu".utf8)
            }
        }
        #expect(reason.contains("node relu0 (Selu)"), "\(reason)")
    }

    @Test func aFileThatIsCutOffIsRefused() throws {
        for count in stride(from: 1, to: 5900, by: 397) {
            let reason = try refusal { $0 = Array($0.prefix(count)) }
            #expect(reason.contains("changed.onnx"), "\(reason)")
        }
    }

    /// Damaged files end in models that score, or in errors.
    @Test(arguments: ["pytorch", "keras", "cntk"])
    func damagedFilesNeverCrash(_ form: String) throws {
        let whole = [UInt8](try Data(contentsOf: Self.file("onnx_\(form).onnx")))
        var random = SeededGenerator(seed: 7)
        var (read, refused) = (0, 0)
        for _ in 0 ..< 600 {
            var bytes = whole
            for _ in 0 ... random.index(below: 4) {
                // Mostly where the graph is told, not in the numbers of its tensors.
                let place = random.index(below: random.index(below: 3) == 0 ? bytes.count : 1500)
                bytes[place] = UInt8(random.index(below: 256))
            }
            do {
                let file = try bytes.withUnsafeBytes { try OnnxClassifier($0, name: "damaged") }
                #expect(file.network.sizeError(file.imageSize) == nil)
                read += 1
            } catch is OnnxError {
                refused += 1
            }
        }
        #expect(read > 30 && refused > 30, "\(read) \(refused)")
    }

    @Test func classesMustFitTheOutputs() throws {
        let url = try Self.file("onnx_keras.onnx")
        let error = #expect(throws: UsageError.self) {
            try Self.work(["sad", "happy"]).model(of: url)
        }
        #expect(error?.expected.hasPrefix("3") == true)
    }

    @Test(arguments: [
        ("\"input\"", "\"nowhere\""), ("\"outputs\":", "\"outputs\":-"),
        ("\"output\":\"", "\"output\":\"no"),
    ])
    func layersThatMakeNoNetworkAreRefused(_ old: String, _ new: String) throws {
        let card = try Self.work().model(of: Self.file("onnx_pytorch.onnx")).model.card
        let network = try #require(card.layers)
        let text = String(decoding: try JSONEncoder().encode(network), as: UTF8.self)
        #expect(text.contains(old))
        #expect(try JSONDecoder().decode(Network.self, from: Data(text.utf8)) == network)
        let broken = text.replacing(old, with: new)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Network.self, from: Data(broken.utf8))
        }
    }
}
