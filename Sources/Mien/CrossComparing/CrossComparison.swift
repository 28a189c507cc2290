public import Evaluation
public import Foundation

/// Models trained on each of several data sets and measured on all of them.
public struct CrossComparison: Sendable, Encodable {
    /// A model on the test rows of a data set.
    public struct Cell: Sendable, Encodable {
        /// Recipe or model.
        public let model: String
        /// The data set that it was trained on; `nil` for a given model.
        public let trainedOn: String?
        public let testedOn: String
        public let n: Int
        public let positives: Int
        public let auc, balancedAccuracy, accuracy: Estimate
        /// Accuracy of the majority class.
        public let majority: Double
        /// On the own data's test rows minus here; `nil` on the diagonal and for given models.
        public let drop: Difference?
        /// The model of this recipe that was trained on this data minus this one, on equal rows, paired.
        public let behind: Difference?
        public let shift: PriorShift
        /// Classes measured, where only those of both sides are.
        public let classes: [String]?
        /// Test rows that a given model was trained on; `nil` where that is not known.
        public let rowsTrainedOn: Int?

        enum CodingKeys: String, CodingKey {
            case model, n, positives, auc, accuracy, drop, behind, classes
            case trainedOn = "trained_on"
            case testedOn = "tested_on"
            case balancedAccuracy = "balanced_accuracy"
            case majority = "majority_accuracy"
            case shift = "prior_shift"
            case rowsTrainedOn = "test_rows_trained_on"
        }
    }

    /// How much lower two metrics are.
    public struct Difference: Sendable, Encodable {
        public let auc: Estimate
        public let balancedAccuracy: Estimate

        enum CodingKeys: String, CodingKey {
            case auc
            case balancedAccuracy = "balanced_accuracy"
        }
    }

    /// A data set as it was used.
    public struct Data: Sendable, Encodable {
        public let name: String
        public let rows: String
        public let clusters: Int?
        public let sources: [Dataset.Source]
    }

    public let data: [Data]
    public let cells: [Cell]
    public let positive: LabelMapping
    public let isMasked: Bool
    public let seed: UInt64
    public let resamples: Int
    public let threshold: Double
    public let isSynthetic: Bool
    public let command: String
    public let mienVersion: String
    let date: Date

    enum CodingKeys: String, CodingKey {
        case data, cells, seed, resamples, threshold, command
        case positive = "positive_classes"
        case isMasked = "masked"
        case isSynthetic = "synthetic"
        case mienVersion = "mien_version"
    }
}
