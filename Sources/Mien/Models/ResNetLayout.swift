import Torch

/// A convolution of a residual network and the batch normalisation after it: what they are called,
/// as in torchvision, and how large they are.
struct ConvolutionPlace: Equatable {
    let path: String
    let norm: String
    let inputs: Int
    let outputs: Int
    let kernel: Int
    let stride: Int
    let padding: Int

    /// [outputs, inputs, kernel, kernel]
    var weightShape: [Int] { [outputs, inputs, kernel, kernel] }
}

/// The layers of table 1 of He et al. 2016, as weights are named and shaped.
extension ResNet.Depth {
    /// Basic blocks in each of the four stages.
    var blocks: [Int] {
        switch self {
        case .resnet18: [2, 2, 2, 2]
        case .resnet34: [3, 4, 6, 3]
        }
    }

    /// Channels of what the last stage gives.
    static let features = 512
    /// Channels of what the stages before it give, together.
    static let stageMeans = 64 + 128 + 256

    static let stem = ConvolutionPlace(
        path: "conv1", norm: "bn1", inputs: 3, outputs: 64, kernel: 7, stride: 2, padding: 3)

    /// By stage and block: both convolutions, then that of the shortcut where sizes change.
    var stages: [[[ConvolutionPlace]]] {
        blocks.enumerated().map { stage, count in
            (0 ..< count).map { Self.block($0, ofStage: stage) }
        }
    }

    private static func block(_ block: Int, ofStage stage: Int) -> [ConvolutionPlace] {
        let path = "layer\(stage + 1).\(block)"
        let width = 64 << stage
        let narrows = block == 0 && stage > 0
        let (inputs, stride) = narrows ? (width / 2, 2) : (width, 1)
        var places = [
            ConvolutionPlace(
                path: "\(path).conv1", norm: "\(path).bn1", inputs: inputs, outputs: width,
                kernel: 3, stride: stride, padding: 1),
            ConvolutionPlace(
                path: "\(path).conv2", norm: "\(path).bn2", inputs: width, outputs: width,
                kernel: 3, stride: 1, padding: 1),
        ]
        if narrows {
            places.append(
                ConvolutionPlace(
                    path: "\(path).downsample.0", norm: "\(path).downsample.1", inputs: inputs,
                    outputs: width, kernel: 1, stride: stride, padding: 0))
        }
        return places
    }

    /// Every tensor that a network with this many outputs has, by path.
    package func shapes(outputs: Int) -> [(path: String, shape: [Int])] {
        var result: [(path: String, shape: [Int])] = []
        for place in [Self.stem] + stages.joined().joined() {
            result.append(("\(place.path).weight", place.weightShape))
            for name in ["weight", "bias", "running_mean", "running_var"] {
                result.append(("\(place.norm).\(name)", [place.outputs]))
            }
            result.append(("\(place.norm).num_batches_tracked", []))
        }
        return result + [("fc.weight", [outputs, Self.features]), ("fc.bias", [outputs])]
    }

    /// How many numbers a network with this many outputs learns.
    package func parameterCount(outputs: Int) -> Int {
        shapes(outputs: outputs).reduce(0) { sum, tensor in
            let isLearnt = [".weight", ".bias"].contains { tensor.path.hasSuffix($0) }
            return isLearnt ? sum + tensor.shape.reduce(1, *) : sum
        }
    }
}
