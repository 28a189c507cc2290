// Deep Residual Learning for Image Recognition
// Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun, CVPR 2016, arXiv:1512.03385
//
// Table 1 with projection shortcuts where sizes change (option B), names and order as in torchvision.
// Departures: as in torchvision, a bottleneck strides in its 3x3 convolution; the head has as many
// outputs as asked for.

extension Network {
    /// A residual network of two 3x3 convolutions a block.
    /// - Parameters:
    ///   - name: `resnet18` or `resnet34`.
    ///   - blocks: in each of the four stages.
    static func resNet(
        _ name: String, blocks: [Int], outputs: Int, inputChannels: Int = 3
    ) -> Network {
        residual(name, blocks, outputs, inputChannels, expansion: 1) { network, path, block in
            let hidden = network.normalized(
                "\(path).conv1", "\(path).bn1",
                .init(
                    inputs: block.inputs, outputs: block.width, kernel: 3, stride: block.stride,
                    padding: 1),
                block.input, activation: "\(path).relu1")
            return network.normalized(
                "\(path).conv2", "\(path).bn2",
                .init(inputs: block.width, outputs: block.width, kernel: 3, padding: 1), hidden)
        }
    }

    /// A residual network of bottlenecks: 1x1, 3x3 and 1x1 convolutions, the last four times as wide.
    static func bottleneckResNet(
        _ name: String, blocks: [Int], outputs: Int, inputChannels: Int = 3
    ) -> Network {
        residual(name, blocks, outputs, inputChannels, expansion: 4) { network, path, block in
            var hidden = network.normalized(
                "\(path).conv1", "\(path).bn1",
                .init(inputs: block.inputs, outputs: block.width, kernel: 1), block.input,
                activation: "\(path).relu1")
            hidden = network.normalized(
                "\(path).conv2", "\(path).bn2",
                .init(
                    inputs: block.width, outputs: block.width, kernel: 3, stride: block.stride,
                    padding: 1),
                hidden, activation: "\(path).relu2")
            return network.normalized(
                "\(path).conv3", "\(path).bn3",
                .init(inputs: block.width, outputs: 4 * block.width, kernel: 1), hidden)
        }
    }

    private struct Block {
        let input: String
        let inputs: Int
        let width: Int
        let stride: Int
    }

    /// - Parameter body: adds what lies between a block's input and its addition.
    private static func residual(
        _ name: String, _ blocks: [Int], _ outputs: Int, _ inputChannels: Int, expansion: Int,
        body: (inout Network, _ path: String, Block) -> String
    ) -> Network {
        var network = Network(name: name, inputChannels: inputChannels)
        network.normalized(
            "conv1", "bn1",
            .init(inputs: inputChannels, outputs: 64, kernel: 7, stride: 2, padding: 3),
            input, activation: "relu")
        var last = network.add("maxpool", .maxPool(.init(3, stride: 2, padding: 1)), "relu")
        var channels = 64
        for (stage, count) in blocks.enumerated() {
            for index in 0 ..< count {
                let path = "layer\(stage + 1).\(index)"
                let block = Block(
                    input: last, inputs: channels, width: 64 << stage,
                    stride: index == 0 && stage > 0 ? 2 : 1)
                let widened = expansion * block.width
                let residue = body(&network, path, block)
                var shortcut = last
                if block.stride != 1 || channels != widened {
                    shortcut = network.normalized(
                        "\(path).downsample.0", "\(path).downsample.1",
                        .init(
                            inputs: channels, outputs: widened, kernel: 1, stride: block.stride),
                        last)
                }
                let sum = network.add("\(path).add", .add, residue, shortcut)
                last = network.add("\(path).relu", .relu, sum)
                channels = widened
            }
        }
        last = network.add("avgpool", .globalAveragePool, last)
        network.add("fc", .linear(inputs: channels, outputs: outputs), last)
        return network
    }

    /// A convolution without bias, its batch normalisation, and where a name is given a ReLU.
    @discardableResult
    mutating func normalized(
        _ convolution: String, _ norm: String, _ specification: ConvolutionSpecification,
        _ input: String, epsilon: Double = 1e-5, activation: String? = nil
    ) -> String {
        add(convolution, .convolution(specification), input)
        add(norm, .batchNorm(channels: specification.outputs, epsilon: epsilon), convolution)
        return activation.map { add($0, .relu, norm) } ?? norm
    }
}
