import Networks
import Torch

/// The weights of a network in a checkpoint of PyTorch, whatever wrapped the network and
/// whatever its layers are called.
struct CheckpointWeights {
    /// All but the head, by torchvision's names.
    private(set) var body = StateDict()
    /// The matrix over the network's features; `nil` where there is none or several.
    private(set) var head: Head?
    /// What was renamed, changed or left, in words.
    private(set) var notes: [String] = []

    struct Head {
        /// In the file.
        let path: String
        /// Without the prefix of the network.
        let name: String
        /// [outputs, features]
        let weight: RawTensor
        let bias: RawTensor?

        var outputs: Int { weight.shape[0] }
    }

    /// Copies of a network that training keeps beside it.
    private static let copies = [
        "ema", "average", "momentum", "teacher", "target", "encoder_k", "shadow", "swa",
    ]

    /// - Parameter path: of the file, for errors.
    /// - Throws: `StateMismatch` where there is no such network, `StateDictError` for numbers that
    ///   are not finite.
    init(_ state: StateDict, of network: Network, path: String) throws {
        guard let place = Self.place(of: network, in: state) else {
            throw StateMismatch(path: path, network: network, state: state, place: nil)
        }
        notes = state.notes
        var taken: Set<String> = []
        for parameter in network.body {
            let (name, shape) = (parameter.path, parameter.shape)
            let own = place.name(of: name)
            guard var raw = state[own] else { continue }
            taken.insert(own)
            if network.isGrey(raw.shape, of: parameter), raw.dtype.isFloatingPoint {
                raw = raw.spread(overChannels: shape[1])
                notes.append("spread \(own) from one channel over three")
            }
            body[name] = raw
        }
        let mismatch = StateMismatch(path: path, network: network, state: state, place: place)
        guard mismatch.isEmpty else { throw mismatch }
        head = Self.head(of: network, in: state, at: place, except: taken)
        if let head { taken.formUnion(["\(head.path).weight", "\(head.path).bias"]) }
        try Self.requireUsable(state, taken, path)
        notes += place.notes + Self.leftOver(state, taken)
    }

    /// Where a network lies in a file.
    struct Place {
        let prefix: String
        let names: CheckpointNames

        func name(of canonical: String) -> String { prefix + names.name(canonical) }

        var notes: [String] {
            (prefix.isEmpty ? [] : ["took off the prefix \"\(prefix)\""])
                + (names.title.isEmpty ? [] : ["renamed layers (\(names.title))"])
        }
    }

    /// The place that holds most tensors of the network, the network itself before its copies.
    static func place(of network: Network, in state: StateDict) -> Place? {
        let body = network.body
        // The first layer of ResNets of all kinds has one name.
        let convolutions = body.filter { $0.shape.count == 4 }
        guard convolutions.count > 1 else { return nil }
        let anchor = convolutions[1].path
        var best: (place: Place, fit: (Int, Int, Int))?
        for names in CheckpointNames.known {
            let suffix = names.name(anchor)
            for name in state.names
            where name == suffix || name.hasSuffix("." + suffix) {
                let place = Place(prefix: String(name.dropLast(suffix.count)), names: names)
                let fitting = body.count { state[place.name(of: $0.path)]?.shape == $0.shape }
                let isCopy = place.prefix.split(separator: ".").contains { part in
                    copies.contains { part.contains($0) }
                }
                let fit = (fitting, isCopy ? 0 : 1, -place.prefix.count)
                if best.map({ $0.fit < fit }) ?? true { best = (place, fit) }
            }
        }
        return best?.place
    }

    private static func head(
        of network: Network, in state: StateDict, at place: Place, except taken: Set<String>
    ) -> Head? {
        let matrices = state.tensors.filter { name, tensor in
            !taken.contains(name) && name.hasSuffix(".weight") && tensor.shape.count == 2
                && !isOfTraining(name)
        }
        // Several are a head of layers, unless one is torchvision's.
        let chosen =
            matrices.first { $0.name == place.name(of: "\(network.output).weight") }
            ?? (matrices.count == 1 ? matrices[0] : nil)
        guard let (name, weight) = chosen, weight.shape[1] == network.features,
            weight.dtype.isFloatingPoint
        else { return nil }
        let own = String(name.dropLast(".weight".count))
        let bias = state["\(own).bias"]
        guard bias.map({ $0.shape == [weight.shape[0]] && $0.dtype.isFloatingPoint }) ?? true else {
            return nil
        }
        let short = own.hasPrefix(place.prefix) ? String(own.dropFirst(place.prefix.count)) : own
        return Head(path: own, name: short, weight: weight, bias: bias)
    }

    /// Copies and optimizers beside the network have matrices too.
    private static func isOfTraining(_ name: String) -> Bool {
        name.split(separator: ".").dropLast().contains { part in
            (copies + ["optim"]).contains { part.contains($0) }
        }
    }

    private static func requireUsable(
        _ state: StateDict, _ taken: Set<String>, _ path: String
    ) throws(StateDictError) {
        var used = StateDict()
        for (name, tensor) in state.tensors where taken.contains(name) {
            guard tensor.dtype.isFloatingPoint || name.hasSuffix("num_batches_tracked") else {
                throw StateDictError(
                    path: path,
                    reason:
                        "tensor \(name) is of \(tensor.dtype), expected floating-point numbers; "
                        + "save the network before it is quantised")
            }
            used[name] = tensor
        }
        try used.requireUsable(from: path)
    }

    private static func leftOver(_ state: StateDict, _ taken: Set<String>) -> [String] {
        let left = state.names.filter { !taken.contains($0) && $0 != "n_averaged" }
        guard !left.isEmpty else { return [] }
        return ["left out \(left.count) other tensors (\(inShort(left)))"]
    }
}

extension Network {
    /// The tensors of all layers but the heads.
    var body: [Parameter] {
        let heads = [output, auxiliaryOutput].compactMap { $0.map { $0 + "." } }
        return parameters.filter { parameter in
            !heads.contains { parameter.path.hasPrefix($0) }
        }
    }

    /// Whether a kernel of this shape is that of the first layer over one channel in place of all.
    func isGrey(_ shape: [Int], of parameter: Parameter) -> Bool {
        guard let first = firstConvolution, parameter.path == "\(first.name).weight" else {
            return false
        }
        let own = parameter.shape
        return own[1] > 1 && shape == [own[0], 1, own[2], own[3]]
    }
}

/// The first three of many names.
func inShort(_ names: [String]) -> String {
    names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ..." : "")
}

extension RawTensor {
    /// A kernel over one channel as one over equal channels, which sum to what it gave.
    fileprivate func spread(overChannels channels: Int) -> RawTensor {
        let area = shape[2] * shape[3]
        let values = floats
        let spread = (0 ..< shape[0]).flatMap { output in
            let kernel = values[output * area ..< (output + 1) * area].map { $0 / Float(channels) }
            return Array(repeatElement(kernel, count: channels).joined())
        }
        return RawTensor(spread, shape: [shape[0], channels, shape[2], shape[3]])
    }
}
