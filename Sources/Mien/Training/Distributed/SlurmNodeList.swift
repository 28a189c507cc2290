/// The host names of a list as Slurm abbreviates it: `n[01-03,7],login` stands for n01, n02, n03, n7
/// and login.
package enum SlurmNodeList {
    /// More hosts than any list that is meant has.
    static let largest = 100_000

    /// The hosts in their order; leading zeros of numbers stay.
    /// - Throws: `UsageError` for a list that is no such text.
    package static func hosts(_ text: String, variable: String) throws(UsageError) -> [String] {
        var hosts: [String] = []
        for part in try parts(text, variable) {
            hosts += try expand(part[...], variable, text)
            guard hosts.count <= largest else {
                throw wrong(text, variable, "at most \(largest) hosts")
            }
        }
        guard !hosts.isEmpty else { throw wrong(text, variable, "at least one host") }
        return hosts
    }

    private static func wrong(
        _ text: String, _ variable: String, _ expected: String
    ) -> UsageError {
        UsageError(
            variable, found: "\"\(text.prefix(200))\"",
            expected: "\(expected), in Slurm's form: n[01-04,7],login")
    }

    /// What commas outside of brackets divide.
    private static func parts(
        _ text: String, _ variable: String
    ) throws(UsageError) -> [String] {
        var parts = [""]
        var isInside = false
        for character in text {
            switch character {
            case "[" where !isInside: isInside = true
            case "]" where isInside: isInside = false
            case "[", "]": throw wrong(text, variable, "brackets in pairs")
            case "," where !isInside:
                parts.append("")
                continue
            default: break
            }
            parts[parts.count - 1].append(character)
        }
        guard !isInside, !parts.contains("") else {
            throw wrong(text, variable, "host names between commas and brackets in pairs")
        }
        return parts
    }

    /// Every combination of the numbers in brackets.
    private static func expand(
        _ part: Substring, _ variable: String, _ text: String
    ) throws(UsageError) -> [String] {
        guard let open = part.firstIndex(of: "["), let end = part[open...].firstIndex(of: "]")
        else { return [String(part)] }
        let rests = try expand(part[part.index(after: end)...], variable, text)
        var hosts: [String] = []
        for range in part[part.index(after: open) ..< end].split(
            separator: ",", omittingEmptySubsequences: false)
        {
            let ends = range.split(separator: "-", omittingEmptySubsequences: false)
            guard let low = ends.first, let first = number(low),
                let last = ends.count == 1 ? first : number(ends[1]), ends.count <= 2,
                first <= last, (last - first) * rests.count < largest
            else { throw wrong(text, variable, "numbers and rising ranges in brackets") }
            for value in first ... last {
                let digits = "\(value)"
                let zeros = String(repeating: "0", count: max(0, low.count - digits.count))
                hosts += rests.map { "\(part[..<open])\(zeros)\(digits)\($0)" }
            }
        }
        return hosts
    }

    private static func number(_ text: Substring) -> Int? {
        text.isEmpty || !text.utf8.allSatisfy { (48 ... 57).contains($0) } ? nil : Int(text)
    }
}
