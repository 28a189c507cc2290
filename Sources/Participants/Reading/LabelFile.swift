import Foundation
import Mien

/// The rows of a file of labels: splits of DAIC-WOZ and E-DAIC, and their files of items.
struct LabelFile {
    struct Entry: Equatable {
        let id: String
        let line: Int
        var label: Bool?
        var score: Double?
        var gender: Participant.Gender?
        /// As the file has it.
        var genderText: String?
        var items: [Int?]?
    }

    let path: String
    private(set) var entries: [Entry] = []
    private(set) var irregularities: [Irregularity] = []
    let names: [String]

    private struct Columns {
        let id, label, score, gender: Int?
        let items: [Int?]
    }

    /// - Parameter genderCodes: what the file's codes mean; words are always read.
    init(_ url: URL, genderCodes: [String: Participant.Gender]) throws(DataError) {
        path = url.path
        let reader = try LineReader(path: path)
        let header = try reader.header()
        try NumberRows.refusePage(header.names.first ?? "", path)
        names = header.names
        // The versions of the corpus put an 8 into some names and not into others.
        let plain = header.names.map {
            $0.lowercased().filter { $0.isLetter || ($0.isNumber && $0 != "8") }
        }
        func position(_ candidates: String...) -> Int? {
            plain.firstIndex { candidates.contains($0) }
        }
        let items = PHQ.itemNames.map { position("phq" + $0.lowercased()) }
        let columns = Columns(
            id: position("participantid", "participant", "id"),
            label: position("phqbinary"), score: position("phqscore", "phqtotal"),
            gender: position("gender"), items: items)
        guard let id = columns.id else {
            throw DataError(
                .unknownForm, file: path, line: header.line, column: "Participant_ID",
                found: "only the columns \(header.names.listed(separator: ","))",
                expected: "the participant of each row in a column Participant_ID")
        }
        while let bytes = try reader.next() {
            let fields = try reader.fields(of: bytes)
            // Spreadsheets leave rows of separators behind the last.
            if fields.allSatisfy(\.isEmpty) { continue }
            do throws(DataError) {
                let row = try TableRow(
                    fields: fields, names: header.names, file: path, line: reader.line)
                entries.append(try entry(row, id: id, columns, genderCodes))
            } catch {
                irregularities.append(Irregularity(error, answer: "the row is left out"))
            }
        }
        guard !entries.isEmpty else {
            throw DataError(
                .empty, file: path, line: reader.line + 1, found: "no row that can be read",
                expected: "a row a participant")
        }
    }

    /// - Throws: `DataError` unless there is a column for the score, or for the label.
    func requireLabels() throws(DataError) {
        let hasLabels = entries.contains { $0.score != nil || $0.label != nil }
        guard hasLabels else {
            throw DataError(
                .unknownForm, file: path, line: 1, column: "PHQ8_Score",
                found: "only the columns \(names.listed(separator: ","))",
                expected: "a column PHQ8_Score or PHQ8_Binary")
        }
    }

    private mutating func entry(
        _ row: TableRow, id: Int, _ columns: Columns, _ codes: [String: Participant.Gender]
    ) throws(DataError) -> Entry {
        guard let text = row.text(id), let name = Self.identifier(text) else {
            throw row.fault(id, expected: "a participant's number")
        }
        if name != text {
            irregularities.append(
                Irregularity(
                    .idForm, participant: name, file: path, line: row.line,
                    column: names[id], found: text.quoted(), expected: name,
                    answer: "read as \(name)"))
        }
        var entry = Entry(id: name, line: row.line)
        if let column = columns.label, let value = try row.number(column) {
            guard value == 0 || value == 1 else { throw row.fault(column, expected: "0 or 1") }
            entry.label = value == 1
        }
        if let column = columns.score, let value = try row.number(column) {
            guard (0 ... 27).contains(value) else { throw row.fault(column, expected: "0 to 27") }
            entry.score = value
        }
        if let column = columns.gender, let text = row.text(column) {
            entry.genderText = text
            let plain = text.lowercased()
            entry.gender =
                Participant.Gender(rawValue: plain) ?? codes[Self.identifier(plain) ?? plain]
            if entry.gender == nil {
                throw row.fault(column, expected: "male, female or a code of the corpus")
            }
        }
        if columns.items.contains(where: { $0 != nil }) {
            entry.items = try items(row, columns.items)
            restoreItem(of: &entry)
        }
        return entry
    }

    private func items(_ row: TableRow, _ columns: [Int?]) throws(DataError) -> [Int?] {
        var items: [Int?] = []
        for column in columns {
            guard let column, let value = try row.number(column) else {
                items.append(nil)
                continue
            }
            guard value == value.rounded(), (0 ... 3).contains(value) else {
                throw row.fault(column, expected: "an answer of 0 to 3")
            }
            items.append(Int(value))
        }
        return items
    }

    private mutating func restoreItem(of entry: inout Entry) {
        guard let items = entry.items, let questionnaire = try? PHQ(items: items),
            questionnaire.missing == 1
        else { return }
        let restored = entry.score.flatMap { questionnaire.restored(total: Int($0)) }
        entry.items = restored?.items ?? items
        let place = items.firstIndex { $0 == nil } ?? 0
        irregularities.append(
            Irregularity(
                .itemRestored, participant: entry.id, file: path, line: entry.line,
                column: "PHQ8_" + PHQ.itemNames[place], found: "a missing item",
                expected: "0 to 3",
                answer: restored == nil
                    ? "it stays missing: no total gives it" : "restored from the total"))
    }

    /// "300" for "300" and "300.0"; `nil` for an empty text.
    static func identifier(_ text: String) -> String? {
        let plain = text.trimmingCharacters(in: .whitespaces)
        guard !plain.isEmpty else { return nil }
        guard plain.hasSuffix(".0"), let number = Double(plain), abs(number) < 1e9 else {
            return plain
        }
        return "\(Int(number))"
    }
}
