import Foundation

/// The parameters of a query; a name that the route does not have is refused.
struct Query {
    private let values: [String: String]

    init(_ exchange: Exchange, names: [String]) throws(Problem) {
        guard let values = exchange.query else {
            throw .malformed("The query has a name twice or cannot be decoded.")
        }
        guard values.keys.allSatisfy(names.contains) else {
            throw .malformed(
                "The query has a name that this path does not know: it knows "
                    + "\(names.joined(separator: ", ")).", code: "unknown_parameter")
        }
        self.values = values
    }

    func text(_ name: String) -> String? { values[name] }

    func flag(_ name: String) throws(Problem) -> Bool {
        switch values[name] {
        case nil, "false", "0": false
        case "", "true", "1": true
        default: throw .malformed("\(name): expected true or false.")
        }
    }

    func number(_ name: String, _ range: ClosedRange<Double>) throws(Problem) -> Double? {
        guard let text = values[name] else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw .malformed(
                "\(name): expected a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    func count(_ name: String, _ range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = values[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .malformed(
                "\(name): expected a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }
}
