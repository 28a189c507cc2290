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
    private let isHeaderless: Bool

    private static let labelNames = [
        "label", "labels", "emotion", "class", "expression", "class_name", "emotion_name",
    ]

    static func pathColumn(_ header: CSVHeader) -> Int? {
        header.index(
            of: "path", "file", "filename", "image", "pth", "filepath", "file_path", "file_name",
            "image_path", "img_path", "image_name", "subDirectory_filePath")
    }

    /// - Throws: `DataError` for a manifest without labels, and for labels that are no emotions:
    ///   all of them at once, unless bad rows are to be skipped.
    init(
        _ table: ManifestTable, _ classes: ClassScheme?, skipBadRows: Bool
    ) throws(DataError) {
        let header = table.header
        self.header = header
        self.classes = classes
        path =
            if let column = Self.pathColumn(header) { column } else {
                try header.require("path", "an image")
            }
        split = header.index(of: "split", "usage")
        subject = header.index(of: "subject", "person", "identity")
        sequence = header.index(of: "sequence", "clip")
        let emotions = Emotion.allCases.map { emotion in
            header.names.firstIndex { Emotion(name: $0) == emotion }
        }
        let hasVotes = !emotions.contains(nil)
        votes =
            hasVotes ? emotions + [header.index(of: "unknown"), header.index(of: "nf")] : []
        let choice = LabelChoice(
            among: Self.labelNames.flatMap { header.indices(of: [$0]) }, of: table, classes)
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
        isHeaderless = table.isHeaderless
        if let faceBox {
            let names = faceBox.columns.map { header.names[$0] }.listed()
            notes.append("\(header.file): the faces are cut by the boxes in \(names).")
        }
        let used = Set(
            [path, split, subject, sequence].compactMap(\.self) + choice.candidates
                + votes.compactMap(\.self) + (faceBox?.columns ?? []))
        attributes = header.names.indices.filter { !used.contains($0) }
    }

    /// Where the face of a row lies, if the manifest says so.
    func box(_ row: ManifestTable.Row) throws(DataError) -> FaceBox? {
        guard let faceBox else { return nil }
        return try faceBox.box(row, header)
    }

    /// - Returns: `nil` for a row of a class that is to be left out.
    func sample(_ row: ManifestTable.Row) throws(DataError) -> Sample? {
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
        var part: Split?
        if let name = value(split) {
            part = Split(name: name)
            guard part != nil else { throw fault(split, name.quoted(), "train, valid or test") }
        }
        if isHeaderless { part = HeaderlessList.split(of: id) }
        let counts =
            try votes.isEmpty || votes.allSatisfy({ value($0) == nil })
            ? nil
            : FERPlusVotes.votes(
                votes.map { $0.map { row.fields[$0] } ?? "0" },
                columns: FERPlusVotes.columnNames, file: header.file, line: row.line)
        guard emotion != nil || counts != nil else {
            throw fault(label, "nothing", "a label or votes")
        }
        let further = attributes.compactMap { column in
            value(column).map { (header.names[column], $0) }
        }
        return Sample(
            id: id, row: row.number, line: row.line, emotion: emotion, votes: counts, split: part,
            subject: value(subject), sequence: value(sequence) ?? frameSource(row.fields),
            attributes: Dictionary(further, uniquingKeysWith: { first, _ in first }))
    }

    /// The video of a frame, in manifests that `mien faces` wrote before they had sequences.
    private func frameSource(_ fields: [String]) -> String? {
        guard let source = header.index(of: "source"), let frame = header.index(of: "frame"),
            sequence == nil, !fields[source].isEmpty, !fields[frame].isEmpty
        else { return nil }
        return fields[source]
    }
}

/// The column of labels: of several with usual names the one whose values are classes.
private struct LabelChoice {
    let candidates: [Int]
    let column: Int?
    private var unknown = UnknownClasses()
    private let expected: [Emotion]
    /// Of the first label that is no class.
    private var line: Int?
    private var known = 0
    /// The values of the first other candidate that hold classes too, and how many differ.
    private var other: (column: Int, known: Int, differing: Int)?

    static func meaning(of name: String, _ classes: ClassScheme?) -> ClassScheme.Meaning? {
        if let classes { return classes.meaning(of: name) }
        return Emotion(name: name).map { .emotion($0) }
    }

    init(among candidates: [Int], of table: ManifestTable, _ classes: ClassScheme?) {
        self.candidates = candidates
        expected = classes?.classes ?? Emotion.allCases
        let counts = candidates.map { column in
            table.rows.count { Self.meaning(of: $0.fields[column], classes) != nil }
        }
        let most = counts.max() ?? 0
        column = zip(candidates, counts).first { $0.1 == most }?.0
        guard let column else { return }
        known = most
        for row in table.rows where !row.fields[column].isEmpty {
            guard Self.meaning(of: row.fields[column], classes) == nil else { continue }
            unknown.add(row.fields[column])
            line = line ?? row.line
        }
        let further = zip(candidates, counts).first { $0.0 != column && $0.1 > 0 }
        if let further {
            other = (
                further.0, further.1,
                table.rows.count {
                    let second = Self.meaning(of: $0.fields[further.0], classes)
                    return second != nil && second != Self.meaning(of: $0.fields[column], classes)
                }
            )
        }
    }

    /// What is wrong with the values of the column, or `nil`.
    func error(in header: CSVHeader) -> DataError? {
        guard let column, !unknown.isEmpty else { return nil }
        let name = header.names[column]
        guard known > 0 || !unknown.areNumbers else {
            return DataError(
                .unknownForm, file: header.file, line: line, column: name,
                found: "the numbers \(unknown.description)", expected: "names of emotions",
                advice: ClassScheme.advice)
        }
        return DataError(
            .row, file: header.file, line: line, column: name, found: unknown.description,
            expected: "one of \(expected.names)",
            advice: "Correct them, say what they mean (\(unknown.remedy)), or leave such rows out "
                + "with --skip-bad-rows.")
    }

    func notes(_ header: CSVHeader) -> [String] {
        guard let column, candidates.count > 1 else { return [] }
        let taken = "\(header.file): the labels are those of the column \(header.names[column])"
        guard let other else {
            let unused = candidates.filter { $0 != column }.map { header.names[$0] }.listed()
            return ["\(taken); \(unused) holds no names of emotions."]
        }
        return [
            "\(taken); those of \(header.names[other.column]) are not used and differ in "
                + "\(other.differing) of \(other.known) rows."
        ]
    }
}
