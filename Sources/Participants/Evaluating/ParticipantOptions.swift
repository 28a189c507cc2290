import Mien

/// How an evaluation of participants divides, repeats and tests.
public struct ParticipantOptions: Sendable, Equatable, Codable {
    /// Who is held out.
    public enum Division: String, Sendable, Codable, CaseIterable {
        /// The split of the table: models learn from its training participants alone.
        case official
        /// Repeated folds with inner folds for all choices.
        case nested
        /// One corpus after the other.
        case corpus
    }

    public var division = Division.nested
    public var repeats = 5
    public var folds = 5
    public var innerFolds = 5
    public var permutations = 1000
    public var resamples = 2000
    public var seed: UInt64 = 0
    /// `nil` for all that the table has.
    public var modalities: [Modality]?
    /// "svm" and "forest" for further rows.
    public var classifiers: [String] = []
    /// Whether the label is a clinician's: a questionnaire may then predict it.
    public var hasClinicianLabel = false

    private enum CodingKeys: String, CodingKey {
        case repeats, folds, permutations, resamples, seed, modalities, classifiers
        case division = "protocol"
        case innerFolds = "inner_folds"
        case hasClinicianLabel = "clinician_label"
    }

    public init() {}

    /// - Throws: `UsageError` for a number out of range.
    func validate() throws {
        func require(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw UsageError(
                    name, found: "\(value)",
                    expected: "\(range.lowerBound) to \(range.upperBound)")
            }
        }
        try require("repeats", repeats, 1 ... 100)
        try require("folds", folds, 2 ... 50)
        try require("inner folds", innerFolds, 2 ... 20)
        try require("permutations", permutations, 0 ... 100_000)
        try require("resamples", resamples, 0 ... 100_000)
        for name in classifiers where ModalityClassifier(rawValue: name) == nil {
            throw UsageError(
                "classifiers", found: name,
                expected: ModalityClassifier.allCases.map(\.rawValue).joined(separator: " or "))
        }
    }
}
