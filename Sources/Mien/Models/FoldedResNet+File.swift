import Torch

/// A convolution of a folded residual network: what it is called and how large it is.
private struct ConvolutionPlace {
    let path: String
    let inputs: Int
    let outputs: Int
    let kernel: Int
    let stride: Int
    let padding: Int

    var weight: String { "\(path).weight" }
    /// [outputs]: what the levels of each output channel are multiplied with.
    var scale: String { "\(path).weight_scale" }
    var bias: String { "\(path).bias" }
    /// [1]: the largest magnitude of the output on the calibration images.
    var outputRange: String { "\(path).output_range" }

    /// In the order of `FoldedNetwork.convolutions`, by block; the stem is a block of its own.
    static func blocks(of depth: ResNet.Depth, stemInputs: Int) -> [[ConvolutionPlace]] {
        var result = [
            [
                ConvolutionPlace(
                    path: "conv1", inputs: stemInputs, outputs: 64, kernel: 4, stride: 1,
                    padding: 0)
            ]
        ]
        for (stage, blocks) in depth.blocks.enumerated() {
            for block in 0 ..< blocks {
                let path = "layer\(stage + 1).\(block)"
                let width = 64 << stage
                let narrows = block == 0 && stage > 0
                let (inputs, stride) = narrows ? (width / 2, 2) : (width, 1)
                result.append([
                    ConvolutionPlace(
                        path: "\(path).conv1", inputs: inputs, outputs: width, kernel: 3,
                        stride: stride, padding: 1),
                    ConvolutionPlace(
                        path: "\(path).conv2", inputs: width, outputs: width, kernel: 3,
                        stride: 1, padding: 1),
                ])
                guard narrows else { continue }
                result[result.count - 1].append(
                    ConvolutionPlace(
                        path: "\(path).downsample.0", inputs: inputs, outputs: width, kernel: 1,
                        stride: stride, padding: 0))
            }
        }
        return result
    }
}

/// Quantised networks as files hold them: int8 weights with a scale for each output channel, biases
/// and head in float32.
extension FoldedNetwork {
    func state(of depth: ResNet.Depth) -> StateDict {
        var state = StateDict()
        let places = ConvolutionPlace.blocks(of: depth, stemInputs: stem.weight.shape[1]).joined()
        for (place, convolution) in zip(places, convolutions) {
            state[place.weight] = RawTensor(convolution.weight)
            state[place.scale] = RawTensor(numbers: convolution.factors)
            state[place.bias] = RawTensor(numbers: convolution.bias)
            state[place.outputRange] = RawTensor(numbers: [convolution.outputRange])
        }
        state["fc.weight"] = RawTensor(headWeight)
        state["fc.bias"] = RawTensor(headBias)
        return state
    }

    /// - Throws: `ModelFileError` where a tensor is missing or of another type or shape.
    init(_ state: StateDict, card: ModelCard, path: String) throws(ModelFileError) {
        let pixels = PixelScaling(card.normalization)
        var blocks: [[FoldedConvolution]] = []
        for places in ConvolutionPlace.blocks(
            of: card.architecture, stemInputs: pixels.isUniform ? 4 : 8)
        {
            var block: [FoldedConvolution] = []
            for place in places {
                block.append(try FoldedConvolution(state, place, path))
            }
            blocks.append(block)
        }
        self.init(
            stem: blocks[0][0],
            blocks: blocks.dropFirst().map {
                Block(first: $0[0], second: $0[1], shortcut: $0.count > 2 ? $0[2] : nil)
            },
            headWeight: try state.tensor("fc.weight", .float32, [card.classes.count, 512], path),
            headBias: try state.tensor("fc.bias", .float32, [card.classes.count], path),
            pixels: pixels)
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
        self.init(
            weight: try state.tensor(
                place.weight, .int8, [place.outputs, place.inputs, place.kernel, place.kernel],
                path),
            factors: try numbers(place.scale, place.outputs),
            bias: try numbers(place.bias, place.outputs), stride: place.stride,
            padding: place.padding, outputRange: try numbers(place.outputRange, 1)[0])
    }
}

extension StateDict {
    fileprivate func tensor(
        _ name: String, _ dtype: DType, _ shape: [Int], _ path: String
    ) throws(ModelFileError) -> Tensor {
        let found = self[name].map { "\($0.dtype) \($0.shape)" } ?? "nothing"
        guard let raw = self[name], raw.dtype == dtype, raw.shape == shape else {
            throw ModelFileError(
                path: path, reason: "\(name): found \(found), expected \(dtype) \(shape)",
                advice: "Make it again from the float model with mien quantize.")
        }
        return raw.tensor
    }
}

extension RawTensor {
    fileprivate init(numbers: [Double]) {
        self.init(Tensor(numbers.map(Float.init), shape: [numbers.count]))
    }
}
