import Networks
import Testing

/// Mien's own ONNX files read back: the same network with the same shapes, batch norm folded.
struct OnnxNetworkTests {
    private func reread(_ architecture: Architecture, size: Int) throws -> OnnxNetwork {
        let network = architecture.network(outputs: 2).withoutAuxiliary
        let shapes = Dictionary(
            uniqueKeysWithValues: network.parameters.map { ($0.path, $0.shape) })
        let bytes = try OnnxExport(imageSize: size).file(of: network) { path in
            [Float](repeating: 0.5, count: (shapes[path] ?? []).reduce(1, *))
        }
        return try bytes.withUnsafeBytes { try OnnxNetwork(OnnxGraph($0)) }
    }

    @Test(arguments: [
        (Architecture.tiny, 32), (.resnet18, 32), (.shallowCNN, 48), (.inceptionV3, 75),
    ])
    func exportedNetworksAreReadBack(_ architecture: Architecture, size: Int) throws {
        let network = architecture.network(outputs: 2).withoutAuxiliary
        let read = try reread(architecture, size: size)
        #expect(read.network.inputChannels == network.inputChannels)
        let logits = try #require(read.names["logits"])
        #expect(read.network.output == logits)
        let shapes = try read.network.shapes(imageSize: size)
        #expect(shapes[logits] == [2])
        // Averages that count padding are written as convolutions of each channel.
        let averages = network.scoringNodes.filter {
            if case .averagePool = $0.operation { true } else { false }
        }.count
        func convolutions(_ network: Network) -> Int {
            network.nodes.count { if case .convolution = $0.operation { true } else { false } }
        }
        #expect(convolutions(read.network) == convolutions(network) + averages)
        for parameter in read.network.parameters {
            #expect(read.tensors[parameter.path]?.shape == parameter.shape, "\(parameter.path)")
        }
    }
}
