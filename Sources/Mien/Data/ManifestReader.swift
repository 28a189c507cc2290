import Foundation

/// A text file with columns that lists images: `path`, `label` or the columns of votes, and where
/// wanted `split`, `subject` and `sequence`; every further column becomes an attribute. Paths are relative to
/// the file.
enum ManifestReader {
    static func recognises(_ header: CSVHeader) -> Bool {
        ManifestColumns.pathColumn(header) != nil
    }

    /// - Parameters:
    ///   - root: the folder that paths are relative to, where it is not that of the file.
    ///   - classes: what numbers and names of the data's own stand for.
    static func read(
        path: String, below root: URL? = nil, classes: ClassScheme? = nil, skipBadRows: Bool
    ) throws(DataError) -> Dataset {
        let table = try ManifestTable(path: path, skipBadRows: skipBadRows)
        let columns = try ManifestColumns(table, classes, skipBadRows: skipBadRows)
        let folder = root ?? URL(fileURLWithPath: path).deletingLastPathComponent()
        var builder = DatasetBuilder()
        builder.badRows = table.badRows
        builder.notes = columns.notes
        var images = ImageFileReader()
        var listed = ListedImages(file: path)
        var leftOut = 0
        for row in table.rows {
            do throws(DataError) {
                guard let sample = try columns.sample(row) else {
                    leftOut += 1
                    continue
                }
                let url = url(of: sample.id, below: folder)
                try listed.add(sample, at: url)
                let image = try images.read(url, id: sample.id, listedIn: (path, row.line))
                builder.append(sample, image)
            } catch  where error.kind == .row && skipBadRows {
                builder.badRows.append(error)
            }
        }
        builder.badRows.sort { ($0.line ?? 0) < ($1.line ?? 0) }
        if leftOut > 0 {
            builder.notes.append("\(path): \(leftOut) rows are left out, of classes given as none.")
        }
        builder.notes += listed.notes + PathClaims(of: builder.samples).notes(taking: "the file's")
        return builder.dataset(
            name: path, form: .manifest,
            sources: [table.source, images.source(path: "images of \(path)")])
    }

    /// Takes the separators of Windows too, where there is no such file otherwise.
    private static func url(of id: String, below folder: URL) -> URL {
        let url = URL(fileURLWithPath: id, relativeTo: folder)
        guard id.contains("\\"), !FileManager.default.fileExists(atPath: url.path) else {
            return url
        }
        return URL(
            fileURLWithPath: id.replacingOccurrences(of: "\\", with: "/"), relativeTo: folder)
    }
}

/// The text of a manifest.
struct ManifestTable {
    struct Row {
        /// Counted from 0, bad ones included.
        let number: Int
        let line: Int
        let fields: [String]
    }

    let header: CSVHeader
    let rows: [Row]
    let badRows: [DataError]
    let source: Dataset.Source

    init(path: String, skipBadRows: Bool) throws(DataError) {
        let reader = try LineReader(path: path)
        header = try reader.header()
        var rows: [Row] = []
        var badRows: [DataError] = []
        var number = 0
        while let bytes = try reader.next() {
            defer { number += 1 }
            do throws(DataError) {
                let fields = try reader.fields(of: bytes)
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

/// The images that a manifest has listed so far: one listed twice has to be told the same of.
private struct ListedImages {
    let file: String
    private var samples: [String: Sample] = [:]
    private var repeats = 0

    init(file: String) { self.file = file }

    mutating func add(_ sample: Sample, at url: URL) throws(DataError) {
        guard let first = samples.updateValue(sample, forKey: url.standardizedFileURL.path) else {
            return
        }
        let said = [
            ("label", first.emotion == sample.emotion && first.votes == sample.votes),
            ("split", first.split == sample.split), ("subject", first.subject == sample.subject),
            ("sequence", first.sequence == sample.sequence),
        ]
        guard let other = said.first(where: { !$0.1 }) else {
            repeats += 1
            return
        }
        throw .row(
            file, line: sample.line, column: "path",
            found: "\(sample.id.quoted(limit: 80)) again, with another \(other.0) than on line "
                + "\(first.line ?? 0)", expected: "each image once")
    }

    var notes: [String] {
        repeats == 0
            ? []
            : ["\(file) lists images twice: \(repeats) rows repeat an earlier one and count again."]
    }
}
