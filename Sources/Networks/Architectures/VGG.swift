// Very Deep Convolutional Networks for Large-Scale Image Recognition
// Karen Simonyan, Andrew Zisserman, ICLR 2015, arXiv:1409.1556
//
// Configuration D (16 layers with weights), names as in torchvision, with or without batch
// normalisation. Departure: as in torchvision, an adaptive average pooling to 7 x 7 before the
// classifier lets other sizes than 224 x 224 through.

extension Network {
    /// Channels of the convolutions of configuration D; 0 stands for a max pooling.
    private static let configurationD = [
        64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0,
    ]

    /// VGG-16 for images [N, 3, H, W], H and W at least 32.
    /// - Parameter hasBatchNorm: one after each convolution.
    static func vgg16(
        _ name: String, hasBatchNorm: Bool, outputs: Int, inputChannels: Int = 3
    ) -> Network {
        var network = Network(name: name, inputChannels: inputChannels)
        var (last, channels, index) = (input, inputChannels, 0)
        func next() -> String {
            defer { index += 1 }
            return "features.\(index)"
        }
        for width in configurationD {
            guard width > 0 else {
                last = network.add(next(), .maxPool(.init(2, stride: 2)), last)
                continue
            }
            last = network.add(
                next(),
                .convolution(
                    .init(inputs: channels, outputs: width, kernel: 3, padding: 1, hasBias: true)),
                last)
            if hasBatchNorm {
                last = network.add(next(), .batchNorm(channels: width, epsilon: 1e-5), last)
            }
            last = network.add(next(), .relu, last)
            channels = width
        }
        last = network.add("avgpool", .adaptiveAveragePool(side: 7), last)
        last = network.add("flatten", .flatten, last)
        for (layer, sides) in [(0, (25088, 4096)), (3, (4096, 4096))] {
            last = network.add(
                "classifier.\(layer)", .linear(inputs: sides.0, outputs: sides.1), last)
            last = network.add("classifier.\(layer + 1)", .relu, last)
            last = network.add("classifier.\(layer + 2)", .dropout(0.5), last)
        }
        network.add("classifier.6", .linear(inputs: 4096, outputs: outputs), last)
        return network
    }
}
