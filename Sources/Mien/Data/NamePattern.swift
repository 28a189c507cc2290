/// A regular expression that reads something from the names of images: its first group, or else the
/// whole match.
struct NamePattern {
    let text: String
    private let regex: Regex<AnyRegexOutput>

    /// - Parameter purpose: what it reads: "subject", "label".
    /// - Throws: `DataError` for a pattern that is none.
    init(_ text: String, for purpose: String) throws(DataError) {
        self.text = text
        do {
            regex = try Regex(text)
        } catch {
            throw DataError(
                .request, found: "the \(purpose) pattern \(text)",
                expected: "a regular expression, such as ^(S\\d+)_")
        }
    }

    /// Looks at the last part of a path, then at all of it.
    /// - Returns: `nil` where neither fits.
    func value(in path: String) -> String? {
        let last = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
        guard let match = last.firstMatch(of: regex) ?? path.firstMatch(of: regex) else {
            return nil
        }
        let group = match.output.count > 1 ? match.output[1].substring : nil
        return (group ?? match.output[0].substring).map(String.init)
    }
}
