/// A network of convolutions and its tensors, read from an ONNX file, for images of any size.
package struct OnnxNetwork {
    package let network: Network
    /// By parameter path.
    package let tensors: [String: OnnxClassifier.Tensor]
    /// The node in the network for a name in the file: nodes that change nothing are left out.
    package let names: [String: String]

    /// - Throws: `OnnxError` for an operator that Mien does not compute, by its name and node.
    package init(_ graph: OnnxGraph) throws(OnnxError) {
        var reader = try OnnxReader(graph, nominalSide: 64)
        for node in graph.nodes { try reader.add(node) }
        network = reader.network
        tensors = Dictionary(uniqueKeysWithValues: reader.tensors.map { ($0.path, $0) })
        names = reader.values.compactMapValues(\.node)
    }
}
