extension String {
    /// The text on one line, safe for a terminal: control characters, line separators and marks
    /// that turn the direction of writing appear as `\xNN` or `\u{NNNN}`.
    var printable: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
        return unicodeScalars.reduce(into: "") { result, scalar in
            guard scalar.isUnprintable else {
                result.unicodeScalars.append(scalar)
                return
            }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result +=
                scalar.value < 256
                ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{" + digits + "}"
        }
    }

    /// In quotes, printable, at most `limit` characters of it; "nothing" for the empty text.
    func quoted(limit: Int = 40) -> String {
        guard !isEmpty else { return "nothing" }
        let shown = String(unicodeScalars.prefix(limit)).printable
        return "\"\(shown)\(unicodeScalars.count > limit ? "..." : "")\""
    }
}

extension Sequence<String> {
    /// The first of them, printable, and how many more there are: "a, b, c and 4 more".
    func listed(limit: Int = 8, separator: String = ", ") -> String {
        let all = Array(self)
        let shown = all.prefix(limit).map { name in
            name.isEmpty ? "(no name)" : String(name.quoted(limit: 200).dropFirst().dropLast())
        }.joined(separator: separator)
        return all.count > limit ? "\(shown) and \(all.count - limit) more" : shown
    }
}

extension Unicode.Scalar {
    fileprivate var isUnprintable: Bool {
        switch value {
        case 0x20 ... 0x7E: false
        case 0 ... 0x9F, 0x200E ... 0x200F, 0x2028 ... 0x202E, 0x2066 ... 0x2069, 0xFEFF: true
        default: false
        }
    }
}
