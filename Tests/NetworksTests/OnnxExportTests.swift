import Networks
import Testing

/// ONNX files, read back by the reader that the face detector's file goes through.
struct OnnxExportTests {
    /// 1 at the start of each parameter's values, then 2, 3, ...
    private func counting(_ network: Network) -> (String) -> [Float] {
        let counts = Dictionary(
            uniqueKeysWithValues: network.parameters.map { ($0.path, $0.count) })
        return { path in
            (0 ..< (counts[path] ?? 0)).map { Float($0 + 1) }
        }
    }

    private func graph(
        _ network: Network, _ export: OnnxExport, _ tensor: @escaping (String) -> [Float]
    ) throws -> OnnxGraph {
        let bytes = try export.file(of: network, tensor: tensor)
        return try bytes.withUnsafeBytes { try OnnxGraph($0) }
    }

    @Test func operatorsAreThoseThatOtherProgramsKnow() throws {
        let known: Set = [
            "Conv", "Relu", "MaxPool", "Add", "Concat", "GlobalAveragePool", "Flatten", "Gemm",
            "Softmax",
        ]
        for (architecture, size) in [
            (Architecture.resnet18, 64), (.resnet50, 64), (.shallowCNN, 48), (.tiny, 64),
            (.inceptionV3, 75),
        ] {
            let network = architecture.network(outputs: 3)
            var export = OnnxExport(imageSize: size)
            export.hasProbabilities = true
            export.positives = [0, 2]
            let written = try graph(network, export, counting(network))
            #expect(Set(written.nodes.map(\.operation)).isSubset(of: known))
            #expect(
                written.nodes.suffix(3).map(\.outputs) == [
                    ["logits"], ["probabilities"], ["score"],
                ])
            #expect(written.tensors["score.weight"]?.values == [1, 0, 1])
            // Every input is the images, a tensor, or what an earlier node puts out.
            var given = Set(written.tensors.keys).union(["images"])
            for node in written.nodes {
                #expect(given.isSuperset(of: node.inputs), "\(node)")
                given.formUnion(node.outputs)
            }
        }
    }

    /// w gamma / sqrt(variance + epsilon) and beta - mean gamma / sqrt(...), by hand.
    @Test func batchNormalisationIsFoldedIn() throws {
        let network = Architecture.resnet18.network(outputs: 2)
        let values = counting(network)
        let written = try graph(network, OnnxExport(imageSize: 32)) { path in
            switch path {
            case "conv1.weight": Array(repeating: 2, count: 64 * 147)
            case "bn1.weight": Array(repeating: 3, count: 64)
            case "bn1.bias": Array(repeating: 5, count: 64)
            case "bn1.running_mean": Array(repeating: 7, count: 64)
            case "bn1.running_var": Array(repeating: Float(4 - 1e-5), count: 64)
            default: values(path)
            }
        }
        let weight = try #require(written.tensors["conv1.weight"])
        #expect(weight.shape == [64, 3, 7, 7])
        #expect(weight.values.allSatisfy { abs($0 - 3) < 1e-6 })
        let bias = try #require(written.tensors["conv1.bias"])
        #expect(bias.values.allSatisfy { abs($0 - (5 - 7 * 1.5)) < 1e-5 })
        #expect(!written.nodes.contains { $0.operation == "BatchNormalization" })
    }

    @Test func theTemperatureIsDividedOut() throws {
        let network = Architecture.shallowCNN.network(outputs: 2)
        var export = OnnxExport(imageSize: 48)
        export.temperature = 4
        let written = try graph(network, export, counting(network))
        #expect(written.tensors["logits.bias"]?.values == [0.25, 0.5])
        #expect(written.tensors["logits.weight"]?.values[7] == 2)
        #expect(written.tensors["classifier.0.bias"]?.values[1] == 2)
    }

    @Test func oneGreyPlaneStandsForThree() throws {
        let network = Architecture.tiny.network(outputs: 2)
        var export = OnnxExport(imageSize: 32)
        export.pixels = .normalizedGrey
        let ones = try graph(network, export) { path in
            let count = network.parameters.first { $0.path == path }?.count ?? 0
            return Array(repeating: path.hasSuffix("running_var") ? 1 - 1e-5 : 1, count: count)
        }
        let weight = try #require(ones.tensors["stem.conv.weight"])
        #expect(weight.shape == [32, 1, 3, 3])
        #expect(weight.values.allSatisfy { abs($0 - 3) < 1e-5 })

        export.pixels = .grey(mean: [0.5, 0.4, 0.3], standardDeviation: [0.25, 0.2, 0.1])
        let raw = try graph(network, export, counting(network))
        #expect(raw.nodes[0].inputs == ["images", "preprocessing.weight", "preprocessing.bias"])
        #expect(raw.tensors["preprocessing.bias"]?.values == [-2, -2, -3])
        #expect(
            raw.tensors["preprocessing.weight"]?.values[1] == Float(1 / (255 * Double(Float(0.2)))))
    }

    @Test func averagesBecomeConvolutionsOfEachChannel() throws {
        let network = Architecture.inceptionV3.network(outputs: 2)
        let written = try graph(network, OnnxExport(imageSize: 75), counting(network))
        let pool = try #require(written.nodes.first { $0.outputs == ["Mixed_5b.pool"] })
        #expect(pool.operation == "Conv" && pool.integers["group"] == [192])
        #expect(written.tensors["Mixed_5b.pool.weight"]?.values.first == Float(1.0 / 9))
        // The second head is for training alone.
        #expect(!written.nodes.contains { $0.outputs[0].hasPrefix("AuxLogits") })
    }

    @Test func vggIsWrittenAtItsOwnSizeAlone() {
        let network = Architecture.vgg16.network(outputs: 2)
        let error = #expect(throws: NetworkError.self) {
            try OnnxExport(imageSize: 96).file(of: network) { _ in [] }
        }
        #expect(error?.node == "avgpool")
    }

    /// The first bytes, by hand: field 1 (IR version) 4, field 2 "mien", field 3 "".
    @Test func theFileBeginsWithItsVersion() throws {
        let network = Architecture.shallowCNN.network(outputs: 2)
        var export = OnnxExport(imageSize: 48)
        export.operatorSet = 9
        let bytes = try export.file(of: network, tensor: counting(network))
        #expect(bytes.prefix(8) == [0x08, 4, 0x12, 4, 0x6D, 0x69, 0x65, 0x6E])
        export.operatorSet = 21
        #expect(try export.file(of: network, tensor: counting(network))[1] == 10)
    }
}
