public import Foundation
public import Mien

extension ParticipantTable {
    /// What a file of further columns added to a table.
    public struct Joined: Sendable, Equatable {
        public let columns: Int
        /// Participants of the table without a row in the file: their values are missing.
        public let without: Int
        /// Rows of the file whose participant is not in the table.
        public let unknown: Int
    }

    /// Adds the columns of a csv file: embeddings of words, or what another program computed.
    ///
    ///     participant,corpus,text.minilm_1,text.minilm_2
    ///
    /// Columns have names such as ``csv()`` writes. A file without a column corpus is joined by the
    /// participant alone.
    /// - Throws: `DataError` for a participant in two rows, a column that the table has already, and
    ///   a file that has none of the table's participants.
    @discardableResult
    public mutating func join(columnsOf url: URL) throws(DataError) -> Joined {
        let reader = try LineReader(path: url.path)
        let header = try reader.header()
        let key = try header.require("participant", "the participant of each row")
        let corpus = header.index(of: "corpus")
        let found = try Self.featureColumns(of: header, besides: ["participant", "corpus"], url)
        for (position, column) in found {
            let isKnown = columns.contains {
                $0.modality == column.modality && $0.name == column.name
            }
            if isKnown {
                throw DataError(
                    .mismatch, file: url.path, line: header.line, column: header.names[position],
                    found: "a column that the table has already", expected: "further columns")
            }
        }
        var rows: [String: (line: Int, values: [Double])] = [:]
        while let bytes = try reader.next() {
            let row = try TableRow(
                fields: try reader.fields(of: bytes), names: header.names, file: url.path,
                line: reader.line)
            guard let id = row.text(key) else {
                throw row.fault(key, expected: "the participant's name")
            }
            let name = corpus == nil ? id : "\(row.text(corpus) ?? "")\n\(id)"
            if let first = rows[name] {
                throw DataError(
                    .row, file: url.path, line: reader.line, column: "participant",
                    found: "\(id.quoted()), who is in line \(first.line) as well",
                    expected: "one row a participant")
            }
            var numbers: [Double] = []
            for (position, _) in found { numbers.append(try row.number(position) ?? .nan) }
            rows[name] = (reader.line, numbers)
        }
        let names = participants.map { corpus == nil ? $0.id : "\($0.corpus)\n\($0.id)" }
        let used = Set(names).intersection(rows.keys)
        let absent = [Double](repeating: .nan, count: found.count)
        let joined = zip(names, values).map { $1 + (rows[$0]?.values ?? absent) }
        let first = participants[0]
        guard !used.isEmpty else {
            throw DataError(
                .mismatch, file: url.path,
                found: "\(rows.count) participants, none of whom is in the table",
                expected: "participants such as \(first.id.quoted())"
                    + (corpus == nil ? "" : " of \(first.corpus.quoted())"))
        }
        let without = names.count { rows[$0] == nil }
        self = ParticipantTable(
            participants: participants, columns: columns + found.map(\.column), values: joined)
        return Joined(columns: found.count, without: without, unknown: rows.count - used.count)
    }

    /// The columns of a file that are features, each with its position.
    static func featureColumns(
        of header: CSVHeader, besides fixed: [String], _ url: URL
    ) throws(DataError) -> [(position: Int, column: FeatureColumn)] {
        let lowered = header.names.map { $0.lowercased() }
        if let twice = lowered.indices.first(where: { lowered[..<$0].contains(lowered[$0]) }) {
            throw DataError(
                .unknownForm, file: url.path, line: header.line, column: header.names[twice],
                found: "two columns of this name", expected: "one")
        }
        var columns: [(position: Int, column: FeatureColumn)] = []
        for (position, name) in header.names.enumerated()
        where !fixed.contains(lowered[position]) {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, let modality = Modality(rawValue: parts[0].lowercased()) else {
                throw DataError(
                    .unknownForm, file: url.path, line: header.line, column: name,
                    found: "a column \(name.quoted())",
                    expected: "a name such as face.au12_mean, that begins with one of "
                        + Modality.allCases.map(\.rawValue).joined(separator: ", "))
            }
            columns.append((position, FeatureColumn(name: parts[1], modality: modality)))
        }
        return columns
    }
}
