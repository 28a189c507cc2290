/// The column of labels: of several with usual names the one whose values are classes.
struct LabelChoice {
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
                + "with \(setting: "skip-bad-rows").")
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
