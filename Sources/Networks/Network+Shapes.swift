extension Network {
    /// What each node puts out for one square image: [C, H, W], or [C] where space is gone.
    ///
    /// Nodes of a second head are left out where the image is too small for them.
    /// - Throws: `NetworkError` where an image of this size is too small, or does not fit the head.
    public func shapes(imageSize: Int) throws(NetworkError) -> [String: [Int]] {
        var shapes = [Self.input: [inputChannels, imageSize, imageSize]]
        let scoring = Set(scoringNodes.map(\.name))
        for node in nodes {
            let inputs = node.inputs.compactMap { shapes[$0] }
            guard inputs.count == node.inputs.count else { continue }
            do {
                shapes[node.name] = try node.shape(of: inputs, in: name)
            } catch {
                if scoring.contains(node.name) { throw error }
            }
        }
        return shapes
    }

    /// Multiplications with an addition that one image takes, as torchvision counts them:
    /// convolutions and linear layers of what the logits depend on.
    public func multiplyAdds(imageSize: Int) throws(NetworkError) -> Int {
        let shapes = try shapes(imageSize: imageSize)
        return scoringNodes.reduce(0) { $0 + $1.multiplyAdds(shapes[$1.name] ?? []) }
    }

    /// Whether images of this size are large enough for the second head; false without one.
    public func hasAuxiliary(imageSize: Int) -> Bool {
        guard let auxiliaryOutput, let shapes = try? shapes(imageSize: imageSize) else {
            return false
        }
        return shapes[auxiliaryOutput] != nil
    }
}

extension Network.Node {
    fileprivate func multiplyAdds(_ shape: [Int]) -> Int {
        switch operation {
        case .convolution(let convolution):
            shape.reduce(1, *) * convolution.weightShape.dropFirst().reduce(1, *)
        case .transposedConvolution(let convolution):
            shape.reduce(1, *) * convolution.inputs
        case .linear(let inputs, let outputs): inputs * outputs
        default: 0
        }
    }

    /// What the node puts out: [C, H, W], or [C] where space is gone.
    func shape(
        of inputs: [[Int]], in network: String
    ) throws(NetworkError) -> [Int] {
        func problem(_ found: String, _ expected: String) -> NetworkError {
            NetworkError(network: network, node: name, found: found, expected: expected)
        }
        let first = inputs[0]
        /// Positions that a window has along one side.
        func positions(
            _ side: Int, _ window: Int, _ stride: Int, _ padding: Int
        ) throws(NetworkError) -> Int {
            guard side + 2 * padding >= window else {
                throw problem(
                    "\(side) x \(side) positions", "\(window - 2 * padding) and more: larger images"
                )
            }
            return (side + 2 * padding - window) / stride + 1
        }
        func pooled(_ window: Window) throws(NetworkError) -> [Int] {
            // For its error.
            _ = try positions(min(first[1], first[2]), window.side, window.stride, window.padding)
            return [first[0]] + first[1 ... 2].map(window.positions(along:))
        }
        func require(channels: Int) throws(NetworkError) {
            guard first[0] == channels else {
                throw problem("\(first[0]) channels", "\(channels)")
            }
        }
        switch operation {
        case .convolution(let convolution):
            try require(channels: convolution.inputs)
            return [
                convolution.outputs,
                try positions(
                    first[1], convolution.kernel.height, convolution.stride,
                    convolution.padding.height),
                try positions(
                    first[2], convolution.kernel.width, convolution.stride,
                    convolution.padding.width),
            ]
        case .transposedConvolution(let convolution):
            try require(channels: convolution.inputs)
            return [
                convolution.outputs, first[1] * convolution.kernel.height,
                first[2] * convolution.kernel.width,
            ]
        case .batchNorm(let channels, _):
            try require(channels: channels)
            return first
        case .relu, .sigmoid, .dropout: return first
        case .maxPool(let window), .averagePool(let window, _): return try pooled(window)
        case .adaptiveAveragePool(let side): return [first[0], side, side]
        case .globalAveragePool: return [first[0]]
        case .add:
            guard inputs.allSatisfy({ $0 == first }) else {
                throw problem("\(inputs)", "inputs of one shape")
            }
            return first
        case .concatenate:
            guard inputs.allSatisfy({ $0.dropFirst() == first.dropFirst() }) else {
                throw problem("\(inputs)", "inputs of one height and width")
            }
            return [inputs.reduce(0) { $0 + $1[0] }] + first.dropFirst()
        case .flatten: return [first.reduce(1, *)]
        case .linear(let inputs, let outputs):
            guard first == [inputs] else {
                throw problem(
                    "\(first.reduce(1, *)) values", "\(inputs): images of another size")
            }
            return [outputs]
        }
    }
}
