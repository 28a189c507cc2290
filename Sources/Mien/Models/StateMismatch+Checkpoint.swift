import Torch

extension StateMismatch {
    /// Holds the layers before the head against a checkpoint.
    ///
    /// `num_batches_tracked` may be missing, as in files older than PyTorch 0.4.1. Tensors inside
    /// the layers that the network does not have make it another network.
    /// - Parameter place: where the network lies in the file; `nil` where no layer was found.
    init(
        path: String, depth: ResNet.Depth, state: StateDict, place: CheckpointWeights.Place?
    ) {
        let shapes = depth.shapes(outputs: 1).filter { !$0.path.hasPrefix("fc.") }
        guard let place else {
            let expected = shapes.map(\.path)
            self.init(
                path: path, missing: expected, extra: state.names, misshaped: [],
                advice: "Expected a ResNet with the names of torchvision, timm or Hugging Face."
                    + Self.kind(of: state, prefix: "").map { " " + $0 }.joined())
            return
        }
        var missing: [String] = []
        var misshaped: [String] = []
        var known: Set<String> = []
        for (name, shape) in shapes {
            let own = place.name(of: name)
            known.insert(own)
            guard let raw = state[own] else {
                if !name.hasSuffix(".num_batches_tracked") { missing.append(own) }
                continue
            }
            let isGrey = name == "conv1.weight" && raw.shape == [shape[0], 1, shape[2], shape[3]]
            if raw.shape != shape, !isGrey {
                misshaped.append("\(own): found \(raw.shape), expected \(shape)")
            }
        }
        let layers = Set(shapes.map { place.prefix + Self.first(place.names.name($0.path)) + "." })
        let extra = state.names.filter { name in
            !known.contains(name) && layers.contains { name.hasPrefix($0) }
        }
        let others = ResNet.Depth.allCases.filter { other in
            guard other != depth, let place = CheckpointWeights.place(of: other, in: state) else {
                return false
            }
            return other.shapes(outputs: 1).allSatisfy { name, shape in
                name.hasPrefix("fc.") || name.hasSuffix(".num_batches_tracked")
                    || state[place.name(of: name)]?.shape == shape
            }
                && (other.shapes(outputs: 1).count > depth.shapes(outputs: 1).count
                    || !missing.isEmpty)
        }
        let advice =
            others.map { "It fits --architecture \($0.rawValue)." }
            + Self.kind(of: state, prefix: place.prefix)
        self.init(
            path: path, missing: missing, extra: extra, misshaped: misshaped,
            advice: advice.joined(separator: " "))
    }

    private static func first(_ name: String) -> String { String(name.prefix { $0 != "." }) }

    /// Sentences about networks that are near.
    private static func kind(of state: StateDict, prefix: String) -> [String] {
        if let stem = state["\(prefix)conv1.weight"], stem.shape.count == 4, stem.shape[3] == 3 {
            return ["Its stem is of 3 x 3, that of a ResNet for CIFAR, which Mien does not have."]
        }
        if state["\(prefix)conv1.0.weight"] != nil {
            return ["Its stem has several convolutions, which Mien's networks do not have."]
        }
        if state["\(prefix)layer1.0.conv3.weight"] != nil {
            return ["It has bottleneck blocks (ResNet-50 and deeper), which Mien does not have."]
        }
        return []
    }
}
