import Common
import Inference
import Networks
import Torch

/// Quantised networks as files hold them: of each layer int8 weights `NAME.weight`, with
/// `NAME.weight_scale` [outputs] that the levels of each output channel are multiplied with,
/// `NAME.bias` [outputs] and `NAME.output_range` [1], the largest magnitude of the output on the
/// calibration images. The head stays in float32.
extension FoldedNetwork {
    /// - Parameter network: that this one was folded from.
    func state(of network: Network) -> StateDict {
        var state = StateDict()
        let quantized = Set(quantizable.map(\.name))
        for node in network.scoringNodes {
            guard let weights = self[node.name]?.weights else { continue }
            guard quantized.contains(node.name) else {
                state["\(node.name).weight"] = RawTensor(
                    weights.weight.floats, shape: weights.weight.shape)
                state["\(node.name).bias"] = RawTensor(numbers: weights.bias)
                continue
            }
            state["\(node.name).weight"] = weights.weight
            state["\(node.name).weight_scale"] = RawTensor(numbers: weights.factors)
            state["\(node.name).bias"] = RawTensor(numbers: weights.bias)
            state["\(node.name).output_range"] = RawTensor(numbers: [weights.outputRange])
        }
        return state
    }

    /// - Throws: `ModelFileError` where a tensor is missing or of another type or shape.
    init(_ state: StateDict, card: ModelCard, path: String) throws {
        try self.init(card.network, probes: card.probes, pixels: PixelScaling(card)) { form, _ in
            try FoldedConvolution(state, form, path)
        }
    }
}

extension FoldedConvolution {
    fileprivate init(
        _ state: StateDict, _ form: FoldedNetwork.WeightForm, _ path: String
    ) throws(ModelFileError) {
        let name = form.name
        func numbers(_ suffix: String, _ count: Int) throws(ModelFileError) -> [Double] {
            try state.tensor("\(name).\(suffix)", .float32, [count], path).floats.map(Double.init)
        }
        func magnitudes(_ suffix: String, _ count: Int) throws(ModelFileError) -> [Double] {
            let numbers = try numbers(suffix, count)
            guard let place = numbers.firstIndex(where: { $0 < 0 }) else { return numbers }
            throw ModelFileError(
                path: path,
                reason: "\(name).\(suffix): element \(place) is \(numbers[place]), expected 0 or "
                    + "more",
                advice: "Make it again from the float model with mien quantize.")
        }
        let weight = try state.tensor(
            "\(name).weight", form.isHead ? .float32 : .int8, form.shape, path)
        self.init(
            weight: weight,
            factors: form.isHead
                ? [Double](repeating: 1, count: form.outputs)
                : try magnitudes("weight_scale", form.outputs),
            bias: try numbers("bias", form.outputs), stride: form.stride, padding: form.padding,
            outputRange: form.isHead ? 0 : try magnitudes("output_range", 1)[0])
    }
}

extension StateDict {
    fileprivate func tensor(
        _ name: String, _ dtype: DType, _ shape: [Int], _ path: String
    ) throws(ModelFileError) -> RawTensor {
        let found = self[name].map { "\($0.dtype) \($0.shape)" } ?? "nothing"
        guard let raw = self[name], raw.dtype == dtype, raw.shape == shape else {
            throw ModelFileError(
                path: path, reason: "\(name): found \(found), expected \(dtype) \(shape)",
                advice: "Make it again from the float model with mien quantize.")
        }
        return raw
    }
}

extension RawTensor {
    fileprivate init(numbers: [Double]) {
        self.init(numbers.map(Float.init), shape: [numbers.count])
    }
}
