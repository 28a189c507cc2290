import Torch

extension ResNet {
    /// The network as it scores grey images that are normalised so.
    func folded(_ normalization: Normalization) -> FoldedNetwork {
        let pixels = PixelScaling(normalization)
        return FoldedNetwork(
            stem: pixels.stem(FoldedConvolution(conv1, bn1)),
            blocks: stages.joined().map { block in
                FoldedNetwork.Block(
                    first: FoldedConvolution(block.conv1, block.bn1),
                    second: FoldedConvolution(block.conv2, block.bn2),
                    shortcut: block.downsample.map { FoldedConvolution($0.conv, $0.bn) })
            },
            headWeight: fc.weight, headBias: fc.bias, pixels: pixels)
    }
}

extension PixelScaling {
    init(_ normalization: Normalization) {
        self.init(
            mean: normalization.mean.map(Double.init),
            deviation: normalization.standardDeviation.map(Double.init))
    }
}
