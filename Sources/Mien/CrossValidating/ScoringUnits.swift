/// The unit that a figure counts once.
public enum ScoringUnit: String, CaseIterable, Codable, Sendable {
    /// The frames of one sequence with one label: their probabilities are averaged.
    case sequence
    case image
}

/// The rows of each unit of a labelling.
package struct ScoringUnits: Sendable, Equatable {
    package let kind: ScoringUnit
    /// Positions in the labelling, by the first of each unit.
    package let members: [[Int]]

    private struct Key: Hashable {
        let sequence: String
        let emotion: Emotion
    }

    /// - Parameter kind: `nil` stands for sequences where all rows have one.
    /// - Throws: `DataError` where sequences are asked for and the data does not name them.
    package init(
        _ kind: ScoringUnit?, of rows: LabelledSubset, in dataset: Dataset, _ known: RowGroups
    ) throws(DataError) {
        let nameless = rows.indices.filter { known.sequences[$0] == nil }
        if kind == .sequence, let first = nameless.first {
            throw DataError(
                .request, file: dataset.name,
                found: "\(nameless.count) of \(rows.count) rows without a sequence, such as "
                    + "\(dataset.samples[first].id)",
                expected: "a sequence for each row",
                advice: "Name it in a column of a manifest, or count images.")
        }
        let chosen = kind ?? (nameless.isEmpty ? .sequence : .image)
        self.kind = chosen
        guard chosen == .sequence else {
            members = rows.indices.indices.map { [$0] }
            return
        }
        var members: [[Int]] = []
        var unitOfKey: [Key: Int] = [:]
        for (position, row) in rows.indices.enumerated() {
            let key = Key(
                sequence: known.sequences[row] ?? "", emotion: rows.emotions[position])
            if let unit = unitOfKey[key] {
                members[unit].append(position)
            } else {
                unitOfKey[key] = members.count
                members.append([position])
            }
        }
        self.members = members
    }

    /// The mean of the rows of each unit.
    /// - Parameters:
    ///   - rows: class probabilities, one row for each row of the labelling.
    ///   - members: positions in `rows`, of each unit at least one.
    package static func means(of rows: [[Float]], _ members: [[Int]]) -> [[Float]] {
        members.map { positions in
            guard positions.count > 1 else { return rows[positions[0]] }
            return rows[positions[0]].indices.map { column in
                let sum = positions.reduce(0.0) { $0 + Double(rows[$1][column]) }
                return Float(sum / Double(positions.count))
            }
        }
    }
}
