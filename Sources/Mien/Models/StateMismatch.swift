/// How the tensors of a file differ from those a network has.
public struct StateMismatch: Error, Sendable, NamesSettings {
    public let path: String
    public let missing: [String]
    public let extra: [String]
    /// "name: found [..], expected [..]"
    public let misshaped: [String]
    /// Sentences about the network that the file is of.
    let advice: Advice

    init(
        path: String, missing: [String], extra: [String], misshaped: [String], advice: Advice = ""
    ) {
        self.path = path
        self.missing = missing
        self.extra = extra
        self.misshaped = misshaped
        self.advice = advice
    }

    public var isEmpty: Bool { missing.isEmpty && extra.isEmpty && misshaped.isEmpty }

    public var message: Advice {
        let parts = [
            ("missing", missing, ", "), ("not known", extra, ", "),
            ("of another shape", misshaped, "; "),
        ].compactMap { title, names, separator -> String? in
            guard !names.isEmpty else { return nil }
            let shown = names.prefix(3).joined(separator: separator)
            return names.count > 3
                ? "\(title) \(names.count), such as \(shown)" : "\(title) \(shown)"
        }
        let advice: Advice =
            self.advice.isEmpty
            ? "Choose the architecture that the file was made for (\(setting: "architecture"))."
            : self.advice
        let differences = parts.joined(separator: "; ")
        return "\(path): the parameters do not fit the network: \(differences). \(advice)"
    }
}
