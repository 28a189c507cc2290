import Foundation

/// Which classes count as positive when several become two.
public struct LabelMapping: Sendable, Hashable {
    /// At least one; emotions in their order, then own classes by name.
    public let emotions: [Emotion]

    /// The paper's mapping: sad and neutral are positive, all others negative.
    public static let paper = LabelMapping(emotions: [.neutral, .sad])

    /// Sad alone is positive.
    public static let sad = LabelMapping(emotions: [.sad])

    private init(emotions: [Emotion]) { self.emotions = emotions }

    /// Reads "sad,neutral".
    /// - Parameter classes: those that there are.
    public init(
        parsing text: String, among classes: [Emotion] = Emotion.allCases
    ) throws(DataError) {
        let names = text.components(separatedBy: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        var chosen: Set<Emotion> = []
        for name in names {
            guard let emotion = Emotion(name: name, among: classes) else {
                throw DataError(
                    .request, found: "the positive class \"\(name)\"",
                    expected: "one of \(classes.names)",
                    advice: "Separate several by commas: sad,neutral.")
            }
            guard chosen.insert(emotion).inserted else {
                throw DataError(
                    .request, found: "the positive class \(emotion) twice",
                    expected: "each class once")
            }
        }
        try self.init(chosen)
    }

    public init(_ chosen: Set<Emotion>) throws(DataError) {
        guard !chosen.isEmpty, !chosen.isSuperset(of: Emotion.allCases) else {
            throw DataError(
                .request, found: "\(chosen.count) positive classes",
                expected: "1 to \(Emotion.allCases.count - 1), so that both sides have a class")
        }
        emotions = chosen.sorted {
            ($0.column ?? .max, $0.name) < ($1.column ?? .max, $1.name)
        }
    }

    /// Whether the mapping counts a class as positive.
    public func isPositive(_ emotion: Emotion) -> Bool { emotions.contains(emotion) }

    /// "sad-or-neutral": the paper's order for the paper's mapping, else the order of ``Emotion``.
    public var name: String {
        self == .paper ? "sad-or-neutral" : emotions.map(\.name).joined(separator: "-or-")
    }
}

/// Coded as the list of names.
extension LabelMapping: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(Set([Emotion](from: decoder)))
    }

    public func encode(to encoder: any Encoder) throws { try emotions.encode(to: encoder) }
}
