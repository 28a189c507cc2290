extension String {
    /// In quotes, printable, at most `limit` characters of it; "nothing" for the empty text.
    package func quoted(limit: Int = 40) -> String {
        guard !isEmpty else { return "nothing" }
        let shown = String(unicodeScalars.prefix(limit)).printable()
        return "\"\(shown)\(unicodeScalars.count > limit ? "..." : "")\""
    }
}

extension Sequence<String> {
    /// The first of them, printable, and how many more there are: "a, b, c and 4 more".
    package func listed(limit: Int = 8, separator: String = ", ") -> String {
        let all = Array(self)
        let shown = all.prefix(limit).map { name in
            name.isEmpty ? "(no name)" : String(name.quoted(limit: 200).dropFirst().dropLast())
        }.joined(separator: separator)
        return all.count > limit ? "\(shown) and \(all.count - limit) more" : shown
    }
}
