/// Scores of the Patient Health Questionnaire: PHQ-8 (10.1016/j.jad.2008.06.026) and PHQ-9
/// (10.1046/j.1525-1497.2001.016009606.x).
public struct PHQ: Sendable, Equatable, Codable {
    /// Band of a sum by the questionnaire's authors.
    public enum Band: String, Sendable, Codable, CaseIterable {
        case minimal = "0-4"
        case mild = "5-9"
        case moderate = "10-14"
        case moderatelySevere = "15-19"
        case severe = "20 and above"

        public init(score: Double) {
            switch score {
            case ..<5: self = .minimal
            case ..<10: self = .mild
            case ..<15: self = .moderate
            case ..<20: self = .moderatelySevere
            default: self = .severe
            }
        }
    }

    /// The names of the items of PHQ-8 as label files of DAIC-WOZ have them, in order.
    public static let itemNames = [
        "NoInterest", "Depressed", "Sleep", "Tired", "Appetite", "Failure", "Concentrating",
        "Moving",
    ]

    /// Shown where item nine of PHQ-9 is above 0. The item is no score and enters no model.
    public static let help = """
        This answer speaks of thoughts of being better off dead or of self-harm. Someone who has such \
        thoughts finds help now: by the local emergency number, or by a crisis line of the country \
        (see findahelpline.com). The person in charge of the study is to be told today.
        """

    /// Items in order, 0 to 3; `nil` where one is missing. Eight or nine.
    public let items: [Int?]

    /// - Throws: `PHQError` for another number of items or an answer outside 0 to 3.
    public init(items: [Int?]) throws(PHQError) {
        guard items.count == 8 || items.count == 9 else {
            throw PHQError(item: nil, found: "\(items.count) items", expected: "8 or 9")
        }
        for (index, item) in items.enumerated() {
            if let item, !(0 ... 3).contains(item) {
                throw PHQError(item: index + 1, found: "\(item)", expected: "0 to 3")
            }
        }
        self.items = items
    }

    public var missing: Int { items.count { $0 == nil } }

    /// The sum; one missing item is replaced by the mean of the others, more give `nil`.
    public var score: Double? {
        let present = items.compactMap { $0 }
        guard missing <= 1 else { return nil }
        return Double(present.reduce(0, +)) * Double(items.count) / Double(present.count)
    }

    public var band: Band? { score.map(Band.init(score:)) }

    /// ``help`` where item nine is above 0.
    public var helpText: String? {
        guard items.count == 9, let last = items[8], last > 0 else { return nil }
        return Self.help
    }

    /// The items with the one that is missing taken from the total.
    /// - Returns: `nil` where none or several are missing, or the total leaves no answer of 0 to 3.
    public func restored(total: Int) -> PHQ? {
        guard missing == 1, let place = items.firstIndex(where: { $0 == nil }) else { return nil }
        let rest = total - items.compactMap { $0 }.reduce(0, +)
        guard (0 ... 3).contains(rest) else { return nil }
        var items = items
        items[place] = rest
        return try? PHQ(items: items)
    }
}

/// An answer that the questionnaire does not have: which item, what it is, what was expected.
public struct PHQError: Error, Sendable, Equatable, CustomStringConvertible {
    /// From 1; `nil` for the number of items.
    public let item: Int?
    public let found: String
    public let expected: String

    public var description: String {
        "\(item.map { "item \($0)" } ?? "items"): found \(found), expected \(expected)"
    }
}
