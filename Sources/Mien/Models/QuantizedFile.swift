import Networks
import Torch

/// What a quantised convolution is called in a file.
extension ConvolutionPlace {
    fileprivate var weight: String { "\(path).weight" }
    /// [outputs]: what the levels of each output channel are multiplied with.
    fileprivate var scale: String { "\(path).weight_scale" }
    fileprivate var bias: String { "\(path).bias" }
    /// [1]: the largest magnitude of the output on the calibration images.
    fileprivate var outputRange: String { "\(path).output_range" }
}

/// Quantised networks as files hold them: int8 weights with a scale for each output channel, biases
/// and head in float32.
extension FoldedNetwork {
    /// The stem, over so many channels of cells, then of each block both convolutions and the one
    /// of its shortcut.
    private static func places(
        _ depth: Architecture, stemInputs: Int
    ) -> (stem: ConvolutionPlace, blocks: [[ConvolutionPlace]]) {
        let stem = depth.stem
        let cells = ConvolutionPlace(
            path: stem.path, norm: stem.norm, inputs: stemInputs, outputs: stem.outputs, kernel: 4,
            stride: 1, padding: 0)
        return (cells, Array(depth.stages.joined()))
    }

    func state(of depth: Architecture) -> StateDict {
        var state = StateDict()
        let places = Self.places(depth, stemInputs: stem.weight.shape[1])
        for (place, convolution) in zip([places.stem] + places.blocks.joined(), convolutions) {
            state[place.weight] = convolution.weight
            state[place.scale] = RawTensor(numbers: convolution.factors)
            state[place.bias] = RawTensor(numbers: convolution.bias)
            state[place.outputRange] = RawTensor(numbers: [convolution.outputRange])
        }
        state["fc.weight"] = RawTensor(
            headWeight, shape: [headBias.count, headWeight.count / max(headBias.count, 1)])
        state["fc.bias"] = RawTensor(headBias, shape: [headBias.count])
        return state
    }

    /// - Throws: `ModelFileError` where a tensor is missing or of another type or shape.
    init(_ state: StateDict, card: ModelCard, path: String) throws(ModelFileError) {
        let pixels = PixelScaling(card.normalization)
        let places = Self.places(card.networkArchitecture, stemInputs: pixels.isUniform ? 4 : 8)
        var blocks: [Block] = []
        for places in places.blocks {
            var convolutions: [FoldedConvolution] = []
            for place in places { convolutions.append(try FoldedConvolution(state, place, path)) }
            blocks.append(Block(convolutions))
        }
        let outputs = card.classes.count
        self.init(
            stem: try FoldedConvolution(state, places.stem, path), blocks: blocks,
            headWeight: try state.tensor(
                "fc.weight", .float32, [outputs, card.network.features], path
            ).floats,
            headBias: try state.tensor("fc.bias", .float32, [outputs], path).floats, pixels: pixels)
    }

    /// How many weights and biases there are.
    var parameterCount: Int {
        convolutions.reduce(headWeight.count + headBias.count) {
            $0 + $1.weight.count + $1.bias.count
        }
    }
}

extension FoldedConvolution {
    fileprivate init(
        _ state: StateDict, _ place: ConvolutionPlace, _ path: String
    ) throws(ModelFileError) {
        func numbers(_ name: String, _ count: Int) throws(ModelFileError) -> [Double] {
            try state.tensor(name, .float32, [count], path).floats.map(Double.init)
        }
        func magnitudes(_ name: String, _ count: Int) throws(ModelFileError) -> [Double] {
            let numbers = try numbers(name, count)
            guard let place = numbers.firstIndex(where: { $0 < 0 }) else { return numbers }
            throw ModelFileError(
                path: path,
                reason: "\(name): element \(place) is \(numbers[place]), expected 0 or more",
                advice: "Make it again from the float model with mien quantize.")
        }
        self.init(
            weight: try state.tensor(place.weight, .int8, place.weightShape, path),
            factors: try magnitudes(place.scale, place.outputs),
            bias: try numbers(place.bias, place.outputs), stride: place.stride,
            padding: place.padding, outputRange: try magnitudes(place.outputRange, 1)[0])
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
