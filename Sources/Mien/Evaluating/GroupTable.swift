/// Attributes of samples, by id, from a csv file: a column `id` (or `path`), and one column for
/// each attribute. An empty field is a value that is not known.
///
/// Attributes come from people who know them. Mien never guesses them from faces.
public struct GroupTable: Sendable, Equatable {
    /// The file, as it was given, and its hash.
    public let source: Dataset.Source
    public let attributes: [String]
    /// For each id the values in the order of ``attributes``.
    public let values: [String: [String?]]
    private let lines: [String: Int]

    /// - Throws: `DataError` that names file, line and column.
    public init(path: String) throws(DataError) {
        let reader = try LineReader(path: path)
        let header = try reader.header()
        let ids =
            if let column = header.index(of: "id", "path") { column } else {
                try header.require("id", "the samples that the rows are about")
            }
        var seen: Set<String> = []
        for name in header.names where name.isEmpty || !seen.insert(name).inserted {
            throw DataError(
                .unknownForm, file: path, line: header.line,
                found: name.isEmpty ? "a column without a name" : "the column \(name) twice",
                expected: "a name of its own for each column")
        }
        let columns = header.names.indices.filter { $0 != ids }
        guard !columns.isEmpty else {
            throw DataError(
                .unknownForm, file: path, line: header.line, found: "only the column of ids",
                expected: "a column for each attribute")
        }
        attributes = columns.map { header.names[$0] }
        var values: [String: [String?]] = [:]
        var lines: [String: Int] = [:]
        while let bytes = try reader.next() {
            let fields = try reader.fields(of: bytes)
            func fault(_ found: String, _ expected: String) -> DataError {
                DataError(
                    .row, file: path, line: reader.line, found: found, expected: expected,
                    advice: "Correct the row.")
            }
            guard fields.count == header.names.count else {
                throw fault("\(fields.count) fields", "\(header.names.count), as in the header")
            }
            let id = fields[ids]
            guard !id.isEmpty else { throw fault("no id", "the id of a sample") }
            if let line = lines[id] {
                throw fault("the id \(id) again", "each id once; it is on line \(line) already")
            }
            lines[id] = reader.line
            values[id] = columns.map { fields[$0].isEmpty ? nil : fields[$0] }
        }
        guard !values.isEmpty else {
            throw DataError(
                .empty, file: path, found: "a header and no rows", expected: "rows of groups")
        }
        self.values = values
        self.lines = lines
        source = reader.stream.source()
    }

    /// How many ids are not in the data set.
    /// - Throws: `DataError` for the first of them, unless they are to be skipped.
    package func unknownIDs(in dataset: Dataset, skip: Bool) throws(DataError) -> Int {
        let known = Set(dataset.samples.map(\.id))
        let unknown = lines.filter { !known.contains($0.key) }
        if unknown.count == 1, unknown[String(dataset.count)] != nil,
            lines["0"] == nil, lines["1"] != nil, known.contains("0")
        {
            throw DataError(
                .mismatch, file: source.path, line: unknown.values.first, column: "id",
                found: "ids counted from 1 to \(dataset.count)",
                expected: "the rows of \(dataset.name), counted from 0",
                advice: "Subtract 1 from each id.")
        }
        guard let first = unknown.min(by: { $0.value < $1.value }) else { return 0 }
        guard skip, unknown.count < lines.count else {
            throw DataError(
                .row, file: source.path, line: first.value, column: "id",
                found: "the id \(first.key.quoted()), which \(dataset.name) does not have "
                    + "(\(unknown.count) such of \(lines.count))",
                expected: "ids of the data",
                advice: unknown.count < lines.count
                    ? "Correct it, or pass over such rows with \(setting: "skip-bad-rows")."
                    : dataset.form == .ferCSV || dataset.form == .synthetic
                        ? "The ids of a FER-2013 csv are its rows, counted from 0."
                        : "The ids are the paths of the images, such as "
                            + "\(dataset.samples.first.map { $0.id.quoted(limit: 80) } ?? "a.png")."
            )
        }
        return unknown.count
    }
}
