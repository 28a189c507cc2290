import Networks
import Torch

extension StateMismatch {
    /// Holds the layers before the head against a checkpoint.
    ///
    /// `num_batches_tracked` may be missing, as in files older than PyTorch 0.4.1. Tensors inside
    /// the layers that the network does not have make it another network.
    /// - Parameter place: where the network lies in the file; `nil` where no layer was found.
    init(
        path: String, network: Network, state: StateDict, place: CheckpointWeights.Place?
    ) {
        let body = network.body
        guard let place else {
            let expected = body.map(\.path)
            self.init(
                path: path, missing: expected, extra: state.names, misshaped: [],
                advice: Advice(
                    "Expected a \(network.name) with the names of "
                        + (network.name.hasPrefix("resnet")
                            ? "torchvision, timm or Hugging Face." : "torchvision.")
                        + Self.kind(of: state, prefix: "").map { " " + $0 }.joined()))
            return
        }
        var missing: [String] = []
        var misshaped: [String] = []
        var known: Set<String> = []
        for parameter in body {
            let (name, shape) = (parameter.path, parameter.shape)
            let own = place.name(of: name)
            known.insert(own)
            guard let raw = state[own] else {
                if !name.hasSuffix(".num_batches_tracked") { missing.append(own) }
                continue
            }
            if raw.shape != shape, !network.isGrey(raw.shape, of: parameter) {
                misshaped.append("\(own): found \(raw.shape), expected \(shape)")
            }
        }
        let layers = Set(body.map { place.prefix + Self.first(place.names.name($0.path)) + "." })
        let extra = state.names.filter { name in
            !known.contains(name) && layers.contains { name.hasPrefix($0) }
        }
        let others = Architecture.allCases.filter { architecture in
            let other = architecture.network(outputs: 1).withoutAuxiliary
            guard other.name != network.name,
                let place = CheckpointWeights.place(of: other, in: state)
            else { return false }
            return other.body.allSatisfy {
                $0.path.hasSuffix(".num_batches_tracked")
                    || state[place.name(of: $0.path)]?.shape == $0.shape
            } && (other.body.count > body.count || !missing.isEmpty)
        }
        let advice: [Advice] =
            others.map { "It fits \(setting: "architecture") \($0.rawValue)." }
            + Self.kind(of: state, prefix: place.prefix).map { Advice($0) }
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
        return []
    }
}
