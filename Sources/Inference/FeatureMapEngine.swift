import CScoring
import Common

/// Computes maps of single images of ever new sizes, each on the thread that asks. Any number of
/// threads may ask at once: they share the weights, and what was made for a size.
public final class FeatureMapEngine: Sendable {
    /// The output of a node: [channels, rows, columns].
    public struct Map {
        public let values: UnsafeBufferPointer<Float>
        public let channels, rows, columns: Int
    }

    private let graph: ScoringGraph
    private let planes: Int

    /// - Parameter inBFloat16: computes in bfloat16, where the processor does so in hardware.
    /// - Throws: `InferenceError` for a network that does not fit together.
    public init(_ network: FoldedNetwork, inBFloat16: Bool = false) throws(InferenceError) {
        graph = try ScoringGraph(network, dtype: inBFloat16 ? .bfloat16 : .float32, size: nil)
        planes = network.pixels.scales.count
    }

    /// Makes what images of a size need, which the first run would else do. Other threads may run
    /// meanwhile.
    public func prepare(width: Int, height: Int) throws(InferenceError) {
        guard scoring.graph_prepare(graph.handle, Int32(height), Int32(width)) == CS_OK else {
            throw .last
        }
    }

    /// - Parameters:
    ///   - pixels: by row and column the values of all planes, which the network gets as 0 to 255.
    ///   - body: gets the results, which are gone afterwards.
    public func run<Result>(
        pixels: [UInt8], width: Int, height: Int, read body: ([Map]) -> Result
    ) throws(InferenceError) -> Result {
        precondition(
            pixels.count == planes * width * height,
            "expected \(width) x \(height) pixels of \(planes) planes, got \(pixels.count) bytes")
        var shapes: [(channels: Int, rows: Int, columns: Int)] = []
        for index in 0 ..< graph.resultCount {
            shapes.append(try graph.shape(ofResult: index, height: height, width: width))
        }
        let counts = shapes.map { $0.channels * $0.rows * $0.columns }
        let all = UnsafeMutableBufferPointer<Float>.allocate(capacity: counts.reduce(0, +))
        defer { all.deallocate() }
        let starts = counts.indices.map { counts[..<$0].reduce(0, +) }
        let addresses = starts.map { all.baseAddress?.advanced(by: $0) }
        let status = pixels.withUnsafeBufferPointer { pixels in
            addresses.withUnsafeBufferPointer { addresses in
                var images = cs_images(
                    planes: nil, bytes: pixels.baseAddress, count: 1, height: Int32(height),
                    width: Int32(width))
                var outputs = cs_outputs(results: addresses.baseAddress, means: nil, maxima: nil)
                return scoring.graph_run(graph.handle, &images, 1, &outputs)
            }
        }
        guard status == CS_OK else { throw .last }
        return body(
            shapes.indices.map { index in
                let (channels, rows, columns) = shapes[index]
                let part = all[starts[index] ..< starts[index] + counts[index]]
                return Map(
                    values: UnsafeBufferPointer(rebasing: part), channels: channels, rows: rows,
                    columns: columns)
            })
    }
}
