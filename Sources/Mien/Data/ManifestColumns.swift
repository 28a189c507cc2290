/// Which column of a manifest says what.
struct ManifestColumns {
    /// Sentences on what was chosen among several columns.
    private(set) var notes: [String] = []

    private let header: CSVHeader
    private let classes: ClassScheme?
    private let path: Int
    private let label: Int?
    /// Ten columns; `nil` stands for one that is absent and counts as 0.
    private let votes: [Int?]
    private let split: Int?
    private let subject: Int?
    private let sequence: Int?
    private let attributes: [Int]
    private let faceBox: FaceBoxColumns?
    private let conventions: ListConventions
    private let isHeaderless: Bool

    private static let labelNames = [
        "label", "labels", "emotion", "class", "expression", "class_name", "emotion_name",
    ]

    private static let pathNames = [
        "path", "file", "filename", "image", "pth", "filepath", "file_path", "file_name",
        "image_path", "img_path", "image_name", "subDirectory_filePath",
    ]

    static func pathColumn(_ header: CSVHeader) -> Int? { header.indices(of: pathNames).first }

    static func path(_ header: CSVHeader, _ columns: ColumnNames?) throws(DataError) -> Int {
        let found = try header.index(named: columns?.path, else: pathNames)
        return if let found { found } else { try header.require("path", "an image") }
    }

    /// - Parameter options: with a pattern for labels, the table has them in its last column.
    /// - Throws: `DataError` for a manifest without labels, and for labels that are no emotions:
    ///   all of them at once, unless bad rows are to be skipped.
    init(
        _ table: ManifestTable, _ classes: ClassScheme?, _ options: LabelOptions = LabelOptions(),
        conventions: ListConventions? = nil, skipBadRows: Bool
    ) throws(DataError) {
        let columns = options.columns ?? ColumnNames()
        path = try Self.path(table.header, columns)
        let classes = classes ?? (options.labelPattern == nil ? nil : .letters)
        let header = table.header
        self.header = header
        self.classes = classes
        self.conventions = conventions ?? ListConventions(for: table)
        split = try header.index(named: columns.split, else: ["split", "usage"])
        subject = header.index(of: "subject", "person", "identity")
        sequence = header.index(of: "sequence", "clip")
        let emotions = Emotion.allCases.map { emotion in
            header.names.firstIndex { Emotion(name: $0) == emotion }
        }
        let hasVotes = !emotions.contains(nil)
        votes =
            hasVotes ? emotions + [header.index(of: "unknown"), header.index(of: "nf")] : []
        var candidates = Self.labelNames.flatMap { header.indices(of: [$0]) }
        if options.labelPattern != nil {
            candidates = [header.names.count - 1]
        } else if let asked = try header.index(named: columns.label, else: []) {
            candidates = [asked]
        }
        let choice = LabelChoice(among: candidates, of: table, classes)
        label = choice.column
        guard hasVotes || label != nil else {
            let missing = zip(Emotion.allCases, emotions).filter { $0.1 == nil }.map(\.0.name)
            throw DataError(
                .unknownForm, file: header.file, line: header.line,
                found: header.onlyColumns,
                expected: "a column label, or one column of votes per emotion",
                advice: missing.count < Emotion.allCases.count
                    ? "These emotions are missing: \(missing.joined(separator: ", "))." : "")
        }
        if let error = choice.error(in: header), !skipBadRows || error.kind != .row { throw error }
        notes = choice.notes(header)
        faceBox = FaceBoxColumns(header)
        isHeaderless = table.list != nil
        if let faceBox {
            let names = faceBox.columns.map { header.names[$0] }.listed()
            notes.append("\(header.file): the faces are cut by the boxes in \(names).")
        }
        let used = Set(
            [path, split, subject, sequence].compactMap(\.self) + choice.candidates
                + votes.compactMap(\.self) + (faceBox?.columns ?? []))
        let unkept = self.conventions.unkept
        attributes = header.names.indices.filter {
            !used.contains($0) && !unkept.contains(header.names[$0])
        }
    }

    /// Where the face of a row lies, if the manifest says so.
    func box(_ row: ManifestTable.Row) throws(DataError) -> FaceBox? {
        guard let faceBox else { return nil }
        return try faceBox.box(row, header)
    }

    /// - Parameters:
    ///   - number: of the row in the data set, where that has several lists.
    ///   - part: the split of all rows, where the list is of one.
    ///   - further: what else is known of an image, by its path.
    /// - Returns: `nil` for a row of a class that is to be left out.
    func sample(
        _ row: ManifestTable.Row, number: Int? = nil, in whole: Split? = nil,
        with further: (String) throws(DataError) -> [String: String] = { _ in [:] }
    ) throws(DataError) -> Sample? {
        func fault(_ column: Int?, _ found: String, _ expected: String) -> DataError {
            .row(
                header.file, line: row.line, column: column.map { header.names[$0] },
                found: found, expected: expected)
        }
        func value(_ column: Int?) -> String? {
            column.map { row.fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let id = value(path) else { throw fault(path, "nothing", "the path of an image") }
        var emotion: Emotion?
        if let name = value(label) {
            switch LabelChoice.meaning(of: name, classes) {
            case .emotion(let named): emotion = named
            case .none?: return nil
            case nil:
                throw fault(
                    label, name.quoted(), "one of \((classes?.classes ?? Emotion.allCases).names)")
            }
        }
        var part = whole
        if let name = value(split) {
            part = Split(name: name)
            guard part != nil else { throw fault(split, name.quoted(), "train, valid or test") }
        }
        if isHeaderless, part == nil { part = HeaderlessList.split(of: id) }
        let counts =
            try votes.isEmpty || votes.allSatisfy({ value($0) == nil })
            ? nil
            : FERPlusVotes.votes(
                votes.map { $0.map { row.fields[$0] } ?? "0" },
                columns: FERPlusVotes.columnNames, file: header.file, line: row.line)
        guard emotion != nil || counts != nil else {
            throw fault(label, "nothing", "a label or votes")
        }
        let kept = attributes.compactMap { column in
            value(column).map { (header.names[column], $0) }
        }.filter { conventions.absent[$0.0] != $0.1 }
        return Sample(
            id: id, row: number ?? row.number, line: row.line, emotion: emotion, votes: counts,
            split: part,
            subject: value(subject), sequence: value(sequence) ?? frameSource(row.fields),
            attributes: Dictionary(kept, uniquingKeysWith: { first, _ in first })
                .merging(try further(id)) { first, _ in first })
    }

    /// The video of a frame, in manifests that `mien faces` wrote before they had sequences.
    private func frameSource(_ fields: [String]) -> String? {
        guard let source = header.index(of: "source"), let frame = header.index(of: "frame"),
            sequence == nil, !fields[source].isEmpty, !fields[frame].isEmpty
        else { return nil }
        return fields[source]
    }
}
