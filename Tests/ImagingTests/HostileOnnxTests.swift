import Networks
import Testing

/// Numbers of an ONNX file that no honest one has end in a sentence, not in the program's end.
struct HostileOnnxTests {
    private static let extremes = [Int.min, -2, 0, 65, 1 << 32, .max]

    private func outcome(_ make: (inout OnnxWriter) -> Void) -> String {
        var file = OnnxWriter()
        file.input("x", [1, 3, 16, 16])
        file.tensor("w", [4, 3, 3, 3], Array(repeating: 0.1, count: 108))
        file.tensor("d", [2, 1024], Array(repeating: 0.1, count: 2048))
        make(&file)
        do {
            _ = try file.bytes.withUnsafeBytes { bytes throws(OnnxError) in
                try OnnxClassifier(bytes, name: "hostile")
            }
            return "read"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: ["pads", "strides", "dilations", "group"])
    func aConvolutionOf(_ attribute: String) {
        for number in Self.extremes {
            let count = ["pads": 4, "strides": 2, "dilations": 2, "group": 1][attribute] ?? 0
            let found = outcome {
                $0.node(
                    "Conv", ["x", "w"], "a",
                    ints: [attribute: Array(repeating: number, count: count)])
                $0.node("GlobalAveragePool", ["a"], "b")
            }
            // No padding at all is what people have.
            #expect(
                found.contains("node a (Conv)") || attribute == "pads" && number == 0, "\(found)")
        }
    }

    @Test(arguments: ["pads", "strides", "kernel_shape"])
    func aPoolingOf(_ attribute: String) {
        for number in Self.extremes {
            var attributes = ["pads": [0, 0, 0, 0], "strides": [2, 2], "kernel_shape": [2, 2]]
            attributes[attribute] = attributes[attribute]?.map { _ in number }
            let found = outcome { $0.node("MaxPool", ["x"], "a", ints: attributes) }
            #expect(
                found.contains("node a (MaxPool)") || attribute == "pads" && number == 0,
                "\(found)")
        }
    }

    @Test func aReshapingOfWeights() {
        let targets = [
            [Int.max, Int.max], [1 << 32, 1 << 32], [-1, 0], [-1, -1], [Int.min, -1], [3, -1],
            [-2, -1024],
        ]
        for target in targets {
            let found = outcome {
                $0.integers("t", target)
                $0.node("Reshape", ["d", "t"], "e")
            }
            #expect(found.contains("node e (Reshape): 2048 values for"), "\(found)")
        }
        for number in Self.extremes {
            let found = outcome {
                $0.integers("t", [number, number])
                $0.node("Reshape", ["x", "t"], "e")
                $0.node("Gemm", ["e", "d"], "f", ints: ["transB": [1]])
            }
            #expect(found.contains("node e (Reshape): the shape [\(number), "), "\(found)")
        }
    }

    @Test func zerosAroundAnImage() {
        for number in Self.extremes where number != 0 {
            let found = outcome {
                $0.integers("p", [0, 0, number, number, 0, 0, number, number])
                $0.node("Pad", ["x", "p"], "a")
                $0.node("Conv", ["a", "w"], "b", ints: ["pads": [1, 1, 1, 1]])
            }
            #expect(found.contains("node a (Pad)"), "\(found)")
        }
    }

    @Test(arguments: [Float.nan, -1, .infinity])
    func anEpsilonOf(_ number: Float) {
        let found = outcome {
            $0.tensor("n", [3], [1, 1, 1])
            $0.node(
                "BatchNormalization", ["x", "n", "n", "n", "n"], "a", floats: ["epsilon": number])
        }
        #expect(found.contains("node a (BatchNormalization): an epsilon of"), "\(found)")
    }

    @Test func aMatrixOfMoreClassesThanMemory() {
        let found = outcome {
            $0.node("Flatten", ["x"], "a")
            $0.node("Concat", ["a", "a"], "b", ints: ["axis": [1]])
            $0.output("b")
        }
        #expect(found.contains("expected one a class"), "\(found)")
        let pooled = outcome {
            $0.node("GlobalAveragePool", ["x"], "a")
            $0.output("a")
        }
        #expect(pooled == "read")
    }
}
