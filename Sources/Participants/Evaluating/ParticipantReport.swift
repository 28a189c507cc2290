public import Evaluation
public import Foundation
import Mien

/// The results of an evaluation of participants.
public struct ParticipantReport: Sendable, Codable {
    /// Participants who were held out and are measured together.
    public struct Part: Sendable, Codable {
        /// "all participants", "valid" or "test".
        public let name: String
        public let n: Int
        public let positives: Int
        /// Modalities, then fusions, classifiers and probes.
        public let rows: [RowResult]
        /// How much better late fusion is than other rows, in AUC.
        public let fusionGains: [FusionGain]
        /// Of the fusion, or of the only modality.
        public let reliability: Reliability?
        /// What the main row says of each participant.
        public let participants: [Line]

        private enum CodingKeys: String, CodingKey {
            case name, n, positives, rows, reliability, participants
            case fusionGains = "fusion_gains"
        }

        public var modalities: [RowResult] { rows.filter { $0.kind == .modality } }
    }

    /// Late fusion minus another row.
    public struct FusionGain: Sendable, Codable, Equatable {
        public let against: String
        public let n: Int
        public let auc: Estimate
    }

    /// Calibration of the main row.
    public struct Reliability: Sendable, Codable {
        public let row: String
        public let curve: ReliabilityCurve
        public let metrics: BinaryMetrics
    }

    /// What the main row says of a participant.
    public struct Line: Sendable, Codable, Equatable {
        public let participant: String
        public let corpus: String
        public let label: Bool
        public let probability: Double
        public let score: Double?
        public let predictedScore: Double?

        private enum CodingKeys: String, CodingKey {
            case participant, corpus, label, probability, score
            case predictedScore = "predicted_score"
        }
    }

    /// A time at which labels of the test split were looked at.
    public struct Opening: Sendable, Codable, Equatable {
        public let date: String
        /// SHA-256 of the table and options, shortened.
        public let plan: String
    }

    public let table: String
    public let tableSHA256: String
    public let options: ParticipantOptions
    public let parts: [Part]
    public let notes: [String]
    /// Of the test split; empty but for the official protocol.
    public let openings: [Opening]
    public let isSynthetic: Bool
    public var command: String
    public let date: Date
    public let mienVersion: String

    private enum CodingKeys: String, CodingKey {
        case table, options, parts, notes, openings, command, date
        case tableSHA256 = "table_sha256"
        case isSynthetic = "synthetic"
        case mienVersion = "mien_version"
    }
}
