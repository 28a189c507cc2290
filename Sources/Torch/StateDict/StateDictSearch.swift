/// Finds the weights in what a `.pth` file holds: a dictionary of tensors, or one inside a
/// checkpoint.
enum StateDictSearch {
    /// Where training programs keep the weights, the likeliest first.
    private static let keys = [
        "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights",
    ]

    static func tensors(
        in root: PickleValue, of file: InputFile
    ) throws(StateDictError) -> [(name: String, reference: TensorReference)] {
        guard let found = find(in: root, depth: 0) else {
            throw file.refused(
                "it holds \(root.kindName) without named tensors. "
                    + "Save the weights alone: torch.save(model.state_dict(), path)")
        }
        let prefix = "module."
        guard found.allSatisfy({ $0.name.hasPrefix(prefix) }) else { return found }
        return found.map { (String($0.name.dropFirst(prefix.count)), $0.reference) }
    }

    private static func find(
        in value: PickleValue, depth: Int
    ) -> [(name: String, reference: TensorReference)]? {
        guard depth < 2, let pairs = value.dictionary else { return nil }
        for key in keys {
            guard let nested = pairs.last(where: { $0.key.text == key })?.value else { continue }
            if let found = find(in: nested, depth: depth + 1) { return found }
        }
        let own = pairs.compactMap { key, value -> (name: String, reference: TensorReference)? in
            guard let name = key.text, case .tensor(let tensor) = value else { return nil }
            return (name, tensor)
        }
        return own.isEmpty ? nil : own
    }
}
