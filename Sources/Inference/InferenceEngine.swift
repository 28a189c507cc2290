import CEngine
import CScoring
public import Common
import Networks
import Synchronization

/// Scores batches of square images: what follows a convolution is part of it, weights lie as oneDNN
/// wants them, and large batches are worked on a few images at a time. One call does a whole batch.
/// It does without libtorch.
///
/// Any number of threads may use it at once.
public final class InferenceEngine: Sendable {
    private let graph: ScoringGraph
    private let outputs: Int
    private let planes: Int
    private let meanCount: Int
    private let lastFailure = Mutex<InferenceError?>(nil)

    /// Whether this processor runs networks in `dtype` (float32, bfloat16 or int8) at the speed of
    /// such elements.
    public static func supports(_ dtype: DType) -> Bool {
        switch dtype {
        case .float32: true
        case .bfloat16: cengine_has_bfloat16()
        case .int8: cengine_has_int8()
        default: false
        }
    }

    /// Threads that score one batch; at first as many as OpenMP says.
    public static var threadCount: Int { Int(scoring.thread_count()) }

    public static func setThreadCount(_ count: Int) {
        precondition(count > 0, "thread count must be positive, got \(count)")
        scoring.set_threads(Int32(count))
    }

    /// Packs the weights of `network`, which is not needed after. Its one result is the logits.
    ///
    /// In int8 the network must be quantised. Otherwise int8 weights are taken for the numbers
    /// that they stand for.
    /// - Parameter size: side of the images that it packs for; others can be scored too.
    /// - Returns: `nil` where oneDNN has no such operations for this processor after all, or the
    ///   network has layers that are not computed in `dtype`.
    public init?(_ network: FoldedNetwork, dtype: DType, size: Int) {
        precondition(Self.supports(dtype), "this processor cannot score in \(dtype)")
        guard network.results.count == 1,
            let graph = try? ScoringGraph(network, dtype: dtype, size: size),
            let shape = try? graph.shape(ofResult: 0, height: size, width: size)
        else { return nil }
        self.graph = graph
        outputs = shape.channels * shape.rows * shape.columns
        planes = network.pixels.scales.count
        meanCount = network.probeChannels
    }

    /// Why the last run that failed did so: memory is exhausted, or an operation was refused. The
    /// results of such a run are not numbers.
    public var failure: InferenceError? { lastFailure.withLock { $0 } }

    /// Logits, one row for each image.
    /// - Parameter planes: of each image its plane of `size` x `size` values 0...255, or of colour
    ///   its three planes, one after the other.
    public func logits(of planes: [Float], size: Int) -> [[Float]] {
        Self.rows(run(planes, size: size, means: nil, maxima: nil), of: outputs)
    }

    /// The same, and of each image the means over space at ``FoldedNetwork/probes``, one probe
    /// after the other.
    public func logitsAndMeans(
        of planes: [Float], size: Int
    ) -> (logits: [[Float]], means: [[Float]]) {
        var logits: [Float] = []
        let count = planes.count / (self.planes * size * size) * meanCount
        let means = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            logits = run(planes, size: size, means: buffer.baseAddress, maxima: nil)
            initialized = count
        }
        return (Self.rows(logits, of: outputs), Self.rows(means, of: meanCount))
    }

    private static func rows(_ values: [Float], of width: Int) -> [[Float]] {
        guard width > 0 else { return [] }
        return stride(from: 0, to: values.count, by: width).map {
            Array(values[$0 ..< $0 + width])
        }
    }

    /// Raises `ranges` to the largest magnitudes of the outputs of all layers, by name, after
    /// addition and activation. Of a float32 network.
    public func observe(_ planes: [Float], size: Int, raising ranges: inout [String: Double]) {
        var maxima = graph.names.map { ranges[$0] ?? 0 }
        maxima.withUnsafeMutableBufferPointer {
            _ = run(planes, size: size, means: nil, maxima: $0.baseAddress)
        }
        for (name, largest) in zip(graph.names, maxima) { ranges[name] = largest }
    }

    private func run(
        _ values: [Float], size: Int, means: UnsafeMutablePointer<Float>?,
        maxima: UnsafeMutablePointer<Double>?
    ) -> [Float] {
        precondition(
            size > 0 && values.count % (planes * size * size) == 0,
            "expected \(planes) planes of \(size) x \(size) an image, got \(values.count) values")
        let count = values.count / (planes * size * size)
        return [Float](unsafeUninitializedCapacity: count * outputs) { buffer, initialized in
            defer { initialized = count * outputs }
            guard count > 0 else { return }
            values.withUnsafeBufferPointer { values in
                var images = cs_images(
                    planes: values.baseAddress, bytes: nil, count: Int64(count),
                    height: Int32(size), width: Int32(size))
                let results = [buffer.baseAddress]
                results.withUnsafeBufferPointer { results in
                    var written = cs_outputs(
                        results: results.baseAddress, means: means, maxima: maxima)
                    let status = scoring.graph_run(graph.handle, &images, 0, &written)
                    guard status != CS_OK else { return }
                    lastFailure.withLock { $0 = .last }
                    buffer.initialize(repeating: .nan)
                    means?.update(repeating: .nan, count: count * meanCount)
                }
            }
        }
    }
}

extension FoldedNetwork {
    /// Channels of the outputs of all probes, together.
    public var probeChannels: Int {
        probes.reduce(0) { sum, name in sum + (self[name].map(channels) ?? 0) }
    }

    private func channels(of layer: Layer) -> Int {
        if let weights = layer.weights { return weights.bias.count }
        let inputs = layer.inputs.map { self[$0].map(channels) ?? inputChannels }
        return layer.operation == .concatenate ? inputs.reduce(0, +) : inputs.first ?? 0
    }
}
