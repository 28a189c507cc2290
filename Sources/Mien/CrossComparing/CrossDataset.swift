import Crypto
package import Evaluation
import Foundation

/// A data set of a cross comparison: rows to train on, and rows that no model trains on.
package struct CrossDataset {
    package let name: String
    /// With training and test rows named, or told apart by this comparison.
    package let data: Dataset
    /// Labels of the rows that are measured.
    package let test: LabelledSubset
    /// Rows of one subject or sequence among these; `nil` where each stands for itself.
    package let clusters: Clusters?
    let clusterKind: RowGroups.Kind?
    /// Which rows are measured, in a sentence.
    package let note: String

    /// Share of the subjects that is measured where the data names no test rows.
    static let heldOutShare = 0.25

    /// - Parameters:
    ///   - labels: of the measured rows; `nil` for the data's default.
    ///   - grouping: what belongs together.
    package init(
        _ name: String, _ dataset: Dataset, labels: LabelProtocol?, grouping: Grouping,
        seed: UInt64
    ) throws {
        self.name = name
        let labels = labels ?? dataset.defaultProtocol
        guard labels != .ferplusVotes else { throw UsageError.softLabels }
        let labelled = try dataset.labelled(by: labels)
        if dataset.samples.contains(where: { $0.split != nil }) {
            let split = try dataset.resolve(split: "test")
            data = dataset
            test = dataset.rows(of: labelled, in: split)
            note =
                "\(name): the \(Wording.count(test.count)) rows of its own split "
                + "\(split.used?.rawValue ?? "test")."
        } else {
            let parts = try dataset.validationSplit(
                of: labelled, fraction: Self.heldOutShare, seed: seed, grouping: grouping)
            let held = Set(parts.validation.indices)
            let ids = parts.validation.indices.map { dataset.samples[$0].id }
            // No other command takes the whole data for that of these runs.
            data = dataset.divided(
                dataset.samples.indices.map { held.contains($0) ? .test : .train },
                Dataset.Source(
                    path: "without the test rows of a cross comparison",
                    sha256: SHA256.hash(data: Data(ids.joined(separator: "\n").utf8)).hexadecimal,
                    bytes: 0))
            test = parts.validation
            note =
                "\(name) names no splits: \(Wording.count(test.count)) rows, a quarter of the "
                + "subjects or else of the images, are held out by seed \(seed)."
        }
        guard test.count > 0 else {
            throw DataError(
                .request, file: dataset.name, found: "no labelled test rows",
                expected: "at least one")
        }
        let groups =
            dataset.isSynthetic
            ? nil : try data.rowGroups(grouping).groups(of: test.indices)
        clusters = groups.map { Clusters($0.numbers) }
        clusterKind = groups?.kind
    }

    /// The classes of the measured rows.
    var classes: Set<Emotion> { Set(test.emotions) }

    /// Labels of the rows that a recipe learns from.
    func training(_ recipe: Recipe) throws -> LabelledSubset {
        data.rows(
            of: try data.labelled(by: recipe.evaluationLabels),
            in: try data.resolve(split: "train"))
    }
}

/// How classes and positive share of training and test rows differ: prior shift.
public struct PriorShift: Sendable, Encodable, Equatable {
    /// Classes that the training rows alone have, and that the test rows alone have.
    public let onlyTraining, onlyTest: [String]
    /// Share of positive rows; `nil` where the training rows are not known.
    public let trainingPositives: Double?
    public let testPositives: Double

    enum CodingKeys: String, CodingKey {
        case onlyTraining = "only_training"
        case onlyTest = "only_test"
        case trainingPositives = "training_positive_share"
        case testPositives = "test_positive_share"
    }

    /// As tables say it.
    var inWords: String {
        var parts: [String] = []
        if !onlyTraining.isEmpty {
            parts.append("not tested: \(onlyTraining.joined(separator: ", "))")
        }
        if !onlyTest.isEmpty {
            parts.append("not learnt: \(onlyTest.joined(separator: ", "))")
        }
        let learnt = trainingPositives.map { Wording.decimals($0, 3) } ?? "unknown"
        parts.append("positive \(learnt) learnt, \(Wording.decimals(testPositives, 3)) tested")
        return parts.joined(separator: "; ")
    }
}
