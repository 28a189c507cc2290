/// Participants in rows, features in columns.
public struct ParticipantTable: Sendable, Equatable {
    public var participants: [Participant]
    public let columns: [FeatureColumn]
    /// One row a participant, one value a column; `nan` where a value is missing.
    public var values: [[Double]]

    /// - Precondition: `values` has a row for each participant and a value for each column.
    public init(participants: [Participant], columns: [FeatureColumn], values: [[Double]]) {
        precondition(
            values.count == participants.count
                && values.allSatisfy { $0.count == columns.count },
            "\(participants.count) participants and \(columns.count) columns expected")
        self.participants = participants
        self.columns = columns
        self.values = values
    }

    /// The columns of a modality, by position.
    public func positions(of modality: Modality) -> [Int] {
        columns.indices.filter { columns[$0].modality == modality }
    }
}

/// A source of evidence on a participant.
public enum Modality: String, Sendable, Codable, CaseIterable {
    case face, voice, text, timing, questionnaire
    /// What says nothing of a person: durations, counts, what is missing, words of the interviewer.
    /// Only probes read it.
    case probe
}

/// A feature of a participant.
public struct FeatureColumn: Sendable, Equatable, Codable {
    /// Such as "au12_mean", unique in its modality.
    public let name: String
    public let modality: Modality
    /// Such as "Hz", "s", "1/min", "share"; empty for numbers without one.
    public let unit: String
    /// Where the definition comes from, with paper or program.
    public let source: String

    public init(name: String, modality: Modality, unit: String = "", source: String = "") {
        self.name = name
        self.modality = modality
        self.unit = unit
        self.source = source
    }
}
