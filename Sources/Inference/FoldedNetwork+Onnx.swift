import Common
package import Networks

extension FoldedNetwork {
    /// The network of an ONNX file, which reads values 0...255.
    /// - Parameter results: names of its outputs in the file.
    /// - Throws: `OnnxError` for an operator that Mien does not compute; `NetworkError` for operators
    ///   in an order that it does not compute, or an output that the file has not.
    package init(_ graph: OnnxGraph, results: [String]) throws {
        let onnx = try OnnxNetwork(graph)
        try self.init(
            onnx.network, results: results.map { onnx.names[$0] ?? $0 },
            pixels: .unscaled(planes: onnx.network.inputChannels)
        ) { path in
            guard let tensor = onnx.tensors[path] else {
                preconditionFailure("expected a tensor \(path)")
            }
            return RawTensor(tensor.values, shape: tensor.shape)
        }
    }
}
