import Networks

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

extension ConvolutionPlace {
    /// `nil` for a node that is no convolution with batch normalisation after it.
    fileprivate init?(_ node: Network.Node, in network: Network) {
        guard case .convolution(let convolution) = node.operation,
            let norm = network.readers(of: node.name).first
        else { return nil }
        self.init(
            path: node.name, norm: norm.name, inputs: convolution.inputs,
            outputs: convolution.outputs, kernel: convolution.kernel.width,
            stride: convolution.stride, padding: convolution.padding.width)
    }
}

/// The layers of a residual network of basic blocks, as scoring packs them.
extension Architecture {
    var isBasicResNet: Bool { self == .resnet18 || self == .resnet34 }

    var stem: ConvolutionPlace {
        let network = network(outputs: 1)
        guard let node = network.firstConvolution, let place = ConvolutionPlace(node, in: network)
        else { preconditionFailure("expected a residual network, got \(rawValue)") }
        return place
    }

    /// By stage and block: both convolutions, then that of the shortcut where sizes change.
    var stages: [[[ConvolutionPlace]]] {
        let network = network(outputs: 1)
        var stages: [[[ConvolutionPlace]]] = []
        var last = ["", ""]
        for node in network.nodes {
            // layer2.0.conv1: stage, block, layer.
            let path = node.name.split(separator: ".").prefix(2).map(String.init)
            guard path[0].hasPrefix("layer"), let place = ConvolutionPlace(node, in: network)
            else { continue }
            if path[0] != last[0] {
                stages.append([[]])
            } else if path != last {
                stages[stages.count - 1].append([])
            }
            last = path
            let stage = stages.count - 1
            stages[stage][stages[stage].count - 1].append(place)
        }
        return stages
    }
}
