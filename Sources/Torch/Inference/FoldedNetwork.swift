/// A residual network of basic blocks as it is when it only scores grey images.
///
/// The stem is a 4x4 convolution of stride 1 over cells of 2x2 pixels, which equals the 7x7 one of
/// stride 2 and padding 3 and is several times cheaper: see ``PixelScaling``.
public struct FoldedNetwork {
    /// A residual block with folded batch norms.
    public struct Block {
        public var first: FoldedConvolution
        public var second: FoldedConvolution
        public var shortcut: FoldedConvolution?

        public init(
            first: FoldedConvolution, second: FoldedConvolution, shortcut: FoldedConvolution?
        ) {
            self.first = first
            self.second = second
            self.shortcut = shortcut
        }
    }

    /// Over four channels, or over eight, of which four say where the image is.
    public var stem: FoldedConvolution
    public var blocks: [Block]
    public var headWeight: [Float]  // [outputs, inputs]
    public var headBias: [Float]  // [outputs]
    public let pixels: PixelScaling

    public init(
        stem: FoldedConvolution, blocks: [Block], headWeight: [Float], headBias: [Float],
        pixels: PixelScaling
    ) {
        self.stem = stem
        self.blocks = blocks
        self.headWeight = headWeight
        self.headBias = headBias
        self.pixels = pixels
    }

    /// The stem, then of each block both convolutions and the one of its shortcut.
    public var convolutions: [FoldedConvolution] {
        [stem] + blocks.flatMap { [$0.first, $0.second] + ($0.shortcut.map { [$0] } ?? []) }
    }

    /// Channels of what the stages before the last put out, together.
    public var stageMeanCount: Int {
        blocks.reduce(0) { $0 + ($1.shortcut.map { $0.weight.shape[1] } ?? 0) }
    }

    /// The same network with each convolution, in the order of ``convolutions``, made another.
    public func mapConvolutions(
        _ transform: (_ index: Int, FoldedConvolution) throws -> FoldedConvolution
    ) rethrows -> FoldedNetwork {
        var result = self
        result.stem = try transform(0, stem)
        var index = 1
        for number in blocks.indices {
            result.blocks[number].first = try transform(index, blocks[number].first)
            result.blocks[number].second = try transform(index + 1, blocks[number].second)
            index += 2
            if let shortcut = blocks[number].shortcut {
                result.blocks[number].shortcut = try transform(index, shortcut)
                index += 1
            }
        }
        return result
    }

    /// With int8 weights; `outputRanges` are the largest magnitudes of the outputs, in the order
    /// of ``convolutions``.
    public func quantized(outputRanges: [Double]) -> FoldedNetwork {
        precondition(
            outputRanges.count == convolutions.count,
            "expected \(convolutions.count) ranges, got \(outputRanges.count)")
        return mapConvolutions { index, convolution in
            var result = convolution.quantized()
            result.outputRange = outputRanges[index]
            return result
        }
    }

    public var isQuantized: Bool { stem.weight.dtype == .int8 }
}
