/// The text of a manifest.
struct ManifestTable {
    struct Row {
        /// Counted from 0, bad ones included.
        let number: Int
        let line: Int
        let fields: [String]
    }

    let header: CSVHeader
    /// The form of a file that has no line of names.
    let list: HeaderlessList?
    let rows: [Row]
    let badRows: [DataError]
    let source: Dataset.Source

    init(path: String, skipBadRows: Bool) throws(DataError) {
        let reader = try LineReader(path: path)
        let first = try reader.header()
        let list = HeaderlessList(first)
        self.list = list
        header =
            list.map { CSVHeader(names: $0.names, file: path, line: first.line) } ?? first
        var rows: [Row] = []
        var badRows: [DataError] = []
        var number = 0
        if let list {
            rows.append(Row(number: 0, line: first.line, fields: list.fields(of: first.names)))
            number = 1
        }
        while let bytes = try reader.next() {
            defer { number += 1 }
            do throws(DataError) {
                var fields = try reader.fields(of: bytes)
                if let list { fields = list.fields(of: fields) }
                guard fields.count == header.names.count else {
                    throw .row(
                        path, line: reader.line, found: "\(fields.count) fields",
                        expected: "\(header.names.count), as in the header")
                }
                rows.append(Row(number: number, line: reader.line, fields: fields))
            } catch  where error.kind == .row && skipBadRows {
                badRows.append(error)
            }
        }
        guard number > 0 else {
            throw DataError(
                .empty, file: path, found: "a header and no rows", expected: "rows of images")
        }
        self.rows = rows
        self.badRows = badRows
        source = reader.stream.source()
    }

    /// With a further, last column of what a pattern reads from the paths; empty where it fits none.
    init(_ table: ManifestTable, labelledBy pattern: NamePattern, path: Int) {
        let header = table.header
        self.header = CSVHeader(
            names: header.names + ["label by name"], file: header.file, line: header.line,
            separator: header.separator)
        list = table.list
        rows = table.rows.map {
            Row(
                number: $0.number, line: $0.line,
                fields: $0.fields + [pattern.value(in: $0.fields[path]) ?? ""])
        }
        badRows = table.badRows
        source = table.source
    }
}
