// Facial expression recognition from scratch, the paper's related work.
//
// Three stages of a 5x5 convolution and a max pooling, one hidden layer with dropout: the form that
// did best of twenty in Shin, Kim, Kwon, "Baseline CNN structure analysis for facial expression
// recognition", RO-MAN 2016. Channels and sizes are Mien's own.

extension Network {
    /// Images have a side of 48 pixels: the hidden layer reads 6 x 6 positions.
    static func shallowCNN(outputs: Int, inputChannels: Int = 1) -> Network {
        var network = Network(name: "shallow_cnn", inputChannels: inputChannels)
        var (last, channels) = (input, inputChannels)
        for (stage, width) in [32, 64, 128].enumerated() {
            let first = 3 * stage
            last = network.add(
                "features.\(first)",
                .convolution(
                    .init(inputs: channels, outputs: width, kernel: 5, padding: 2, hasBias: true)),
                last)
            last = network.add("features.\(first + 1)", .relu, last)
            last = network.add("features.\(first + 2)", .maxPool(.init(2, stride: 2)), last)
            channels = width
        }
        last = network.add("flatten", .flatten, last)
        last = network.add("classifier.0", .linear(inputs: 128 * 6 * 6, outputs: 512), last)
        last = network.add("classifier.1", .relu, last)
        last = network.add("classifier.2", .dropout(0.5), last)
        network.add("classifier.3", .linear(inputs: 512, outputs: outputs), last)
        return network
    }
}
