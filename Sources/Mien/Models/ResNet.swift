public import Torch

// Deep Residual Learning for Image Recognition
// Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun, CVPR 2016, arXiv:1512.03385
//
// The 18 and 34 layer networks of table 1 with projection shortcuts where sizes change (option B),
// parameter names as in torchvision. Departure: the head has as many outputs as asked for.

/// Two 3x3 convolutions around which the input is added (figure 2 of the paper).
struct BasicBlock: Module {
    let conv1: Conv2d
    let bn1: BatchNorm2d
    let conv2: Conv2d
    let bn2: BatchNorm2d
    let downsample: Projection?

    /// - Parameter places: both convolutions, and that of the shortcut where there is a third.
    init(_ places: [ConvolutionPlace], seeds: inout SeedSequence) {
        conv1 = Conv2d(places[0], seed: seeds.next())
        bn1 = BatchNorm2d(channels: places[0].outputs)
        conv2 = Conv2d(places[1], seed: seeds.next())
        bn2 = BatchNorm2d(channels: places[1].outputs)
        downsample = places.count > 2 ? Projection(places[2], seed: seeds.next()) : nil
    }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let hidden = bn1.rectified(conv1(input), training: training)
        return bn2.rectified(
            conv2(hidden), adding: downsample?(input, training: training) ?? input,
            training: training)
    }

    func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        Torch.visit(path, ["conv1": conv1, "bn1": bn1, "conv2": conv2, "bn2": bn2], body)
        if let downsample { Torch.visit(path, ["downsample": downsample], body) }
    }
}

/// The 1x1 convolution that matches a shortcut to its block's output.
struct Projection: Module {
    let conv: Conv2d
    let bn: BatchNorm2d

    init(_ place: ConvolutionPlace, seed: UInt64?) {
        conv = Conv2d(place, seed: seed)
        bn = BatchNorm2d(channels: place.outputs)
    }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        bn(conv(input), training: training)
    }

    func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        Torch.visit(path, ["0": conv, "1": bn], body)
    }
}

/// A residual network for images [N, 3, H, W], H and W at least 32. Grey ones may come as
/// [N, 1, H, W] and stand for three equal channels.
public struct ResNet: Module {
    /// The layers of table 1.
    public enum Depth: String, Sendable, CaseIterable, Codable {
        case resnet18
        case resnet34
    }

    public let depth: Depth
    let conv1: Conv2d
    let bn1: BatchNorm2d
    let stages: [[BasicBlock]]
    public let fc: Linear

    /// A network with random weights, or with zeros where others are to take their place.
    /// - Parameters:
    ///   - outputs: of the head (two in the paper this project follows).
    ///   - seed: all initial weights are a function of it; `nil` for zeros.
    public init(_ depth: Depth, outputs: Int, seed: UInt64?) {
        var seeds = SeedSequence(seed)
        self.depth = depth
        conv1 = Conv2d(Depth.stem, seed: seeds.next())
        bn1 = BatchNorm2d(channels: Depth.stem.outputs)
        stages = depth.stages.map { $0.map { BasicBlock($0, seeds: &seeds) } }
        fc = Linear(inputs: Depth.features, outputs: outputs, seed: seeds.next())
    }

    /// The four groups of blocks, by their names in torchvision.
    public enum Stage: String, Sendable, CaseIterable, Codable {
        case layer1, layer2, layer3, layer4

        /// How many of the groups end with this one.
        var count: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

        /// Places along each side of what the stage gives for inputs of this side.
        public func places(imageSize: Int) -> Int {
            // The stem reduces to a quarter, each stage after the first to a half, rounded up.
            (0 ..< count + 1).reduce(imageSize) { side, _ in (side + 1) / 2 }
        }

        /// The last stage with 4 x 4 places or more: maps of fewer tell only quarters of a face
        /// apart.
        public static func lastMappable(imageSize: Int) -> Stage {
            allCases.last { $0.places(imageSize: imageSize) >= 4 } ?? .layer1
        }
    }

    /// Logits [N, outputs].
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        logits(
            from: activation(of: images, after: .layer4, training: training), after: .layer4,
            training: training)
    }

    /// What a stage gives for images; shapes below are for 224 x 224 inputs.
    package func activation(of images: Tensor, after stage: Stage, training: Bool) -> Tensor {
        precondition(
            images.shape.count == 4 && [1, 3].contains(images.shape[1]),
            "expected images [N, 3, H, W] or [N, 1, H, W], got \(images.shape)")
        let stem = images.shape[1] == 1 ? conv1.grey(images) : conv1(images)
        var x = bn1.rectifiedAndPooled(stem, training: training)  // [N, 64, 56, 56]
        for blocks in stages.prefix(stage.count) {  // [N, 64, 56, 56] ... [N, 512, 7, 7]
            for block in blocks { x = block(x, training: training) }
        }
        return x
    }

    /// Logits [N, outputs] from what a stage gave; it is left as it is.
    func logits(from activation: Tensor, after stage: Stage, training: Bool) -> Tensor {
        var x = activation
        for blocks in stages.dropFirst(stage.count) {
            for block in blocks { x = block(x, training: training) }
        }
        return fc(globalAveragePool(x))  // [N, 512] -> [N, outputs]
    }

    public func visit(_ path: String, _ body: (String, TensorRole, Tensor) -> Void) {
        Torch.visit(path, ["conv1": conv1, "bn1": bn1], body)
        for (stage, blocks) in stages.enumerated() {
            for (index, block) in blocks.enumerated() {
                Torch.visit(path, ["layer\(stage + 1).\(index)": block], body)
            }
        }
        Torch.visit(path, ["fc": fc], body)
    }

    /// The parts that can be frozen, from the input on.
    public static let freezableParts = ["stem", "layer1", "layer2", "layer3", "layer4"]

    /// Which part of the network the tensor at `path` belongs to.
    public static func part(of path: String) -> String {
        let first = String(path.prefix { $0 != "." })
        return first == "conv1" || first == "bn1" ? "stem" : first
    }
}

extension Conv2d {
    init(_ place: ConvolutionPlace, seed: UInt64?) {
        self.init(
            inputs: place.inputs, outputs: place.outputs, kernel: place.kernel,
            stride: place.stride, padding: place.padding, seed: seed)
    }
}

/// Seeds for the layers of a network, one after the other, from one seed; none from none.
struct SeedSequence {
    private let seed: UInt64?
    private var index: UInt64 = 0

    init(_ seed: UInt64?) { self.seed = seed }

    mutating func next() -> UInt64? {
        index += 1
        return seed.map { $0 &* 0x9E37_79B9_7F4A_7C15 &+ index }
    }
}
