import CEngine
import CScoring
import Foundation

/// Runs a residual network that only scores: batch normalisation, ReLU and addition are part of
/// the convolutions, weights lie as oneDNN wants them, and large batches are worked on a few
/// images at a time. One call does a whole batch. It does without libtorch.
///
/// Any number of threads may use it at once.
public final class InferenceEngine: Sendable {
    private let handle: Handle
    private let outputs: Int
    private let meanCount: Int
    private let convolutionCount: Int

    /// The network behind the C header, which guards itself.
    private struct Handle: @unchecked Sendable {
        let network: cs_network
    }

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

    /// Sets the threads that scoring uses.
    public static func setThreadCount(_ count: Int) {
        precondition(count > 0, "thread count must be positive, got \(count)")
        scoring.set_threads(Int32(count))
    }

    /// Packs the weights of `network`, which is not needed after.
    ///
    /// In int8 the network must be quantised. Otherwise int8 weights are taken for the numbers
    /// that they stand for.
    /// - Parameter size: side of the images that it packs for; others can be scored too.
    /// - Returns: `nil` where oneDNN has no such operations for this processor after all.
    public init?(_ network: FoldedNetwork, dtype: DType, size: Int) {
        precondition(Self.supports(dtype), "this processor cannot score in \(dtype)")
        let convolutions = network.convolutions
        // Blocks of numbers and of bytes, so that the pointers into them hold for the whole call.
        let numbers = convolutions.flatMap { $0.factors + $0.bias }
        let shortcuts = network.blocks.map { $0.shortcut != nil }
        var handle: cs_network?
        let status = Self.withBytes(of: convolutions.map(\.weight.bytes)) { weights in
            numbers.withUnsafeBufferPointer { numbers in
                var place = numbers.baseAddress
                let entries = zip(convolutions, weights).map { convolution, weight in
                    let (factors, count) = (place, convolution.factors.count)
                    place = place?.advanced(by: 2 * count)
                    return cs_convolution(
                        weight: weight, dtype: convolution.weight.dtype.rawValue,
                        outputs: Int32(convolution.weight.shape[0]),
                        inputs: Int32(convolution.weight.shape[1]),
                        kernel: Int32(convolution.weight.shape[2]),
                        stride: Int32(convolution.stride), padding: Int32(convolution.padding),
                        factors: factors, bias: factors?.advanced(by: count),
                        output_range: convolution.outputRange)
                }
                return entries.withUnsafeBufferPointer { entries in
                    shortcuts.withUnsafeBufferPointer { shortcuts in
                        network.headWeight.withUnsafeBufferPointer { headWeight in
                            network.headBias.withUnsafeBufferPointer { headBias in
                                var description = cs_description(
                                    dtype: dtype.rawValue, convolutions: entries.baseAddress,
                                    convolution_count: Int32(entries.count),
                                    has_shortcut: shortcuts.baseAddress,
                                    block_count: Int32(shortcuts.count),
                                    head_weight: headWeight.baseAddress,
                                    head_bias: headBias.baseAddress,
                                    outputs: Int32(headBias.count),
                                    pixel_scale: network.pixels.scale,
                                    pixel_offset: network.pixels.offset,
                                    input_range: network.pixels.range, size: Int32(size))
                                return scoring.network_create(&handle, &description)
                            }
                        }
                    }
                }
            }
        }
        guard status == CS_OK, let handle else { return nil }
        self.handle = Handle(network: handle)
        outputs = network.headBias.count
        meanCount = network.stageMeanCount
        convolutionCount = convolutions.count
    }

    deinit { scoring.network_free(handle.network) }

    /// Calls `body` with the addresses of all of these bytes.
    private static func withBytes<Result>(
        of blocks: [Data], _ addresses: [UnsafeRawPointer?] = [],
        _ body: ([UnsafeRawPointer?]) -> Result
    ) -> Result {
        guard addresses.count < blocks.count else { return body(addresses) }
        return blocks[addresses.count].withUnsafeBytes {
            withBytes(of: blocks, addresses + [$0.baseAddress], body)
        }
    }

    /// Stops the program with oneDNN's words: a refused operation is a programmer's error, or
    /// memory is exhausted.
    private static func check(_ status: cs_status, _ operation: StaticString = #function) {
        guard status != CS_OK else { return }
        fatalError("\(operation): \(scoring.last_error().map { String(cString: $0) } ?? "")")
    }

    /// Logits, one row for each image.
    /// - Parameter planes: images of `size` x `size` grey values, 0...255, one after the other.
    public func logits(of planes: [Float], size: Int) -> [[Float]] {
        Self.rows(run(planes, size: size, means: nil, maxima: nil), of: outputs)
    }

    /// The same, and of each image the means over space of what the stages before the last put
    /// out: ``FoldedNetwork/stageMeanCount`` numbers, one stage after the other.
    public func logitsAndStageMeans(
        of planes: [Float], size: Int
    ) -> (logits: [[Float]], means: [[Float]]) {
        var logits: [Float] = []
        let count = planes.count / (size * size) * meanCount
        let means = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            logits = run(planes, size: size, means: buffer.baseAddress, maxima: nil)
            initialized = count
        }
        return (Self.rows(logits, of: outputs), Self.rows(means, of: meanCount))
    }

    private static func rows(_ values: [Float], of width: Int) -> [[Float]] {
        stride(from: 0, to: values.count, by: width).map { Array(values[$0 ..< $0 + width]) }
    }

    /// Raises `ranges` to the largest magnitudes of the convolutions' outputs, after what is added
    /// to them and the ReLU, in the order of ``FoldedNetwork/convolutions``. Of a float32 network.
    public func observe(_ planes: [Float], size: Int, raising ranges: inout [Double]) {
        precondition(
            ranges.count == convolutionCount,
            "expected \(convolutionCount) ranges, got \(ranges.count)")
        ranges.withUnsafeMutableBufferPointer {
            _ = run(planes, size: size, means: nil, maxima: $0.baseAddress)
        }
    }

    private func run(
        _ planes: [Float], size: Int, means: UnsafeMutablePointer<Float>?,
        maxima: UnsafeMutablePointer<Double>?
    ) -> [Float] {
        precondition(
            size >= 32 && planes.count % (size * size) == 0,
            "expected planes of \(size) x \(size), at least 32, got \(planes.count) values")
        let count = planes.count / (size * size)
        return [Float](unsafeUninitializedCapacity: count * outputs) { buffer, initialized in
            if count > 0 {
                Self.check(
                    scoring.network_run(
                        handle.network, planes, Int64(count), Int64(size), buffer.baseAddress,
                        means, maxima))
            }
            initialized = count * outputs
        }
    }
}
