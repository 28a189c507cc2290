import Foundation
import Mien
import Yams

/// Values of a YAML file, with errors that name the line.
struct SweepFile {
    private let path: String

    init(_ path: String) { self.path = path }

    func error(
        _ node: Node?, _ found: String, _ expected: String, _ advice: String
    ) -> UsageError {
        let place = node?.mark.map { ":\($0.line)" } ?? ""
        return UsageError(path + place, found: found, expected: expected, advice: Advice(advice))
    }

    /// The entries of a mapping in their order, each name once.
    func pairs(_ node: Node?, _ name: String) throws(UsageError) -> [(name: String, value: Node)] {
        guard let mapping = node?.mapping else {
            throw error(node, "\(name) without entries", "entries such as learning-rate: 1e-3", "")
        }
        var pairs: [(String, Node)] = []
        for (key, value) in mapping {
            guard let text = key.scalar?.string else {
                throw error(key, "\(name) with a key that is no text", "names of options", "")
            }
            guard !pairs.contains(where: { $0.0 == text }) else {
                throw error(key, "\(text) twice in \(name)", "it once", "")
            }
            pairs.append((text, value))
        }
        return pairs
    }

    /// The entries of a mapping, whose keys are all known.
    func entries(
        _ node: Node?, _ name: String, keys: [String]
    ) throws(UsageError) -> [String: Node] {
        var entries: [String: Node] = [:]
        for (key, value) in try pairs(node, name) {
            guard keys.contains(key) else {
                throw error(
                    value, "\(key) in \(name)", "one of \(keys.joined(separator: ", "))", "")
            }
            entries[key] = value
        }
        return entries
    }

    /// A scalar as it stands in the file: 1e-3 stays so.
    func text(_ node: Node, _ name: String) throws(UsageError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else {
            throw error(node, "\(name) without a value", "a number or a word", "")
        }
        return text
    }

    /// A scalar, or a list of them.
    func list(_ node: Node, _ name: String) throws(UsageError) -> [String] {
        guard let sequence = node.sequence else { return [try text(node, name)] }
        var values: [String] = []
        for value in sequence { values.append(try text(value, name)) }
        guard !values.isEmpty else {
            throw error(node, "\(name) with an empty list", "at least one value", "")
        }
        return values
    }

    func number(
        _ node: Node, _ name: String, in range: ClosedRange<Int>
    ) throws(UsageError) -> Int {
        let text = try text(node, name)
        guard let number = Int(text), range.contains(number) else {
            throw error(
                node, "\(name): \(text)",
                "a whole number from \(range.lowerBound)"
                    + (range.upperBound == .max ? "" : " to \(range.upperBound)"), "")
        }
        return number
    }

    func choice<Value>(_ node: Node?, _ name: String) throws(UsageError) -> Value?
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        guard let node else { return nil }
        let text = try text(node, name)
        guard let value = Value(rawValue: text) else {
            let isTest = text.lowercased().contains("test")
            throw error(
                node, "\(name): \(text)",
                "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))",
                isTest
                    ? "A sweep never chooses on test rows: measure the chosen run once by "
                        + "mien evaluate." : "")
        }
        return value
    }

    /// A list of values, or one of `choice`, `uniform` and `log-uniform`.
    func distribution(_ node: Node, _ name: String) throws(UsageError)
        -> SweepParameter.Distribution
    {
        guard node.mapping != nil else { return .choice(try distinct(node, name)) }
        let pairs = try pairs(node, name)
        guard pairs.count == 1, let (kind, value) = pairs.first else {
            throw error(node, "\(name) with \(pairs.count) entries", "one distribution", "")
        }
        switch kind {
        case "choice": return .choice(try distinct(value, name))
        case "uniform": return .uniform(try range(value, name, above: -.infinity))
        case "log-uniform": return .logUniform(try range(value, name, above: 0))
        default:
            throw error(
                value, "\(name): \(kind)", "a list, choice, uniform or log-uniform", "")
        }
    }

    private func distinct(_ node: Node, _ name: String) throws(UsageError) -> [String] {
        let values = try list(node, name)
        guard Set(values).count == values.count else {
            throw error(node, "\(name) with a value twice", "each value once", "")
        }
        return values
    }

    private func range(
        _ node: Node, _ name: String, above limit: Double
    ) throws(UsageError) -> ClosedRange<Double> {
        let ends = try list(node, name).map { Double($0) ?? .nan }
        guard ends.count == 2, ends[0] < ends[1], ends[0] > limit, ends[1].isFinite else {
            throw error(
                node, "\(name) with no range",
                "two numbers, the smaller first"
                    + (limit == 0 ? ", above 0" : ""), "")
        }
        return ends[0] ... ends[1]
    }

    /// `epochs` or `steps`, and `keep`: one in so many goes on.
    func rungs(_ node: Node) throws(UsageError) -> SweepRecipe.Rungs {
        let entries = try entries(node, "halving", keys: ["epochs", "steps", "keep-one-in"])
        let units = SweepRecipe.Rungs.Unit.allCases.filter { entries[$0.rawValue] != nil }
        guard units.count == 1, let unit = units.first, let list = entries[unit.rawValue] else {
            throw error(node, "halving without its rungs", "epochs: [1, 3, 9] or steps: [...]", "")
        }
        let lengths = try self.list(list, "halving: \(unit.rawValue)").map { Int($0) ?? 0 }
        guard lengths.count >= 2, lengths[0] >= 1,
            zip(lengths, lengths.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw error(
                list, "halving: \(unit.rawValue) that do not ascend",
                "at least two whole numbers, ascending", "")
        }
        let reduction = try entries["keep-one-in"].map { node throws(UsageError) in
            try number(node, "keep-one-in", in: 2 ... 100)
        }
        return .init(lengths: lengths, unit: unit, reduction: reduction ?? 3)
    }
}
