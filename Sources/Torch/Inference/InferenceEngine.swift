import CTorch

/// Runs a residual network that only scores: batch normalisation, ReLU and addition are part of
/// the convolutions, weights lie as oneDNN wants them, and large batches are worked on a few
/// images at a time. One call does a whole batch.
///
/// It belongs to the thread that works with it.
public final class InferenceEngine {
    private let handle: ct_engine
    private let outputs: Int
    private let convolutionCount: Int

    /// Whether this libtorch and processor run networks in `dtype` (float32, bfloat16 or int8)
    /// this way.
    public static func supports(_ dtype: DType) -> Bool { ct.engine_supports(dtype.rawValue) }

    /// Packs the weights of `network`, which is not needed after.
    ///
    /// In int8 the network must be quantised. Otherwise int8 weights are taken for the numbers
    /// that they stand for.
    public init(_ network: FoldedNetwork, dtype: DType) {
        precondition(Self.supports(dtype), "this libtorch or processor cannot score in \(dtype)")
        let convolutions = network.convolutions
        // One block of numbers, so that the pointers into it hold for the length of the call.
        let numbers = convolutions.flatMap { $0.factors + $0.bias }
        let shortcuts = network.blocks.map { $0.shortcut != nil }
        var handle: ct_engine?
        let status = numbers.withUnsafeBufferPointer { numbers in
            var place = numbers.baseAddress
            let entries = convolutions.map { convolution in
                let factors = place
                place = place?.advanced(by: convolution.factors.count * 2)
                return ct_convolution(
                    weight: convolution.weight.handle, factors: factors,
                    bias: factors?.advanced(by: convolution.factors.count),
                    stride: Int32(convolution.stride), padding: Int32(convolution.padding),
                    output_range: convolution.outputRange)
            }
            return entries.withUnsafeBufferPointer { entries in
                shortcuts.withUnsafeBufferPointer { shortcuts in
                    var description = ct_network(
                        dtype: dtype.rawValue, convolutions: entries.baseAddress,
                        convolution_count: Int32(entries.count),
                        has_shortcut: shortcuts.baseAddress, block_count: Int32(shortcuts.count),
                        head_weight: network.headWeight.handle, head_bias: network.headBias.handle,
                        pixel_scale: network.pixels.scale, pixel_offset: network.pixels.offset,
                        input_range: network.pixels.range)
                    return withExtendedLifetime(network) { ct.engine_create(&handle, &description) }
                }
            }
        }
        check(status)
        guard let handle else { preconditionFailure("libtorch gave no engine") }
        self.handle = handle
        outputs = network.headBias.count
        convolutionCount = convolutions.count
    }

    deinit { ct.engine_free(handle) }

    /// Logits, one row for each image.
    /// - Parameter planes: images of `size` x `size` grey values, 0...255, one after the other.
    public func logits(of planes: [Float], size: Int) -> [[Float]] {
        let values = run(planes, size: size, maxima: nil)
        return stride(from: 0, to: values.count, by: outputs).map {
            Array(values[$0 ..< $0 + outputs])
        }
    }

    /// Raises `ranges` to the largest magnitudes of the convolutions' outputs, after what is added
    /// to them and the ReLU, in the order of ``FoldedNetwork/convolutions``.
    public func observe(_ planes: [Float], size: Int, raising ranges: inout [Double]) {
        precondition(
            ranges.count == convolutionCount,
            "expected \(convolutionCount) ranges, got \(ranges.count)")
        ranges.withUnsafeMutableBufferPointer {
            _ = run(planes, size: size, maxima: $0.baseAddress)
        }
    }

    private func run(
        _ planes: [Float], size: Int, maxima: UnsafeMutablePointer<Double>?
    ) -> [Float] {
        precondition(
            size >= 32 && planes.count % (size * size) == 0,
            "expected planes of \(size) x \(size), at least 32, got \(planes.count) values")
        let count = planes.count / (size * size)
        return [Float](unsafeUninitializedCapacity: count * outputs) { buffer, initialized in
            if count > 0 {
                check(
                    ct.engine_run(
                        handle, planes, Int64(count), Int64(size), buffer.baseAddress, maxima))
            }
            initialized = count * outputs
        }
    }
}
