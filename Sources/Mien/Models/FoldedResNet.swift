import Networks
import Torch

extension FoldedNetwork {
    /// A network as it scores grey images that are normalised so.
    /// - Parameter state: with the tensors that `depth` has.
    init(_ depth: Architecture, _ state: StateDict, _ normalization: Normalization) {
        func tensor(_ name: String) -> RawTensor {
            guard let tensor = state[name] else { preconditionFailure("expected a tensor \(name)") }
            return tensor
        }
        func folded(_ place: ConvolutionPlace) -> FoldedConvolution {
            func vector(_ name: String) -> [Float] { tensor("\(place.norm).\(name)").floats }
            return FoldedConvolution(
                weight: tensor("\(place.path).weight"),
                .init(
                    weight: vector("weight"), bias: vector("bias"), mean: vector("running_mean"),
                    variance: vector("running_var"), epsilon: BatchNorm2d.epsilon),
                stride: place.stride, padding: place.padding)
        }
        let pixels = PixelScaling(normalization)
        self.init(
            stem: pixels.stem(folded(depth.stem)),
            blocks: depth.stages.joined().map { Block($0.map(folded)) },
            headWeight: tensor("fc.weight").floats, headBias: tensor("fc.bias").floats,
            pixels: pixels)
    }
}

extension FoldedNetwork.Block {
    /// Of both convolutions, and that of the shortcut where there is a third.
    init(_ convolutions: [FoldedConvolution]) {
        self.init(
            first: convolutions[0], second: convolutions[1],
            shortcut: convolutions.count > 2 ? convolutions[2] : nil)
    }
}

extension PixelScaling {
    init(_ normalization: Normalization) {
        self.init(
            mean: normalization.mean.map(Double.init),
            deviation: normalization.standardDeviation.map(Double.init))
    }
}
