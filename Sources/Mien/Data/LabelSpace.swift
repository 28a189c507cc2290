/// The classes that labels have, in order, and their mapping to the binary question.
public struct LabelSpace: Sendable, Equatable, Codable {
    public let classes: [Emotion]
    public let positive: LabelMapping

    /// - Throws: `DataError` unless some of the classes, and not all of them, are positive.
    public init(classes: [Emotion], positive: LabelMapping) throws(DataError) {
        let positives = classes.count(where: positive.isPositive)
        guard positive.emotions.allSatisfy(classes.contains), positives < classes.count else {
            throw DataError(
                .request, found: "\(positive.emotions.names) as the positive classes",
                expected: "some of the classes \(classes.names), and not all of them",
                advice: "Name the classes that count as positive.")
        }
        self.classes = classes
        self.positive = positive
    }

    /// Whether a class can have this name: 1 to 64 printable characters without those that lists of
    /// classes are made of.
    static func isName(_ name: String) -> Bool {
        1 ... 64 ~= name.count && name.printable() == name && Emotion.key(name) != "none"
            && !name.contains { ",=\"".contains($0) }
    }
}

extension ModelCard {
    /// The classes of the training labels and the binary question that is asked of them. Cards of
    /// earlier versions are of emotions.
    public var labelSpace: LabelSpace {
        get throws(DataError) {
            let emotions = head == .emotions ? classes.map(Emotion.init(named:)) : Emotion.allCases
            return try LabelSpace(classes: ownClasses ?? emotions, positive: positive)
        }
    }
}
