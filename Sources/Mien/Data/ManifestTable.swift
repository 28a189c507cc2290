/// The text of a manifest.
struct ManifestTable {
    struct Row {
        /// Counted from 0, bad ones included.
        let number: Int
        let line: Int
        let fields: [String]
    }

    let header: CSVHeader
    /// Whether the file has no line of names.
    let isHeaderless: Bool
    /// The scheme of a list's numbers, where its form says it.
    let scheme: String?
    let rows: [Row]
    let badRows: [DataError]
    let source: Dataset.Source

    init(path: String, skipBadRows: Bool) throws(DataError) {
        let reader = try LineReader(path: path)
        let first = try reader.header()
        let list = HeaderlessList(first)
        isHeaderless = list != nil
        scheme = list?.scheme
        header =
            list.map { CSVHeader(names: $0.names, file: path, line: first.line) } ?? first
        var rows: [Row] = []
        var badRows: [DataError] = []
        var number = 0
        if isHeaderless {
            rows.append(
                Row(
                    number: 0, line: first.line,
                    fields: HeaderlessList.fields(of: first.names[0])))
            number = 1
        }
        while let bytes = try reader.next() {
            defer { number += 1 }
            do throws(DataError) {
                var fields = try reader.fields(of: bytes)
                if isHeaderless {
                    fields = HeaderlessList.fields(of: fields.joined(separator: ","))
                }
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
}
