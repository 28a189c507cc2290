// Rethinking the Inception Architecture for Computer Vision
// Christian Szegedy, Vincent Vanhoucke, Sergey Ioffe, Jonathon Shlens, Zbigniew Wojna, CVPR 2016,
// arXiv:1512.00567
//
// Names, channels and batch-norm epsilon (0.001) as in torchvision. Departure: torchvision's
// re-scaling of ImageNet's normalisation (`transform_input`) is left to whoever prepares pixels.

extension Network {
    /// Inception-v3 for images [N, 3, H, W], H and W at least 75. The auxiliary head, which only
    /// training uses, needs 299.
    static func inceptionV3(outputs: Int, inputChannels: Int = 3) -> Network {
        var builder = InceptionBuilder(inputChannels: inputChannels)
        return builder.build(outputs: outputs)
    }
}

/// Adds the units and modules of Inception-v3 one after the other.
private struct InceptionBuilder {
    private var network: Network
    /// Channels of what each node puts out.
    private var channels: [String: Int]

    init(inputChannels: Int) {
        network = Network(name: "inception_v3", inputChannels: inputChannels)
        channels = [Network.input: inputChannels]
    }

    mutating func build(outputs: Int) -> Network {
        var last = unit("Conv2d_1a_3x3", 32, 3, from: Network.input, stride: 2)
        last = unit("Conv2d_2a_3x3", 32, 3, from: last)
        last = unit("Conv2d_2b_3x3", 64, 3, from: last, padding: 1)
        last = maxPool("maxpool1", last)
        last = unit("Conv2d_3b_1x1", 80, 1, from: last)
        last = unit("Conv2d_4a_3x3", 192, 3, from: last)
        last = maxPool("maxpool2", last)
        last = moduleA("Mixed_5b", last, pooled: 32)
        last = moduleA("Mixed_5c", last, pooled: 64)
        last = moduleA("Mixed_5d", last, pooled: 64)
        last = moduleB("Mixed_6a", last)
        for (name, width) in [("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)] {
            last = moduleC("Mixed_\(name)", last, width)
        }
        let auxiliary = auxiliaryHead(last, outputs)
        last = moduleD("Mixed_7a", last)
        last = moduleE("Mixed_7b", last)
        last = moduleE("Mixed_7c", last)
        let width = channels[last] ?? 0
        last = network.add("avgpool", .globalAveragePool, last)
        last = network.add("dropout", .dropout(0.5), last)
        network.add("fc", .linear(inputs: width, outputs: outputs), last)
        network.auxiliaryOutput = auxiliary
        return network
    }

    /// A convolution without bias, batch normalisation, ReLU.
    private mutating func unit(
        _ name: String, _ outputs: Int, _ kernel: Extent, from input: String, stride: Int = 1,
        padding: Extent = 0
    ) -> String {
        let result = network.normalized(
            "\(name).conv", "\(name).bn",
            .init(
                inputs: channels[input] ?? 0, outputs: outputs, kernel: kernel, stride: stride,
                padding: padding),
            input, epsilon: 0.001, activation: "\(name).relu")
        channels[result] = outputs
        return result
    }

    /// A unit whose padding keeps the size.
    private mutating func same(
        _ name: String, _ outputs: Int, _ kernel: Extent, from input: String
    ) -> String {
        unit(
            name, outputs, kernel, from: input,
            padding: Extent(kernel.height / 2, kernel.width / 2))
    }

    private mutating func maxPool(_ name: String, _ input: String) -> String {
        network.add(name, .maxPool(.init(3, stride: 2)), input)
        channels[name] = channels[input]
        return name
    }

    /// An average over 3x3 positions and a 1x1 unit.
    private mutating func poolBranch(_ name: String, _ input: String, _ outputs: Int) -> String {
        let pool = network.add(
            "\(name).pool", .averagePool(.init(3, stride: 1, padding: 1), countsPadding: true),
            input)
        channels[pool] = channels[input]
        return same("\(name).branch_pool", outputs, 1, from: pool)
    }

    private mutating func join(_ name: String, _ branches: [String]) -> String {
        network.add(name, .concatenate, from: branches)
        channels[name] = branches.reduce(0) { $0 + (channels[$1] ?? 0) }
        return name
    }

    /// Figure 5 of the paper, with a 5x5 convolution in one branch.
    private mutating func moduleA(_ name: String, _ input: String, pooled: Int) -> String {
        let narrow = same("\(name).branch1x1", 64, 1, from: input)
        var wide = same("\(name).branch5x5_1", 48, 1, from: input)
        wide = same("\(name).branch5x5_2", 64, 5, from: wide)
        var double = same("\(name).branch3x3dbl_1", 64, 1, from: input)
        double = same("\(name).branch3x3dbl_2", 96, 3, from: double)
        double = same("\(name).branch3x3dbl_3", 96, 3, from: double)
        return join(name, [narrow, wide, double, poolBranch(name, input, pooled)])
    }

    /// Figure 10: halves the grid.
    private mutating func moduleB(_ name: String, _ input: String) -> String {
        let single = unit("\(name).branch3x3", 384, 3, from: input, stride: 2)
        var double = same("\(name).branch3x3dbl_1", 64, 1, from: input)
        double = same("\(name).branch3x3dbl_2", 96, 3, from: double)
        double = unit("\(name).branch3x3dbl_3", 96, 3, from: double, stride: 2)
        return join(name, [single, double, maxPool("\(name).pool", input)])
    }

    /// Figure 6 with n = 7.
    private mutating func moduleC(_ name: String, _ input: String, _ width: Int) -> String {
        let (flat, tall) = (Extent(1, 7), Extent(7, 1))
        let narrow = same("\(name).branch1x1", 192, 1, from: input)
        var single = same("\(name).branch7x7_1", width, 1, from: input)
        single = same("\(name).branch7x7_2", width, flat, from: single)
        single = same("\(name).branch7x7_3", 192, tall, from: single)
        var double = same("\(name).branch7x7dbl_1", width, 1, from: input)
        double = same("\(name).branch7x7dbl_2", width, tall, from: double)
        double = same("\(name).branch7x7dbl_3", width, flat, from: double)
        double = same("\(name).branch7x7dbl_4", width, tall, from: double)
        double = same("\(name).branch7x7dbl_5", 192, flat, from: double)
        return join(name, [narrow, single, double, poolBranch(name, input, 192)])
    }

    /// Halves the grid once more.
    private mutating func moduleD(_ name: String, _ input: String) -> String {
        var single = same("\(name).branch3x3_1", 192, 1, from: input)
        single = unit("\(name).branch3x3_2", 320, 3, from: single, stride: 2)
        var double = same("\(name).branch7x7x3_1", 192, 1, from: input)
        double = same("\(name).branch7x7x3_2", 192, Extent(1, 7), from: double)
        double = same("\(name).branch7x7x3_3", 192, Extent(7, 1), from: double)
        double = unit("\(name).branch7x7x3_4", 192, 3, from: double, stride: 2)
        return join(name, [single, double, maxPool("\(name).pool", input)])
    }

    /// Figure 7.
    private mutating func moduleE(_ name: String, _ input: String) -> String {
        let (flat, tall) = (Extent(1, 3), Extent(3, 1))
        let narrow = same("\(name).branch1x1", 320, 1, from: input)
        let single = same("\(name).branch3x3_1", 384, 1, from: input)
        let singles = [
            same("\(name).branch3x3_2a", 384, flat, from: single),
            same("\(name).branch3x3_2b", 384, tall, from: single),
        ]
        var double = same("\(name).branch3x3dbl_1", 448, 1, from: input)
        double = same("\(name).branch3x3dbl_2", 384, 3, from: double)
        let doubles = [
            same("\(name).branch3x3dbl_3a", 384, flat, from: double),
            same("\(name).branch3x3dbl_3b", 384, tall, from: double),
        ]
        return join(
            name,
            [
                narrow, join("\(name).branch3x3", singles),
                join("\(name).branch3x3dbl", doubles), poolBranch(name, input, 192),
            ])
    }

    private mutating func auxiliaryHead(_ input: String, _ outputs: Int) -> String {
        let pool = network.add(
            "AuxLogits.pool", .averagePool(.init(5, stride: 3), countsPadding: true), input)
        channels[pool] = channels[input]
        var last = unit("AuxLogits.conv0", 128, 1, from: pool)
        last = unit("AuxLogits.conv1", 768, 5, from: last)
        last = network.add("AuxLogits.avgpool", .globalAveragePool, last)
        return network.add("AuxLogits.fc", .linear(inputs: 768, outputs: outputs), last)
    }
}
