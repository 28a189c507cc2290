/// The columns of a source of evidence for all participants, which models read together.
struct FeatureBlock: Sendable {
    /// Such as "voice", or "early fusion".
    let name: String
    /// Unique names.
    let columnNames: [String]
    /// Participants.
    let count: Int
    /// Column by column; `nan` where missing.
    let values: [Double]
    /// Whether a participant has at least one value.
    let isPresent: [Bool]
    /// Whether a value of the column is missing for a participant who has others.
    let hasMissing: [Bool]

    var columns: Int { columnNames.count }

    /// - Parameter rows: one a participant, a value a column.
    init(name: String, columnNames: [String], rows: [[Double]]) {
        self.name = name
        self.columnNames = columnNames
        count = rows.count
        let presence = rows.map { row in row.contains { $0.isFinite } }
        isPresent = presence
        values = columnNames.indices.flatMap { column in
            rows.map { $0[column].isFinite ? $0[column] : .nan }
        }
        hasMissing = columnNames.indices.map { column in
            rows.indices.contains { presence[$0] && !rows[$0][column].isFinite }
        }
    }

    func row(_ participant: Int) -> [Double] {
        (0 ..< columns).map { values[$0 * count + participant] }
    }
}

extension ParticipantTable {
    /// The columns of a modality; `nil` where the table has none.
    func block(of modality: Modality) -> FeatureBlock? {
        block(modality.rawValue, of: positions(of: modality))
    }

    /// Chosen columns as one block; `nil` without any.
    func block(_ name: String, of positions: [Int]) -> FeatureBlock? {
        guard !positions.isEmpty else { return nil }
        return FeatureBlock(
            name: name, columnNames: positions.map { columns[$0].fullName },
            rows: values.map { row in positions.map { row[$0] } })
    }
}

extension FeatureColumn {
    /// "voice.f0_mean", as the head of a csv has it.
    var fullName: String { "\(modality.rawValue).\(name)" }
}
