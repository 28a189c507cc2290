public import Foundation
import Evaluation
public import Mien

extension ParticipantTable {
    /// The first columns of a table file; the features follow, named "modality.name".
    private static let fixedNames = [
        "participant", "corpus", "group", "split", "label", "score", "gender", "age",
    ]

    /// Writes the table as csv; empty fields are missing values.
    public func csv() -> String {
        var text = CSV.line(Self.fixedNames + columns.map { "\($0.modality.rawValue).\($0.name)" })
        for (participant, row) in zip(participants, values) {
            let fixed: [String?] = [
                participant.id, participant.corpus, participant.group,
                participant.split?.rawValue, participant.label.map { $0 ? "1" : "0" },
                participant.score.map(Self.text), participant.gender?.rawValue,
                participant.age.map(Self.text),
            ]
            text += CSV.line(fixed + row.map { $0.isFinite ? Self.text($0) : nil })
        }
        return text
    }

    /// Reads a table that ``csv()`` or another program wrote; the columns stand in any order.
    ///
    /// A group that is not named is the participant.
    /// - Throws: `DataError` for a file that is no table, and for a field that is not its column's.
    public init(contentsOf url: URL) throws(DataError) {
        let reader = try LineReader(path: url.path)
        let header = try reader.header()
        let lowered = header.names.map { $0.lowercased() }
        for name in ["participant", "corpus"] {
            _ = try header.require(name, "the \(name) of each row")
        }
        let found = try Self.featureColumns(of: header, besides: Self.fixedNames, url)
        let (positions, columns) = (found.map(\.position), found.map(\.column))
        var fixed: [String: Int] = [:]
        for name in Self.fixedNames { fixed[name] = lowered.firstIndex(of: name) }
        var participants: [Participant] = []
        var values: [[Double]] = []
        while let bytes = try reader.next() {
            let row = try TableRow(
                fields: try reader.fields(of: bytes), names: header.names, file: url.path,
                line: reader.line)
            participants.append(try row.participant(fixed))
            var numbers: [Double] = []
            numbers.reserveCapacity(positions.count)
            for position in positions { numbers.append(try row.number(position) ?? .nan) }
            values.append(numbers)
        }
        guard !participants.isEmpty else {
            throw DataError(
                .empty, file: url.path, found: "a header alone", expected: "a row a participant")
        }
        self.init(participants: participants, columns: columns, values: values)
    }

    /// The shortest text that reads as the number again; whole numbers without a point.
    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}

/// A row of a table file, with its place for messages.
struct TableRow {
    let fields: [String]
    let names: [String]
    let file: String
    let line: Int

    init(fields: [String], names: [String], file: String, line: Int) throws(DataError) {
        guard fields.count == names.count else {
            throw DataError(
                .row, file: file, line: line, found: "\(fields.count) fields",
                expected: "\(names.count), as the header has")
        }
        (self.fields, self.names, self.file, self.line) = (fields, names, file, line)
    }

    /// The text of a column; `nil` where it is empty or there is no such column.
    func text(_ position: Int?) -> String? {
        position.flatMap { fields[$0].isEmpty ? nil : fields[$0] }
    }

    func number(_ position: Int?) throws(DataError) -> Double? {
        guard let position, let text = text(position) else { return nil }
        switch NumberField(text.utf8) {
        case .number(let value): return value
        case .missing: return nil
        case .invalid: throw fault(position, expected: "a number, or nothing")
        }
    }

    func fault(_ position: Int, expected: String) -> DataError {
        DataError(
            .row, file: file, line: line, column: names[position],
            found: fields[position].quoted(), expected: expected)
    }

    fileprivate func participant(_ fixed: [String: Int]) throws(DataError) -> Participant {
        guard let position = fixed["participant"], let id = text(position),
            let corpus = text(fixed["corpus"])
        else {
            throw DataError(
                .row, file: file, line: line, column: "participant",
                found: "a row without a participant or corpus", expected: "both")
        }
        var split: Split?
        if let position = fixed["split"], let name = text(position) {
            split = Split(name: name)
            if split == nil { throw fault(position, expected: "train, valid or test") }
        }
        var gender: Participant.Gender?
        if let position = fixed["gender"], let name = text(position) {
            gender = Participant.Gender(rawValue: name.lowercased())
            if gender == nil { throw fault(position, expected: "female or male") }
        }
        var label: Bool?
        if let position = fixed["label"], let value = try number(position) {
            guard value == 0 || value == 1 else { throw fault(position, expected: "0 or 1") }
            label = value == 1
        }
        return Participant(
            id: id, corpus: corpus, group: text(fixed["group"]), split: split, label: label,
            score: try number(fixed["score"]), gender: gender, age: try number(fixed["age"]))
    }
}
