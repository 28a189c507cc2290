/// Finds the weights in what a `.pth` file holds: a dictionary of tensors, or one inside a
/// checkpoint.
struct StateDictSearch {
    typealias Named = [(name: String, reference: TensorReference)]

    /// Where training programs keep the weights, the likeliest first.
    private static let keys = [
        "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights",
        "params", "module", "state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema",
    ]
    /// Entries with tensors of training, which are no weights.
    private static let training = ["optim", "sched", "scaler", "momentum_buffer"]
    static let advice =
        "Save the weights alone, in Python: torch.save(model.state_dict(), 'weights.pth')"

    /// Entries that may still be looked at: one dictionary may stand in thousands of places.
    private var budget = 1_000_000

    /// - Returns: the tensors by name, and under which key of a checkpoint they stood, in words.
    static func tensors(
        in root: PickleValue, of file: InputFile, passedOver: [String]
    ) throws(StateDictError) -> (tensors: Named, notes: [String]) {
        var search = StateDictSearch()
        var notes: [String] = []
        guard let found = search.find(in: root, depth: 0, &notes) else {
            let objects = passedOver.prefix(3).joined(separator: ", ")
            throw file.refused(
                "it holds \(root.kindName) without named tensors"
                    + (objects.isEmpty
                        ? ""
                        : ", and objects of \(objects)\(passedOver.count > 3 ? ", ..." : ""), "
                            + "which only their own program can make")
                    + ". \(advice)")
        }
        if !passedOver.isEmpty {
            notes.append(
                "passed over objects of \(passedOver.prefix(3).joined(separator: ", "))"
                    + (passedOver.count > 3 ? " and \(passedOver.count - 3) more classes" : ""))
        }
        let prefix = "module."
        guard found.allSatisfy({ $0.name.hasPrefix(prefix) }) else { return (found, notes) }
        notes.append("took off the prefix \"\(prefix)\"")
        return (found.map { (String($0.name.dropFirst(prefix.count)), $0.reference) }, notes)
    }

    private mutating func find(
        in value: PickleValue, depth: Int, _ notes: inout [String]
    ) -> Named? {
        guard depth < 5, let pairs = value.dictionary, pairs.count <= budget else { return nil }
        budget -= pairs.count
        var own: Named = []
        var nested: [(key: String, tensors: Named)] = []
        for (key, value) in pairs {
            guard let name = key.text else { continue }
            if case .tensor(let tensor) = value {
                own.append((name, tensor))
            } else if value.dictionary != nil,
                !Self.training.contains(where: { name.lowercased().contains($0) }),
                let found = find(in: value, depth: depth + 1, &notes)
            {
                nested.removeAll { $0.key == name }
                nested.append((name, found))
            }
        }
        let largest = nested.map(\.tensors.count).max() ?? 0
        // A tensor or two beside the weights count epochs or are a loss.
        guard largest > own.count else { return own.isEmpty ? nil : own }
        for key in Self.keys {
            guard let chosen = nested.first(where: { $0.key == key }),
                2 * chosen.tensors.count >= largest
            else { continue }
            let others = nested.filter { $0.key != key && $0.tensors.count > 1 }.map(\.key)
            if !others.isEmpty {
                notes.append(
                    "took the entry \"\(key)\"; left \(others.prefix(3).joined(separator: ", "))")
            }
            return chosen.tensors
        }
        if nested.count == 1 { return nested[0].tensors }
        return nested.flatMap { group in
            group.tensors.map { ("\(group.key).\($0.name)", $0.reference) }
        }
    }
}
