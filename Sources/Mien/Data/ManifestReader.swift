import Foundation

/// A csv file that lists images: `path`, `label` or the columns of votes, and where wanted
/// `split`, `subject` and `sequence`; every further column becomes an attribute. Paths are relative
/// to the file.
enum ManifestReader {
    static func recognises(_ header: CSVHeader) -> Bool { pathColumn(header) != nil }

    private static func pathColumn(_ header: CSVHeader) -> Int? {
        header.index(of: "path", "file", "filename", "image")
    }

    static func read(path: String, skipBadRows: Bool) throws(DataError) -> Dataset {
        let reader = try LineReader(path: path)
        let columns = try Columns(reader.header())
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        var builder = DatasetBuilder()
        var images = ImageFileReader()
        var row = 0
        while let bytes = try reader.next() {
            defer { row += 1 }
            do throws(DataError) {
                let fields = try reader.fields(of: bytes)
                let sample = try columns.sample(fields, row: row, line: reader.line)
                let image = try images.read(
                    URL(fileURLWithPath: sample.id, relativeTo: folder), id: sample.id,
                    listedIn: (path, reader.line))
                builder.append(sample, image)
            } catch  where error.kind == .row && skipBadRows {
                builder.badRows.append(error)
            }
        }
        guard row > 0 else {
            throw DataError(
                .empty, file: path, found: "a header and no rows", expected: "rows of images")
        }
        return builder.dataset(
            name: path, form: .manifest,
            sources: [reader.stream.source(), images.source(path: "images of \(path)")])
    }

    private struct Columns {
        let header: CSVHeader
        let path: Int
        let label: Int?
        /// Ten columns; `nil` stands for one that is absent and counts as 0.
        let votes: [Int?]
        let split: Int?
        let subject: Int?
        let sequence: Int?
        let attributes: [Int]

        init(_ header: CSVHeader) throws(DataError) {
            self.header = header
            path =
                if let column = ManifestReader.pathColumn(header) { column } else {
                    try header.require("path", "an image")
                }
            label = header.index(of: "label", "emotion", "class", "expression")
            split = header.index(of: "split", "usage")
            subject = header.index(of: "subject", "person", "identity")
            sequence = header.index(of: "sequence", "clip")
            let emotions = Emotion.allCases.map { emotion in
                header.names.firstIndex { Emotion(name: $0) == emotion }
            }
            let hasVotes = !emotions.contains(nil)
            votes =
                hasVotes
                ? emotions + [header.index(of: "unknown"), header.index(of: "nf")] : []
            guard hasVotes || label != nil else {
                let missing = zip(Emotion.allCases, emotions).filter { $0.1 == nil }.map(\.0.name)
                throw DataError(
                    .unknownForm, file: header.file, line: header.line,
                    found: "only the columns \(header.names.joined(separator: ","))",
                    expected: "a column label, or one column of votes per emotion",
                    advice: missing.count < Emotion.allCases.count
                        ? "These emotions are missing: \(missing.joined(separator: ", "))." : "")
            }
            let used = Set(
                ([path, label, split, subject, sequence] + votes).compactMap(\.self))
            attributes = header.names.indices.filter { !used.contains($0) }
        }

        func sample(_ fields: [String], row: Int, line: Int) throws(DataError) -> Sample {
            func fault(_ column: Int?, _ found: String, _ expected: String) -> DataError {
                .row(
                    header.file, line: line, column: column.map { header.names[$0] },
                    found: found, expected: expected)
            }
            guard fields.count == header.names.count else {
                throw fault(
                    nil, "\(fields.count) fields", "\(header.names.count), as in the header")
            }
            func value(_ column: Int?) -> String? {
                column.map { fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
            }
            guard let id = value(path) else { throw fault(path, "nothing", "the path of an image") }
            var emotion: Emotion?
            if let name = value(label) {
                emotion = Emotion(name: name)
                guard emotion != nil else {
                    throw fault(label, "\"\(name)\"", "one of \(Emotion.knownNames)")
                }
            }
            var part: Split?
            if let name = value(split) {
                part = Split(name: name)
                guard part != nil else {
                    throw fault(split, "\"\(name)\"", "train, valid or test")
                }
            }
            let counts =
                try votes.isEmpty || votes.allSatisfy({ value($0) == nil })
                ? nil
                : FERPlusVotes.votes(
                    votes.map { $0.map { fields[$0] } ?? "0" },
                    columns: FERPlusVotes.columnNames, file: header.file, line: line)
            guard emotion != nil || counts != nil else {
                throw fault(label, "nothing", "a label or votes")
            }
            let further = attributes.compactMap { column in
                value(column).map { (header.names[column], $0) }
            }
            return Sample(
                id: id, row: row, line: line, emotion: emotion, votes: counts, split: part,
                subject: value(subject), sequence: value(sequence) ?? frameSource(fields),
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
}
