internal import CScoring
package import Networks

/// Runs a network of convolutions. To be used by one thread at a time.
package final class ConvolutionEngine {
    /// A layer's output: [channels, rows, columns].
    package struct Map {
        package let values: UnsafeBufferPointer<Float>
        package let channels, rows, columns: Int
    }

    private let graph: cs_graph
    private let resultCount: Int

    /// - Parameter inBFloat16: computes in bfloat16, where the processor does so in hardware.
    /// - Throws: `OnnxError` for a network that does not fit together.
    package init(_ network: ConvolutionGraph, inBFloat16: Bool = false) throws(OnnxError) {
        let numbers = network.layers.flatMap { $0.weight + $0.bias }
        var graph: cs_graph?
        let status = numbers.withUnsafeBufferPointer { numbers in
            var next = 0
            let layers = network.layers.map { layer in
                defer { next += layer.weight.count + layer.bias.count }
                return cs_layer(
                    layer, weight: numbers.baseAddress?.advanced(by: next),
                    bias: numbers.baseAddress?.advanced(by: next + layer.weight.count))
            }
            let results = network.results.map(Int32.init)
            return scoring.graph_create(
                &graph, Int32(inBFloat16 ? CS_BFLOAT16 : CS_FLOAT32), layers, Int32(layers.count),
                results, Int32(results.count))
        }
        guard status == CS_OK, let graph else { throw OnnxError(lastScoringError()) }
        self.graph = graph
        resultCount = network.results.count
    }

    /// One for another thread, with the same weights in the same memory.
    package init(sharingWeightsOf other: ConvolutionEngine) throws(OnnxError) {
        var graph: cs_graph?
        let status = scoring.graph_share(&graph, other.graph)
        guard status == CS_OK, let graph else { throw OnnxError(lastScoringError()) }
        self.graph = graph
        resultCount = other.resultCount
    }

    deinit { scoring.graph_free(graph) }

    /// Makes what runs over images of a size need, for this engine and those that share its weights.
    /// Another thread may run one of those meanwhile.
    /// - Throws: `FaceDetectorError.failed`.
    package func prepare(width: Int, height: Int) throws(FaceDetectorError) {
        guard scoring.graph_prepare(graph, Int32(height), Int32(width)) == CS_OK else {
            throw .failed(lastScoringError())
        }
    }

    /// - Parameters:
    ///   - pixels: RGB, row after row, which the network gets as 0 to 255.
    ///   - body: gets the results, which are gone afterwards.
    /// - Throws: `FaceDetectorError.failed`.
    package func run<Result>(
        pixels: [UInt8], width: Int, height: Int, read body: ([Map]) -> Result
    ) throws(FaceDetectorError) -> Result {
        precondition(
            pixels.count == 3 * width * height,
            "expected \(width) x \(height) RGB pixels, got \(pixels.count) bytes")
        let status = scoring.graph_run(graph, pixels, Int32(height), Int32(width))
        guard status == CS_OK else { throw .failed(lastScoringError()) }
        return body(
            (0 ..< resultCount).map { index in
                var (channels, rows, columns): (Int32, Int32, Int32) = (0, 0, 0)
                let values = scoring.graph_result(
                    graph, Int32(index), &channels, &rows, &columns)
                return Map(
                    values: UnsafeBufferPointer(
                        start: values, count: Int(channels) * Int(rows) * Int(columns)),
                    channels: Int(channels), rows: Int(rows), columns: Int(columns))
            })
    }
}

extension cs_layer {
    fileprivate init(
        _ layer: ConvolutionGraph.Layer, weight: UnsafePointer<Float>?, bias: UnsafePointer<Float>?
    ) {
        let activation =
            switch layer.activation {
            case .linear: CS_LINEAR
            case .relu: CS_RELU
            case .logistic: CS_LOGISTIC
            }
        self.init(
            input: Int32(layer.input), added: Int32(layer.added ?? -1),
            activation: Int32(activation), transposed: layer.isTransposed,
            inputs: Int32(layer.inputs), outputs: Int32(layer.outputs),
            groups: Int32(layer.groups), kernel: Int32(layer.kernel),
            stride: Int32(layer.stride), padding: Int32(layer.padding), weight: weight, bias: bias)
    }
}
