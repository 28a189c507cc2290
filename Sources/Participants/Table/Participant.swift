public import Mien

/// A person in a study, with what is known besides the features.
public struct Participant: Sendable, Equatable, Codable {
    /// The name or number that the corpus gives the person.
    public let id: String
    /// The corpus: "daic-woz", "e-daic" or the name of a manifest. One person may be in several.
    public let corpus: String
    /// Participants of one group never stand on both sides of a split; the id where none is given.
    public let group: String
    public var split: Split?
    /// The proxy label; `nil` where it is not known.
    public var label: Bool?
    /// The sum of the questionnaire, for PHQ-8 from 0 to 24.
    public var score: Double?
    public var gender: Gender?
    /// In years.
    public var age: Double?

    /// As the corpus records it.
    public enum Gender: String, Sendable, Codable, CaseIterable { case female, male }

    public init(
        id: String, corpus: String, group: String? = nil, split: Split? = nil, label: Bool? = nil,
        score: Double? = nil, gender: Gender? = nil, age: Double? = nil
    ) {
        self.id = id
        self.corpus = corpus
        self.group = group ?? id
        self.split = split
        self.label = label
        self.score = score
        self.gender = gender
        self.age = age
    }
}
