// MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications
// Andrew G. Howard and others, 2017, arXiv:1704.04861
//
// The paper's depthwise-separable block. Departures: fewer and narrower blocks for faces of 48 to 96
// pixels, so that the network stays under 0.7 million parameters.

extension Network {
    /// Images have a side of at least 16 pixels.
    static func tiny(outputs: Int, inputChannels: Int = 3) -> Network {
        var network = Network(name: "tiny", inputChannels: inputChannels)
        var last = network.normalized(
            "stem.conv", "stem.bn",
            .init(inputs: inputChannels, outputs: 32, kernel: 3, stride: 2, padding: 1), input,
            activation: "stem.relu")
        var channels = 32
        let blocks = [
            (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (256, 1), (256, 1), (512, 2),
        ]
        for (index, (width, stride)) in blocks.enumerated() {
            let path = "blocks.\(index)"
            last = network.normalized(
                "\(path).depthwise", "\(path).bn1",
                .init(
                    inputs: channels, outputs: channels, kernel: 3, stride: stride, padding: 1,
                    groups: channels),
                last, activation: "\(path).relu1")
            last = network.normalized(
                "\(path).pointwise", "\(path).bn2",
                .init(inputs: channels, outputs: width, kernel: 1), last,
                activation: "\(path).relu2")
            channels = width
        }
        last = network.add("avgpool", .globalAveragePool, last)
        network.add("fc", .linear(inputs: channels, outputs: outputs), last)
        return network
    }
}
