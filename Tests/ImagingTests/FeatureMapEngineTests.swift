import Dispatch
import Foundation
import Imaging
import Inference
import Networks
import Synchronization
import Testing

/// Networks of convolutions in oneDNN against the plain sums of their operations.
struct FeatureMapEngineTests {
    /// Every kind of operation that CenterFace has, at sizes that oneDNN treats differently; the
    /// first again, with what was kept for it.
    @Test(arguments: [[(48, 32), (12, 20), (48, 32)], [(320, 256)]])
    func operationsAreTheirSums(sizes: [(width: Int, height: Int)]) throws {
        let file = Self.example()
        let network = try FoldedNetwork(
            file.bytes.withUnsafeBytes { bytes throws(OnnxError) in try OnnxGraph(bytes) },
            results: ["heat", "two", "sum"])
        #expect(network.layers.count == 11)
        let engine = try FeatureMapEngine(network)
        for size in sizes {
            let (width, height) = size
            let pixels = Self.pattern(width: width, height: height)
            let plain = try Plain(file, pixels, width: width, height: height)
            try engine.run(pixels: pixels, width: width, height: height) { maps in
                for (map, name) in zip(maps, ["heat", "two", "sum"]) {
                    let expected = plain.values[name]
                    #expect(map.channels == expected?.channels && map.rows == expected?.rows)
                    let worst = zip(map.values, expected?.values ?? []).map { abs($0 - $1) }
                        .max()
                    // Sums of a few hundred float32 products of at most about 10.
                    #expect((worst ?? 1) < 2e-4, "\(name) \(size) \(worst ?? 1)")
                    #expect(map.values.count == expected?.values.count)
                }
            }
        }
    }

    @Test func whatIsNotProvidedForIsRefused() throws {
        func refusal(_ make: (inout OnnxWriter) -> Void) -> String {
            var file = OnnxWriter()
            file.tensor("w", [4, 3, 1, 1], Array(repeating: 1, count: 12))
            file.node("Conv", ["x", "w"], "a", ints: ["group": [1]])
            make(&file)
            do {
                let graph = try file.bytes.withUnsafeBytes { bytes throws(OnnxError) in
                    try OnnxGraph(bytes)
                }
                _ = try FeatureMapEngine(FoldedNetwork(graph, results: ["a"]))
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal { _ in } == "")
        #expect(
            refusal { $0.node("Softmax", ["a"], "b") }
                == "node b (Softmax): no operation that Mien knows")
        #expect(
            refusal { $0.node("Conv", ["a", "none"], "b") }
                == "node b (Conv): input 1 is missing")
        #expect(
            refusal {
                $0.tensor("v", [4, 8, 1, 1], Array(repeating: 1, count: 32))
                $0.node("Conv", ["a", "v"], "b", ints: ["group": [1]])
            }.hasPrefix("node b (Conv): found 4 channels, expected 8"))
        // What "a" was before the ReLU is read twice: nothing is fused.
        #expect(
            refusal {
                $0.node("Relu", ["a"], "b")
                $0.node("Add", ["a", "b"], "c")
            } == "")
        #expect(
            refusal { $0.tensor("v", [2, 2], [1, 2, 3]) }.contains("tensor v of shape [2, 2]"))
        #expect(throws: OnnxError.self) {
            try [UInt8]("text".utf8).withUnsafeBytes { bytes throws(OnnxError) in
                try OnnxGraph(bytes)
            }
        }
    }

    /// Damaged files end in networks or in errors.
    @Test func damagedFilesNeverCrash() throws {
        let whole = Self.example().bytes
        var mutations = Mutations(state: 5)
        var (read, refused) = (0, 0)
        for _ in 0 ..< 3000 {
            let bytes = mutations.apply(to: whole)
            do {
                let graph = try bytes.withUnsafeBytes { bytes throws(OnnxError) in
                    try OnnxGraph(bytes)
                }
                let network = try FoldedNetwork(graph, results: ["heat", "two"])
                let engine = try FeatureMapEngine(network)
                let pixels = Self.pattern(width: 16, height: 16)
                try engine.run(pixels: pixels, width: 16, height: 16) { _ in }
                read += 1
            } catch {
                refused += 1
            }
        }
        #expect(read > 100 && refused > 100, "\(read) \(refused)")
    }

    /// CenterFace itself. The values are ONNX Runtime 1.32's on the same picture.
    @Test(.enabled(if: hasFaceModel, "the face detector's model is not at hand: make setup"))
    func centerFaceIsAsInOnnxRuntime() throws {
        let file = try Data(contentsOf: FaceDetector.locateModel())
        let network = try file.withUnsafeBytes { bytes in
            try FoldedNetwork(OnnxGraph(bytes), results: ["537", "538", "539", "540"])
        }
        let engine = try FeatureMapEngine(network)
        let pixels = Self.pattern(width: 96, height: 64)
        // Mean magnitude of each plane, and the value in row 5, column 11.
        let means: [[Float]] = [
            [0.00448201], [1.94694, 2.05659], [0.0890309, 0.0508633],
            [
                0.299137, 0.341925, 0.286503, 0.644363, 0.370308, 0.475038, 0.565336, 0.384028,
                0.555731, 0.613829,
            ],
        ]
        let values: [[Float]] = [
            [0.00639135], [2.08913, 2.64067], [-0.0934877, -0.109227],
            [
                0.126283, 0.318406, 0.0815819, 0.561206, 0.0695319, 0.431136, 0.375187, 0.359437,
                0.340251, 0.551422,
            ],
        ]
        try engine.run(pixels: pixels, width: 96, height: 64) { maps in
            for (index, map) in maps.enumerated() {
                #expect(map.channels == means[index].count && map.rows == 16 && map.columns == 24)
                for channel in 0 ..< map.channels {
                    let plane = map.values[channel * 384 ..< (channel + 1) * 384]
                    let mean = plane.reduce(0) { $0 + abs($1) } / 384
                    // Fifty layers of float32, and six digits above.
                    #expect(abs(mean - means[index][channel]) < 2e-5)
                    let value = plane[plane.startIndex + 5 * 24 + 11]
                    #expect(abs(value - values[index][channel]) < 2e-5)
                }
            }
        }
    }

    /// The same where the processor multiplies bfloat16 in hardware; elsewhere it is float32.
    @Test(.enabled(if: hasFaceModel, "the face detector's model is not at hand: make setup"))
    func centerFaceInBFloat16IsNear() throws {
        let file = try Data(contentsOf: FaceDetector.locateModel())
        let network = try file.withUnsafeBytes { bytes in
            try FoldedNetwork(OnnxGraph(bytes), results: ["537", "538", "539", "540"])
        }
        let (plain, short) = (
            try FeatureMapEngine(network), try FeatureMapEngine(network, inBFloat16: true)
        )
        // Of the larger one some layers are computed in bands.
        for (width, height) in [(96, 64), (416, 352)] {
            let pixels = Self.pattern(width: width, height: height)
            func maps(_ engine: FeatureMapEngine) throws -> [[Float]] {
                try engine.run(pixels: pixels, width: width, height: height) {
                    $0.map { Array($0.values) }
                }
            }
            for (expected, found) in zip(try maps(plain), try maps(short)) {
                let size = expected.reduce(0) { max($0, abs($1)) }
                let apart = zip(expected, found).map { abs($0 - $1) }
                let (worst, mean) = (apart.max() ?? 0, apart.reduce(0, +) / Float(apart.count))
                // Fifty layers that keep 8 bits each: a wrong layer is off by its whole size.
                #expect(worst < 0.15 * size && mean < 0.02 * size, "\(worst), \(mean) of \(size)")
            }
        }
    }

    /// Two engines, one copy of the weights, each at a size of its own; one outlives the other.
    @Test func enginesShareTheirWeights() throws {
        let network = try FoldedNetwork(
            Self.example().bytes.withUnsafeBytes { bytes throws(OnnxError) in
                try OnnxGraph(bytes)
            }, results: ["heat"])
        var first: FeatureMapEngine? = try FeatureMapEngine(network)
        let second = try #require(first)
        func heat(_ engine: FeatureMapEngine?, _ width: Int) throws -> [Float]? {
            let pixels = Self.pattern(width: width, height: 32)
            return try engine?.run(pixels: pixels, width: width, height: 32) {
                Array($0[0].values)
            }
        }
        let alone = try heat(FeatureMapEngine(network), 48)
        #expect(try heat(first, 64) != nil)
        #expect(try heat(second, 48) == alone)
        first = nil
        #expect(try heat(second, 48) == alone)
    }

    /// Where a size is new to all of them, one plans and the others wait; each gets what it gets
    /// alone.
    @Test func enginesShareTheirPlans() throws {
        let network = try FoldedNetwork(
            Self.example().bytes.withUnsafeBytes { bytes throws(OnnxError) in
                try OnnxGraph(bytes)
            }, results: ["heat"])
        let sizes = [(64, 32), (320, 256), (96, 64)]
        @Sendable func heat(
            _ engine: FeatureMapEngine, _ width: Int, _ height: Int
        ) throws -> [Float] {
            let pixels = Self.pattern(width: width, height: height)
            return try engine.run(pixels: pixels, width: width, height: height) {
                Array($0[0].values)
            }
        }
        let alone = try sizes.map { try heat(FeatureMapEngine(network), $0, $1) }
        for _ in 0 ..< 5 {
            let first = try FeatureMapEngine(network)
            let engines = (0 ..< 4).map { _ in
                first
            }
            let planner = first
            let together = Mutex([Int: [[Float]]]())
            DispatchQueue.concurrentPerform(iterations: 5) { lane in
                guard lane < 4 else {
                    for (width, height) in sizes {
                        try? planner.prepare(width: width, height: height)
                    }
                    return
                }
                let found = try? sizes.map { try heat(engines[lane], $0, $1) }
                together.withLock { $0[lane] = found }
            }
            for lane in 0 ..< 4 { #expect(together.withLock { $0[lane] } == alone) }
        }
    }

    @Test func aSizeThatCannotBePlannedIsRefused() throws {
        let network = try FoldedNetwork(
            Self.example().bytes.withUnsafeBytes { bytes throws(OnnxError) in
                try OnnxGraph(bytes)
            }, results: ["heat"])
        let engine = try FeatureMapEngine(network)
        for _ in 0 ..< 2 {
            #expect(throws: InferenceError.self) { try engine.prepare(width: -32, height: 32) }
        }
        try engine.prepare(width: 32, height: 32)
    }

    private static func pattern(width: Int, height: Int) -> [UInt8] {
        (0 ..< height * width * 3).map { index in
            let (x, y, channel) = (index / 3 % width, index / 3 / width, index % 3)
            let level = x * 7 + y * 13 + channel * 29 + x * y
            return UInt8(level % 256)
        }
    }

    private static func example() -> OnnxWriter {
        var file = OnnxWriter()
        var state: UInt64 = 9
        func random(_ count: Int, _ scale: Float) -> [Float] {
            (0 ..< count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return (Float(state >> 40) / Float(1 << 23) - 1) * scale
            }
        }
        func convolution(
            _ input: String, _ output: String, _ shape: [Int], stride: Int = 1, padding: Int = 0,
            groups: Int = 1, scale: Float, transposed: Bool = false
        ) {
            let outputs = transposed ? shape[1] : shape[0]
            file.tensor(output + ".w", shape, random(shape.reduce(1, *), scale))
            file.tensor(output + ".b", [outputs], random(outputs, 0.5))
            file.node(
                transposed ? "ConvTranspose" : "Conv", [input, output + ".w", output + ".b"],
                output,
                ints: [
                    "group": [groups], "strides": [stride, stride],
                    "pads": Array(repeating: padding, count: 4),
                ])
        }
        convolution("x", "a", [8, 3, 3, 3], stride: 2, padding: 1, scale: 0.003)
        file.node("Relu", ["a"], "a.r")
        convolution("a.r", "b", [16, 8, 1, 1], scale: 0.4)
        file.node("Relu", ["b"], "b.r")
        convolution("b.r", "c", [16, 1, 3, 3], padding: 1, groups: 16, scale: 0.4)
        file.node("Relu", ["c"], "c.r")
        convolution("c.r", "d", [8, 16, 1, 1], scale: 0.3)
        file.node("Add", ["a.r", "d"], "sum")
        convolution("sum", "f", [16, 8, 1, 1], scale: 0.3)
        file.node("Relu", ["f"], "f.r")
        convolution("f.r", "g", [16, 1, 3, 3], stride: 2, padding: 1, groups: 16, scale: 0.4)
        file.node("Relu", ["g"], "g.r")
        convolution("g.r", "h", [6, 16, 1, 1], scale: 0.3)
        file.node("Relu", ["h"], "h.r")
        convolution("h.r", "i", [6, 5, 2, 2], stride: 2, scale: 0.5, transposed: true)
        file.tensor("n.scale", [5], random(5, 1))
        file.tensor("n.bias", [5], random(5, 1))
        file.tensor("n.mean", [5], random(5, 1))
        file.tensor("n.variance", [5], [0.5, 1, 2, 0.25, 3])
        file.node(
            "BatchNormalization", ["i", "n.scale", "n.bias", "n.mean", "n.variance"], "i.n",
            floats: ["epsilon": 0.001])
        file.node("Relu", ["i.n"], "i.r")
        convolution("sum", "j", [5, 8, 1, 1], scale: 0.3)
        file.node("Relu", ["j"], "j.r")
        file.node("Add", ["i.r", "j.r"], "k")
        convolution("k", "l", [1, 5, 1, 1], scale: 0.3)
        file.node("Sigmoid", ["l"], "heat")
        convolution("k", "two", [2, 5, 1, 1], scale: 0.3)
        return file
    }
}

/// The operations of a file one by one, in double.
private struct Plain {
    struct Value {
        var channels, rows, columns: Int
        var values: [Float]
    }

    private(set) var values: [String: Value] = [:]

    init(_ file: OnnxWriter, _ pixels: [UInt8], width: Int, height: Int) throws {
        let graph = try file.bytes.withUnsafeBytes { bytes throws(OnnxError) in
            try OnnxGraph(bytes)
        }
        values["x"] = Value(
            channels: 3, rows: height, columns: width,
            values: (0 ..< 3).flatMap { channel in
                stride(from: channel, to: pixels.count, by: 3).map { Float(pixels[$0]) }
            })
        for node in graph.nodes {
            let input = try #require(values[node.inputs[0]])
            let more = node.inputs.dropFirst().compactMap { file.tensors[$0] }
            values[node.outputs[0]] =
                switch node.operation {
                case "Conv", "ConvTranspose": Self.convolve(input, more, node)
                case "BatchNormalization": Self.normalize(input, more.map(\.values))
                case "Relu": Self.map(input) { max($0, 0) }
                case "Sigmoid": Self.map(input) { 1 / (1 + exp(-$0)) }
                default: Self.add(input, try #require(values[node.inputs[1]]))
                }
        }
    }

    private static func map(_ input: Value, _ body: (Float) -> Float) -> Value {
        var result = input
        result.values = input.values.map(body)
        return result
    }

    private static func add(_ first: Value, _ second: Value) -> Value {
        var result = first
        result.values = zip(first.values, second.values).map(+)
        return result
    }

    private static func normalize(_ input: Value, _ given: [[Float]]) -> Value {
        var result = input
        let count = input.rows * input.columns
        for index in input.values.indices {
            let channel = index / count
            let deviation = (given[3][channel] + 0.001).squareRoot()
            result.values[index] =
                (input.values[index] - given[2][channel]) / deviation * given[0][channel]
                + given[1][channel]
        }
        return result
    }

    private static func convolve(
        _ input: Value, _ tensors: [OnnxGraph.Tensor], _ node: OnnxGraph.Node
    ) -> Value {
        let (weight, bias) = (tensors[0], tensors[1].values)
        let (kernel, stride) = (weight.shape[2], node.integers["strides"]?[0] ?? 1)
        let padding = node.integers["pads"]?[0] ?? 0
        let groups = node.integers["group"]?[0] ?? 1
        let transposed = node.operation == "ConvTranspose"
        let outputs = bias.count
        func along(_ side: Int) -> Int {
            transposed ? side * stride : (side + 2 * padding - kernel) / stride + 1
        }
        let (rows, columns) = (along(input.rows), along(input.columns))
        var sums = [Double](repeating: 0, count: outputs * rows * columns)
        for output in 0 ..< outputs {
            let inputs =
                groups == 1 ? 0 ..< input.channels : output ..< output + 1
            for row in 0 ..< rows {
                for column in 0 ..< columns {
                    var sum = Double(bias[output])
                    for (position, channel) in inputs.enumerated() {
                        for tap in 0 ..< kernel * kernel {
                            let (y, x) = (tap / kernel, tap % kernel)
                            let source: (Int, Int)
                            let index: Int
                            if transposed {
                                guard row % stride == y, column % stride == x else { continue }
                                source = (row / stride, column / stride)
                                index = (channel * outputs + output) * kernel * kernel + tap
                            } else {
                                source = (
                                    row * stride + y - padding, column * stride + x - padding
                                )
                                index =
                                    (output * inputs.count + position) * kernel * kernel + tap
                            }
                            guard (0 ..< input.rows).contains(source.0),
                                (0 ..< input.columns).contains(source.1)
                            else { continue }
                            let place =
                                (channel * input.rows + source.0) * input.columns + source.1
                            sum += Double(weight.values[index]) * Double(input.values[place])
                        }
                    }
                    sums[(output * rows + row) * columns + column] = sum
                }
            }
        }
        return Value(
            channels: outputs, rows: rows, columns: columns, values: sums.map { Float($0) })
    }
}
