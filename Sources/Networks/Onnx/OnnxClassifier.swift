/// A classifier that another program wrote as an ONNX file: its network, with its tensors.
///
/// Read are the operations that networks of convolutions are made of, in the ways in which PyTorch,
/// Keras by tf2onnx and CNTK write them. One that is not known is refused by its name and node.
public struct OnnxClassifier: Sendable {
    /// A tensor of the file: shape and values.
    public struct Tensor: Sendable {
        public let path: String
        public let shape: [Int]
        public let values: [Float]
    }

    public let network: Network
    /// Of all its parameters.
    public let tensors: [Tensor]
    /// Side of the images.
    public let imageSize: Int
    /// What the file does to each value before the first layer: value * scale + offset.
    public let scale: Float
    public let offset: Float
    /// What was left out or changed, in words.
    public let notes: [String]

    /// - Parameters:
    ///   - bytes: of the file.
    ///   - name: what the network is to be called.
    ///   - imageSize: where the file leaves it open.
    /// - Throws: `OnnxError`.
    public init(
        _ bytes: UnsafeRawBufferPointer, name: String, imageSize: Int? = nil
    ) throws(OnnxError) {
        let graph = try OnnxGraph(bytes)
        var reader = try OnnxReader(graph, name: name, imageSize: imageSize)
        for node in graph.nodes { try reader.add(node) }
        self = try reader.result(graph)
    }

    init(
        _ network: Network, tensors: [Tensor], imageSize: Int, scale: Float, offset: Float,
        notes: [String]
    ) {
        self.network = network
        self.tensors = tensors
        self.imageSize = imageSize
        self.scale = scale
        self.offset = offset
        self.notes = notes
    }
}
