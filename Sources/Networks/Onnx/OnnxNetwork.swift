/// A network of convolutions and its tensors, read from an ONNX file, for images of any size.
package struct OnnxNetwork {
    package let network: Network
    /// By parameter path.
    package let tensors: [String: OnnxClassifier.Tensor]
    /// The node in the network for a name in the file: nodes that change nothing are left out.
    package let names: [String: String]

    /// - Throws: `OnnxError` for an operator that Mien does not compute, by its name and node.
    package init(_ graph: OnnxGraph) throws(OnnxError) {
        let declared = graph.inputs.first { graph.tensors[$0.name] == nil }?.shape
        let side = declared?.count == 4 && declared?[2] == declared?[3] ? declared?[2] : nil
        var reader = try OnnxReader(graph, nominalSide: max(side ?? 64, 1))
        for node in graph.nodes { try reader.add(node) }
        network = reader.network
        tensors = Dictionary(uniqueKeysWithValues: reader.tensors.map { ($0.path, $0) })
        names = reader.values.compactMapValues(\.node)
    }
}
